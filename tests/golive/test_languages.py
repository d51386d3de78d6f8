"""What people who read English do at the go-live reads in the language of each reader."""

import pytest
from django.utils import translation

from apps.core import clock
from apps.core.process import Gate
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.stages.golive import actions, incidents
from tests.golive.factories import ChecklistItemFactory, WindowFactory, a_rollout_going_live, all_say_go, local
from tests.golive.test_windows import NOW, propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    """Its actors read English."""
    with clock.at(NOW), translation.override("en"):
        yield a_rollout_going_live()


def sentences(rollout):
    """The newest event's sentence, in Portuguese and in English."""
    event = rollout.events.last()
    with translation.override("pt-br"):
        portuguese = event.describe()
    return portuguese, event.describe()


def test_a_point_of_the_checklist(rollout):
    title = {"pt": "Domínio da loja no ar", "en": "The shop's domain is up"}
    item = ChecklistItemFactory(rollout=rollout, key="domain", title=title)

    actions.check_item(item, by=rollout.people["integrator"])

    assert rollout.events.last().data["item"] == title
    assert sentences(rollout) == ("concluiu “Domínio da loja no ar”", "completed “The shop's domain is up”")


def test_the_days_of_a_window(rollout):
    propose(rollout, "2026-08-12T15:30", "2026-08-12T17:00")

    assert rollout.events.last().data["start"] == "2026-08-12T18:30:00.000000+00:00"
    portuguese, english = sentences(rollout)
    assert "12/08/2026 15:30" in portuguese
    assert "12/08/2026 15:30" in english


def test_an_incident(rollout):
    all_say_go(rollout)
    people = rollout.people
    incidents.note(
        rollout,
        by=people["client"],
        what="Sem frete",
        severity="severe",
        owner="client",
        since=local("2026-08-03T08:00"),
    )

    assert sentences(rollout) == (
        "anotou o incidente INC-1 (Grave), com Cliente",
        "noted the incident INC-1 (Major), for Client",
    )


def test_what_is_asked_of_the_parties(rollout):
    WindowFactory(rollout=rollout)
    answer = next(
        requirement
        for requirement in gates.unmet(Rollout.objects.get(pk=rollout.pk), Gate.COMPLETE)
        if requirement.key == "golive:answer:1:client"
    )

    assert answer.text["pt"].startswith("Responder se pode entrar em produção em ")
    assert answer.text["en"].startswith("Answer whether you can go live on ")
