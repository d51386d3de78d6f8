"""Who may do what: one table, every permission of every room against every role."""

import pytest
from django.contrib.auth.models import AnonymousUser

from apps.accounts.models import User
from apps.rollouts.models import Rollout
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db

PRESENCE = {"manager", "pm", "analyst"}
MANAGERS = {"manager", "pm"}
CLIENTS = {"client", "client_member"}
ALL = PRESENCE | CLIENTS | {"integrator", "platform"}

TABLE = {
    "rollouts.view": ALL,
    "rollouts.create": MANAGERS,
    "rollouts.advance": MANAGERS,
    "rollouts.send_back": MANAGERS,
    "rollouts.hold": MANAGERS,
    "rollouts.cancel": MANAGERS,
    "rollouts.waive": {"manager"},
    "prerequisites.review": PRESENCE,
    "kickoff.conduct": PRESENCE,
    "development.report": {"integrator"},
    "meetings.conduct": PRESENCE,
    "homologation.lead": PRESENCE,
    "homologation.execute": PRESENCE | CLIENTS | {"integrator"},
    "homologation.verify": PRESENCE | CLIENTS,
    "homologation.agree_for_client": CLIENTS,
    "homologation.agree_for_presence": MANAGERS,
    "hours.view": ALL,
    "hours.view_money": PRESENCE | CLIENTS,
    "hours.log": PRESENCE,
    "hours.log_for_others": MANAGERS,
    "hours.view_week": MANAGERS,
    "hours.close": MANAGERS,
    "acceptance.draft": MANAGERS,
    "golive.confirm": {"client"},
    "golive.record": MANAGERS,
}

ROOMS = ["", "pre-requisitos/", "desenvolvimento/", "treinamento/", "horas/", "termo/", "producao/", "historico/"]


@pytest.mark.parametrize("permission", TABLE)
def test_each_permission_is_held_by_exactly_these(permission):
    rollout = RolloutFactory()
    people = rollout.people
    assert {name for name, user in people.items() if user.has_perm(permission, rollout)} == TABLE[permission]


@pytest.mark.parametrize("room", ROOMS)
def test_each_page_is_for_the_four_companies_and_404_for_others(room, client_for, client):
    rollout = RolloutFactory()
    url = f"/projetos/{rollout.pk}/{room}"
    answers = {name: client_for(user).get(url).status_code for name, user in rollout.people.items()}
    assert answers == dict.fromkeys(ALL, 200) | {"stranger": 404}
    anonymous = client.get(url)
    assert (anonymous.status_code, anonymous.url.startswith("/conta/login/")) == (302, True)


def test_the_list_shows_each_person_their_own(client_for):
    rollout, other = RolloutFactory(), RolloutFactory()
    page = client_for(rollout.people["client"]).get("/projetos/").content.decode()
    assert rollout.code in page
    assert other.code not in page
    everything = client_for(rollout.people["analyst"]).get("/projetos/").content.decode()
    assert rollout.code in everything
    assert other.code in everything


@pytest.mark.parametrize("path", ["", "gate/"])
def test_the_api_keeps_the_same_walls(path, client_for, client):
    rollout = RolloutFactory()
    url = f"/api/rollouts/{rollout.pk}/{path}"
    assert client_for(rollout.people["integrator"]).get(url).status_code == 200
    assert client_for(rollout.people["stranger"]).get(url).status_code == 404
    assert client.get(url).status_code == 401


def test_a_disabled_person_sees_nothing(client_for):
    rollout = RolloutFactory()
    user = rollout.people["client"]
    user.is_active = False
    user.save()
    assert client_for(user).get("/").status_code == 302


@pytest.mark.parametrize("who", [*sorted(ALL), "stranger"])
def test_one_project_is_seen_by_whom_it_is_listed_for(who):
    """Also by a person who sees no other, and not by one who is no longer there."""
    rollout, other = RolloutFactory(), RolloutFactory()
    here, only_here, only_elsewhere, gone = (User.objects.get(pk=rollout.people[who].pk) for _person in range(4))
    only_here.only_rollout, only_elsewhere.only_rollout, gone.is_active = rollout.pk, other.pk, False
    for person in (here, only_here, only_elsewhere, gone, AnonymousUser()):
        seen = {row.pk for row in (rollout, other) if row.is_visible_to(person)}
        assert seen == set(Rollout.objects.visible_to(person).values_list("pk", flat=True))
    assert rollout.is_visible_to(here) == (who != "stranger")
