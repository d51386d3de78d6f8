"""The checklist, the client's confirmation, Presence's release, and the last gate."""

import pytest

from apps.core.refusals import NotAllowed, Refusal
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.rollouts.stages import Gate, Stage
from apps.stages.golive import actions
from apps.stages.golive.models import ChecklistItem
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    rollout = at_stage(RolloutFactory(), Stage.GO_LIVE)
    ChecklistItem.objects.create(rollout=rollout, position=1, key="load", title="Carga", owner="integrator")
    ChecklistItem.objects.create(
        rollout=rollout, position=2, key="news", title="Avisos", owner="client", mandatory=False
    )
    return rollout


def item(rollout, key="load"):
    return rollout.golive_items.get(key=key)


def missing(rollout):
    needs = gates.unmet(Rollout.objects.get(pk=rollout.pk), Gate.COMPLETE)
    return {(need.key.removeprefix("golive:"), need.owed_by) for need in needs}


def test_the_last_gate_asks_for_list_confirmation_and_release(rollout):
    people = rollout.people
    assert missing(rollout) == {("item:load", "integrator"), ("confirmation", "client"), ("release", "presence")}
    actions.check_item(item(rollout), by=people["integrator"])
    actions.confirm(rollout, by=people["client"])
    assert missing(rollout) == {("release", "presence")}
    actions.record_release(rollout, by=people["pm"])
    assert missing(rollout) == set()


def test_a_point_can_be_reopened(rollout):
    actions.check_item(item(rollout), by=rollout.people["integrator"], note="1200 SKUs")
    with pytest.raises(Refusal):
        actions.check_item(item(rollout), by=rollout.people["integrator"])
    actions.uncheck_item(item(rollout), by=rollout.people["analyst"])
    assert ("item:load", "integrator") in missing(rollout)
    with pytest.raises(Refusal):
        actions.uncheck_item(item(rollout), by=rollout.people["analyst"])


def test_the_client_confirms_only_a_finished_list(rollout):
    with pytest.raises(Refusal, match="em aberto"):
        actions.confirm(rollout, by=rollout.people["client"])


def test_presence_releases_only_what_the_client_confirmed_and_once(rollout):
    with pytest.raises(Refusal, match="não confirmou"):
        actions.record_release(rollout, by=rollout.people["pm"])
    actions.check_item(item(rollout), by=rollout.people["analyst"])
    actions.confirm(rollout, by=rollout.people["client"])
    with pytest.raises(Refusal):
        actions.confirm(rollout, by=rollout.people["client"])
    actions.record_release(rollout, by=rollout.people["pm"])
    with pytest.raises(Refusal):
        actions.record_release(rollout, by=rollout.people["pm"])


def test_it_belongs_to_its_stage(rollout):
    at_stage(rollout, Stage.ACCEPTANCE)
    with pytest.raises(Refusal):
        actions.check_item(item(rollout), by=rollout.people["analyst"])


@pytest.mark.parametrize(
    ("permission", "allowed"),
    [
        ("golive.check", {"manager", "pm", "analyst", "integrator"}),
        ("golive.confirm", {"client"}),
        ("golive.record", {"manager", "pm"}),
    ],
)
def test_who_may(rollout, permission, allowed):
    thing = item(rollout) if permission == "golive.check" else rollout
    assert {name for name, user in rollout.people.items() if user.has_perm(permission, thing)} == allowed


def test_a_client_cannot_tick_the_integrators_point(rollout):
    with pytest.raises(NotAllowed):
        actions.check_item(item(rollout), by=rollout.people["client"])


def test_the_page_is_for_the_four_only(rollout, client_for):
    url = f"/projetos/{rollout.pk}/producao/"
    assert client_for(rollout.people["client"]).get(url).status_code == 200
    assert client_for(rollout.people["stranger"]).get(url).status_code == 404
    assert client_for(rollout.people["stranger"]).post(f"{url}confirmar/").status_code == 404
