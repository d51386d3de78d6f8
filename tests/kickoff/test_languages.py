"""What the kickoff stores belongs to no language: whoever acts in English, each reader reads their own."""

import pytest
from django.utils import translation

from apps.core import clock
from apps.core.process import Gate
from apps.meetings import actions as meetings
from apps.rollouts import gates
from apps.stages.kickoff import actions
from tests.kickoff.factories import KickoffFactory, agree, hold

pytestmark = pytest.mark.django_db


def sentences(rollout, language):
    with translation.override(language):
        return [event.describe() for event in rollout.events.order_by("sequence")]


@pytest.fixture
def rollout():
    """A kickoff that somebody conducted in English."""
    kickoff = KickoffFactory()
    kickoff.agenda.update(title={"pt": "Escopo", "en": "Scope"})
    pm = kickoff.rollout.people["pm"]
    with translation.override("en"):
        meetings.plan(kickoff.rollout, "kickoff", by=pm, planned_start=clock.now(), planned_minutes=60)
        hold(kickoff, pm)
        actions.note_agenda(kickoff.agenda.get(), by=pm, notes="Tudo")
        actions.choose_model(kickoff, by=pm, model="polling")
        agree(kickoff, pm)
        actions.publish_minutes(kickoff, by=pm, minutes="Combinamos tudo.")
    return kickoff.rollout


def test_the_timeline_reads_in_each_readers_language(rollout):
    portuguese, english = sentences(rollout, "pt-br"), sentences(rollout, "en")
    assert portuguese[2:5] == [
        "anotou a pauta: Escopo",
        "definiu o modelo de integração: Consulta",
        f"definiu os métodos adotados: {rollout.kickoff.methods.get().code}",
    ]
    assert english[2].endswith(": Scope")
    assert english[3].endswith(": Polling")
    assert not any(old == new for old, new in zip(portuguese, english, strict=True))


def test_an_instant_is_kept_as_one(rollout):
    assert rollout.events.get(kind="meetings.planned").data["when"].endswith(("Z", "+00:00"))


def test_what_the_gate_asks_is_in_both_languages(rollout):
    with translation.override("en"):
        texts = [need.text for need in gates.unmet(rollout, Gate.START_DEVELOPMENT) if need.key.startswith("kickoff:")]
    assert {text["pt"] for text in texts} == {"Confirmar a ata da reunião inaugural, versão 1"}
    assert not any(text["pt"] == text["en"] for text in texts)
