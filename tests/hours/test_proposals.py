"""What is proposed: stopped timers, attended sessions, rounds; confirmed or dismissed once."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.core import clock
from apps.core.refusals import Refusal
from apps.hours.ledger import actions, proposals
from apps.hours.models import Proposal, TimeEntry
from apps.stages.homologation.models import Result, Round
from apps.stages.training.models import Attendance, TrainingSession
from tests.homologation.test_homologation import case, make_script
from tests.hours.factories import ProposalFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 8, 20, tzinfo=UTC)
HELD = NOW - timedelta(days=1)


@pytest.fixture
def rollout():
    with clock.at(NOW):
        yield RolloutFactory()


@pytest.fixture
def analyst(rollout):
    return rollout.people["analyst"]


def a_session(rollout, person, company="Presence", **fields):
    fields = {"state": "held", "held_minutes": 125, "scheduled_at": HELD, **fields}
    session = TrainingSession.objects.create(
        rollout=rollout, number=rollout.training_sessions.count() + 1, planned_minutes=120, **fields
    )
    Attendance.objects.create(session=session, name=person.name, company=company)
    return session


def a_round(rollout, person, *minutes, closed=True):
    round_ = Round.objects.create(
        script=make_script(rollout), number=1, opened_at=HELD, closed_at=NOW if closed else None
    )
    for minute in minutes:
        at = HELD + timedelta(minutes=minute)
        Result.objects.create(round=round_, case=case(round_.script), outcome="passed", by=person, at=at)
    return round_


def confirmed(proposal):
    return proposals.accept(
        proposal, by=proposal.person, activity=proposal.activity, started_at=proposal.started_at,
        minutes=proposal.minutes, note=proposal.note, nonconformity=proposal.nonconformity,
    )  # fmt: skip


def test_an_attended_training_proposes_its_time(rollout, analyst):
    a_session(rollout, analyst)
    found = proposals.pending(analyst)
    assert [(each.activity, each.minutes, each.started_at) for each in found] == [("training", 125, HELD)]
    assert proposals.pending(rollout.people["pm"]) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "planned", "held_minutes": None},
        {"state": "cancelled"},
        {"company": "Outra"},
        {"scheduled_at": NOW - timedelta(days=15)},
    ],
)
def test_what_was_not_held_not_attended_or_long_ago_proposes_nothing(rollout, analyst, fields):
    a_session(rollout, analyst, **fields)
    assert proposals.pending(analyst) == []


def test_a_closed_round_proposes_from_the_first_to_the_last_result_of_a_day(rollout, analyst):
    a_round(rollout, analyst, 0, 40, 75)
    assert [(each.activity, each.minutes, each.started_at) for each in proposals.pending(analyst)] == [
        ("homologation", 75, HELD)
    ]


def test_an_open_round_proposes_nothing_yet_and_a_single_result_no_duration(rollout, analyst):
    round_ = a_round(rollout, analyst, 0, closed=False)
    assert proposals.pending(analyst) == []
    Round.objects.filter(pk=round_.pk).update(closed_at=NOW)
    assert [each.minutes for each in proposals.pending(analyst)] == [None]


def test_confirmed_once_it_is_never_proposed_again_and_the_ledger_links_to_the_session(rollout, analyst, client_for):
    session = a_session(rollout, analyst)
    (proposal,) = proposals.pending(analyst)
    entry = confirmed(proposal)
    assert proposals.pending(analyst) == []
    assert proposals.link(entry) == (str(session), f"/projetos/{rollout.pk}/treinamento/#sessoes")
    assert (
        f"/projetos/{rollout.pk}/treinamento/#sessoes"
        in client_for(analyst).get(f"/projetos/{rollout.pk}/horas/").content.decode()
    )
    with pytest.raises(Refusal, match="já foi apontado"):
        confirmed(proposal)
    actions.delete(entry, by=analyst, reason="Engano")
    assert proposals.pending(analyst) == []


def test_dismissed_it_is_never_proposed_again(rollout, analyst):
    a_session(rollout, analyst)
    (proposal,) = proposals.pending(analyst)
    proposals.dismiss(proposal, by=analyst)
    assert proposals.pending(analyst) == []
    with pytest.raises(Refusal, match="respondida"):
        proposals.dismiss(proposal, by=analyst)
    with pytest.raises(Refusal, match="respondida"):
        confirmed(proposal)
    assert not TimeEntry.objects.exists()


def test_work_that_was_logged_by_hand_in_the_sessions_time_is_not_proposed(rollout, analyst):
    a_session(rollout, analyst)
    actions.log(rollout, by=analyst, activity="training", started_at=HELD, minutes=90, note="Aula")
    assert proposals.pending(analyst) == []


def test_other_work_in_its_time_is_told_and_does_not_hide_it(rollout, analyst):
    a_session(rollout, analyst)
    actions.log(rollout, by=analyst, activity="internal", started_at=HELD, minutes=30, note="Outra coisa")
    shown = proposals.preview(proposals.pending(analyst)[0])
    assert "coincide com #1" in shown["overlap"]
    assert shown["lines"][0]["label"] == "Incluída"


def test_one_press_confirms_and_the_second_says_so(rollout, analyst, client_for):
    kept = ProposalFactory(person=analyst, rollout=rollout)
    browser = client_for(analyst)
    for _press in range(2):
        assert browser.post("/horas/propostas/apontar/", {"source": kept.source}).status_code == 302
    assert TimeEntry.objects.get().minutes == 45
    assert Proposal.objects.get().state == "logged"


def test_what_has_no_duration_asks_for_it(rollout, analyst, client_for):
    kept = ProposalFactory(person=analyst, rollout=rollout, minutes=None)
    answer = client_for(analyst).post("/horas/propostas/apontar/", {"source": kept.source})
    assert answer.url.startswith("/horas/apontar/?source=timer")
    assert not TimeEntry.objects.exists()


def test_nobody_confirms_the_proposal_of_another(rollout, analyst, client_for):
    kept = ProposalFactory(person=analyst, rollout=rollout)
    client_for(rollout.people["pm"]).post("/horas/propostas/apontar/", {"source": kept.source})
    client_for(rollout.people["pm"]).post("/horas/propostas/dispensar/", {"source": kept.source})
    assert Proposal.objects.get().state == "open"
