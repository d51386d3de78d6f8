"""Somebody who uses the application in English works on a project that others read in Portuguese."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from apps.core import clock, plugins
from apps.core.process import PartyRole
from apps.hours import requirements
from apps.hours.agreement import actions as agreement
from apps.hours.ledger import actions, closing, policies, proposals
from apps.hours.models import Statement
from apps.hours.statements import documents, exports
from tests.hours.factories import APRIL, MARCH, THE_MONTH, log
from tests.hours.test_proposals import a_session
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    """Everything that can happen to hours, done in English."""
    with clock.at(APRIL), translation.override("en"):
        rollout = RolloutFactory()
        pm, client = rollout.people["pm"], rollout.people["client"]
        entry = log(rollout, minutes=90, activity="follow_up")
        actions.edit(entry, by=pm, activity="training", started_at=MARCH, minutes=300, note="Aula")
        actions.delete(log(rollout, minutes=10, start=MARCH - timedelta(days=1)), by=pm, reason="Engano")
        request = agreement.ask(rollout, by=pm, activity="training", minutes=30, purpose="Reforço")
        agreement.approve(request, by=client)
        line = entry.lines.get(hour_class="billable")
        contest = agreement.contest(line, by=client, text="Foi menos")
        agreement.write(contest, by=pm, text="Foi assim")
        policies.change(
            rollout, by=pm, effective_from=date(2026, 4, 2), training_allowance=240, homologation_allowance=360,
            hourly_rate=30000,
        )  # fmt: skip
        warnings = closing.warnings_of(rollout, THE_MONTH)
        closing.close_month(rollout, by=pm, month=THE_MONTH, acknowledged=closing.receipt(warnings))
        actions.adjust(entry, by=pm, minutes=-30, reason="Aula curta")
        agreement.resolve(contest, by=pm, corrected=True, text="Corrigido")
        return rollout


def read(rollout, language: str) -> list[str]:
    with translation.override(language):
        return [event.describe() for event in rollout.events.filter(kind__startswith="hours.").order_by("sequence")]


def test_the_timeline_reads_in_the_readers_language(rollout):
    assert read(rollout, "pt-br") == [
        "apontou 1h30 de Acompanhamento",
        "corrigiu o apontamento 1 para 5h00",
        "apontou 0h10 de Treinamento",
        "excluiu o apontamento 2: Engano",
        "pediu ao cliente 0h30 extras de Treinamento (pedido 1)",
        "aprovou 0h30 extras de Treinamento (pedido 1)",
        "contestou o apontamento 1 (contestação 1)",
        "respondeu na contestação 1",
        "mudou a política de horas a partir de 02/04/2026",
        "fechou as horas de 03/2026",
        "ajustou o apontamento 1 em -0h30: Aula curta",
        "resolveu a contestação 1 com a correção do apontamento 1",
    ]
    english = read(rollout, "en")
    assert english[0] == "logged 1h30 of Follow-up"
    assert not {"apontou", "fechou", "Treinamento", "Acompanhamento"} & {
        word for line in english for word in line.split()
    }


def test_a_statement_keeps_keys_and_is_worded_for_its_reader(rollout):
    statement = Statement.objects.get(rollout=rollout)
    assert statement.content["acknowledged"] == [
        {"warning": "unapproved", "number": 1, "activity": "training", "minutes": 30},
        {"warning": "contested", "number": 1, "contest": 1},
    ]
    assert not {"why", "label"} & set(statement.content["lines"][0])
    with translation.override("en"):
        (part,) = documents.presented(statement.content)["parts"]
        assert part["acknowledged"][0] == "Time entry 1, Training: 0h30 without the client's approval"
        assert part["work"][1]["why"].startswith("Training: ")
        assert "Treinamento: " in documents.html(statement)
        assert list(exports.rows(statement.content))[1]["why"].startswith("Treinamento: ")
        workbook = exports.export("x", exports.rows(statement.content))
        assert workbook.columns[12].heading == "Pessoa"


def test_what_waits_is_asked_for_in_both_languages():
    with translation.override("en"):
        rollout = RolloutFactory()
        agreement.ask(rollout, by=rollout.people["pm"], activity="training", minutes=90, purpose="Reforço")
        (asked,) = requirements.extra_hours_are_answered.find(rollout)
        answer = plugins.answer_to(rollout, asked.key)
    assert asked.text["pt"] == "Responder ao pedido de horas extras: 1h30 de Treinamento"
    assert asked.text["en"] == "Answer the request for extra hours: 1h30 of Training"
    assert asked.owed_by == PartyRole.CLIENT
    assert answer.help["pt"].startswith("1h30 de Treinamento por R$")


def test_the_note_of_a_proposed_session_is_as_the_client_will_read_it():
    with clock.at(APRIL), translation.override("en"):
        rollout = RolloutFactory()
        held_at = APRIL - timedelta(days=1)
        a_session(rollout, rollout.people["analyst"], started_at=held_at, ended_at=held_at + timedelta(hours=2))
        (proposal,) = proposals.pending(rollout.people["analyst"])
    assert proposal.note.startswith("Treinamento: Sessão 1")
