"""What is proposed: stopped timers, attended sessions, rounds; confirmed or dismissed once."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.core import clock
from apps.core.process import Stage
from apps.core.refusals import Refusal
from apps.hours.ledger import actions, proposals
from apps.hours.models import Proposal, TimeEntry
from apps.meetings import attendance
from apps.meetings.people import record_of
from apps.stages.homologation.models import Result, Round
from tests.companies.factories import PersonFactory
from tests.homologation.test_homologation import case, make_script
from tests.hours.factories import ProposalFactory
from tests.meetings.factories import AttendeeFactory, MeetingFactory
from tests.rollouts.factories import RolloutFactory, at_stage

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


def a_session(rollout, person, guest=None, **fields):
    fields = {"state": "held", "started_at": HELD, "ended_at": HELD + timedelta(minutes=125), **fields}
    session = MeetingFactory(rollout=rollout, planned_start=HELD, **fields)
    who = {"name": guest} if guest else {"user": person}
    AttendeeFactory(meeting=session, party="presence", attended=session.state == "held", **who)
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
        {"state": "planned", "started_at": None, "ended_at": None},
        {"state": "cancelled", "started_at": None, "ended_at": None},
        {"guest": "Ana"},
        {"started_at": NOW - timedelta(days=15)},
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
    shown = proposals.previews(analyst)[0]
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


class TestByPerson:
    def test_who_was_renamed_since_is_still_proposed_their_time(self, rollout, analyst):
        a_session(rollout, analyst)
        analyst.name = "Outro Nome"
        analyst.save()
        assert [each.minutes for each in proposals.pending(analyst)] == [125]

    def test_of_two_with_the_same_name_the_one_who_was_there_is(self, rollout, analyst):
        namesake = rollout.people["pm"]
        namesake.name = analyst.name
        namesake.save()
        a_session(rollout, analyst)
        assert len(proposals.pending(analyst)) == 1
        assert proposals.pending(namesake) == []

    def test_a_guest_of_their_name_is_not_them_until_the_guest_is_given_their_record(self, rollout, analyst):
        session = a_session(rollout, analyst, guest=analyst.name)
        assert proposals.pending(analyst) == []
        record_of(analyst, rollout.company("presence"))
        attendance.name_guest(session.attendees.get(), by=rollout.people["manager"])
        assert [each.minutes for each in proposals.pending(analyst)] == [125]

    def test_a_record_without_an_account_proposes_nothing(self, rollout, analyst):
        session = a_session(rollout, analyst, guest="Outra pessoa")
        person = PersonFactory(company=rollout.company("presence"), name=analyst.name)
        AttendeeFactory(meeting=session, party="presence", person=person)
        assert proposals.pending(analyst) == []

    def test_who_came_late_and_left_early_is_proposed_what_lies_between(self, rollout, analyst):
        session = a_session(rollout, analyst)
        session.attendees.update(arrived_at=HELD + timedelta(minutes=25), left_at=HELD + timedelta(minutes=85))
        assert [(each.minutes, each.started_at) for each in proposals.pending(analyst)] == [
            (60, HELD + timedelta(minutes=25))
        ]

    @pytest.mark.parametrize(
        ("kind", "stage", "activity"),
        [
            ("kickoff", Stage.KICKOFF, "kickoff"),
            ("go_live", Stage.GO_LIVE, "go_live"),
            ("other", Stage.TRAINING, "internal"),
            ("other", Stage.GO_LIVE, "follow_up"),
        ],
    )
    def test_a_meeting_of_any_kind_proposes_its_own_activity(self, rollout, analyst, kind, stage, activity):
        a_session(at_stage(rollout, stage), analyst, kind=kind, title="Alinhamento" if kind == "other" else "")
        assert [each.activity for each in proposals.pending(analyst)] == [activity]
