"""To whom each business day counts: the rule of the day's beginning, holds, meetings that did not take place, delays."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from apps.core import plugins, workdays
from apps.core.process import PATH, PartyRole, Stage
from apps.portfolio.clocks import counting, record
from tests.portfolio.histories import MONDAY, History, at


def parties(clocks):
    return [day.party for day in clocks.days]


class TestTheBeginningOfTheDay:
    def test_the_day_of_the_opening_counts_for_nobody(self):
        assert parties(History().count(until=0)) == []

    def test_who_answers_on_the_day_they_are_asked_loses_none(self):
        history = History().passes(at(1, 9), "client").passes(at(1, 17), "integrator")
        assert parties(history.count(until=2)) == ["presence", "integrator"]

    def test_the_day_on_which_one_answers_is_ones_own(self):
        history = History().passes(at(0, 11), "client").passes(at(2, 9), "integrator")
        assert parties(history.count(until=3)) == ["client", "client", "integrator"]

    def test_it_begins_at_midnight_in_sao_paulo_although_it_is_three_in_london(self):
        history = History().passes(at(1, 23), "client")
        assert parties(history.count(until=2)) == ["presence", "client"]
        assert history.entries[-1].at.day == at(1).day + 1

    def test_weekends_and_holidays_count_for_nobody(self):
        days = [day.day for day in History().count(until=40).days]
        assert days == [day for day in days if workdays.is_workday(day)]
        assert len(days) == workdays.between(MONDAY, MONDAY + timedelta(days=40)) == 28, "Good Friday is one"

    def test_each_day_names_the_event_by_which_the_party_got_the_ball(self):
        history = History().passes(at(0, 11), "client").happens(at(1), "prerequisites.commented")
        assert {day.proofs for day in history.count(until=3).days} == {(2,)}

    def test_days_that_count_alike_are_one_span_over_the_weekend(self):
        span, *others = History().count(until=8).spans
        assert (span.first, span.last, span.days, others) == (
            MONDAY + timedelta(days=1),
            MONDAY + timedelta(days=8),
            6,
            [],
        )


class TestHolds:
    def test_days_on_hold_are_the_holds_and_of_the_party_that_caused_it(self):
        history = History().happens(at(1), "rollouts.held", "client", caused_by="client", reason="Inventário")
        history.happens(at(3), "rollouts.resumed", "presence")
        days = history.count(until=4).days
        assert [(day.party, day.why, day.proofs) for day in days] == [
            ("presence", "ball", (1,)),
            ("client", "hold", (2,)),
            ("client", "hold", (2,)),
            ("presence", "ball", (3,)),
        ]

    def test_a_cancelled_project_is_on_hold_no_more(self):
        history = History().happens(at(1), "rollouts.held", "client", caused_by="client", reason="Inventário")
        history.happens(at(2), "rollouts.cancelled", " ", reason="Desistiu")
        clocks = history.count(until=9)
        assert len(clocks.days) == 2
        assert clocks.until == MONDAY + timedelta(days=2)


class TestMeetingsThatDidNotTakePlace:
    def missed(self, **more):
        history = History().meeting(at(0, 11), "planned", when=at(1, 14).isoformat())
        return history.meeting(at(1, 15), "not_held", when=at(1, 14).isoformat(), caused_by="client", **more)

    def test_the_days_from_the_agreement_on_a_new_date_up_to_it_count_for_who_caused_it(self):
        history = self.missed().meeting(at(3), "planned", number=2, when=at(7, 14).isoformat())
        history.meeting(at(7, 16), "held", number=2)
        days = history.count(until=8).days
        assert [(day.day.day, day.party, day.why, day.proofs) for day in days] == [
            (3, "presence", "ball", (1,)),
            (4, "presence", "ball", (1,)),
            (5, "presence", "ball", (1,)),
            (6, "client", "meeting", (3, 4)),
            (9, "client", "meeting", (3, 4)),
            (10, "presence", "ball", (1,)),
        ]

    def test_what_is_put_off_later_does_not_count_for_them(self):
        history = self.missed().meeting(at(1, 16), "planned", number=2, when=at(2, 14).isoformat())
        history.meeting(at(2), "moved", number=2, when=at(9).isoformat(), before=at(2, 14).isoformat())
        assert parties(history.count(until=4)) == ["presence", "client", "presence", "presence"]

    def test_a_next_date_that_stood_already_counts_from_the_day_it_was_said(self):
        history = History().meeting(at(0, 11), "planned", when=at(1, 14).isoformat())
        history.meeting(at(0, 12), "planned", number=2, when=at(3, 14).isoformat())
        history.meeting(at(1, 15), "not_held", when=at(1, 14).isoformat(), caused_by="integrator")
        assert parties(history.count(until=4)) == ["presence", "integrator", "integrator", "presence"]

    def test_a_meeting_of_another_kind_is_another_matter(self):
        history = self.missed().meeting(at(2), "planned", kind="other", when=at(9).isoformat())
        assert set(parties(history.count(until=4))) == {"presence"}

    @pytest.mark.parametrize("end", ["held", "started", "cancelled"])
    def test_it_ends_when_the_new_one_is_held_or_given_up_before_its_day(self, end):
        history = self.missed().meeting(at(1, 16), "planned", number=2, when=at(9).isoformat())
        history.meeting(at(2), end, number=2)
        assert parties(history.count(until=4)) == ["presence", "client", "presence", "presence"]

    def test_of_who_caused_it_again_the_second_time_counts(self):
        history = self.missed().meeting(at(1, 16), "planned", number=2, when=at(2, 14).isoformat())
        history.meeting(at(2, 15), "not_held", number=2, when=at(2, 14).isoformat(), caused_by="platform")
        history.meeting(at(2, 16), "planned", number=3, when=at(3, 14).isoformat())
        assert parties(history.count(until=4)) == ["presence", "client", "platform", "presence"]

    def test_a_session_of_before_that_was_not_written_down_yet_is_not_what_is_waited_for(self):
        history = History().meeting(at(0, 11), "planned", number=9, when=at(0, 14).isoformat())
        history.meeting(at(1, 15), "not_held", when=at(1, 14).isoformat(), caused_by="client")
        history.meeting(at(1, 16), "planned", number=2, when=at(3, 14).isoformat())
        assert parties(history.count(until=4)) == ["presence", "client", "client", "presence"]

    @pytest.mark.parametrize("end", ["held", "started", "cancelled"])
    def test_another_session_of_the_kind_ends_nothing(self, end):
        history = self.missed().meeting(at(1, 16), "planned", number=2, when=at(4).isoformat())
        history.meeting(at(2), end, number=9, started_at=at(0).isoformat())
        assert parties(history.count(until=4)) == ["presence", "client", "client", "client"]

    def test_one_that_is_written_down_late_settles_nothing_and_one_that_is_held_does(self):
        for started, expected in ((at(0), "client"), (at(2), "presence")):
            history = self.missed().meeting(at(2, 11), "held", number=9, started_at=started.isoformat())
            history.meeting(at(2, 12), "planned", number=2, when=at(4).isoformat())
            assert parties(history.count(until=3))[-1] == expected

    def test_after_a_reopening_a_new_date_has_nothing_to_do_with_what_was_missed_before(self):
        history = (
            self.missed().moves(at(2), "completed").happens(at(2, 12), "rollouts.reopened", "presence", stage="go_live")
        )
        history.meeting(at(2, 13), "planned", number=2, when=at(9).isoformat())
        assert parties(history.count(until=4)) == ["presence", "presence", "presence", "presence"]

    def test_a_hold_goes_before_it(self):
        history = self.missed().meeting(at(1, 16), "planned", number=2, when=at(9).isoformat())
        history.happens(at(2), "rollouts.held", "presence", caused_by="presence", reason="Férias")
        assert [day.why for day in history.count(until=4).days] == ["ball", "meeting", "hold", "hold"]


class TestDelays:
    PLAN = {stage.value: MONDAY + timedelta(days=7 * place) for place, stage in enumerate([*PATH, Stage.COMPLETED])}

    def test_late_days_are_those_of_a_stage_beyond_its_planned_length(self):
        history = History().passes(at(1), "client").moves(at(9), "development", "integrator")
        delay = history.count(until=10).delay(self.PLAN)
        assert [(day.day.day, day.party) for day in delay.late] == [(10, "client"), (11, "client")]
        assert delay.days == 2

    def test_what_a_finished_stage_took_less_is_recovered(self):
        history = History().moves(at(2), "development").moves(at(16), "training")
        delay = history.count(until=16).delay(self.PLAN)
        assert delay.recovered == {"kickoff": 3}
        assert delay.days == 5 - 3

    def test_a_stage_to_which_it_went_back_counts_its_days_of_before(self):
        history = History().moves(at(4), "development").moves(at(8), "training")
        history.happens(at(9), "rollouts.sent_back", stage="development", reason="Defeito")
        assert len(history.count(until=14).delay(self.PLAN).late) == 2 + 3 - 5 + 0

    def test_without_a_day_for_each_stage_there_is_no_delay_to_tell(self):
        assert History().count(until=9).delay({"development": MONDAY}) is None

    def test_the_plan_is_the_one_that_stood_when_development_first_began(self):
        history = History().moves(at(1), "development", plan={"development": "2026-03-03"})
        history.moves(at(5), "development", plan={"development": "2026-04-01"})
        assert counting.baseline(history.entries) == ({"development": MONDAY + timedelta(days=1)}, 2)
        without = History().moves(at(1), "development").moves(at(5), "development", plan={"development": "2026-04-01"})
        assert counting.baseline(without.entries) is None


def test_every_event_that_says_where_a_rollout_stands_is_read():
    kinds = {kind for kind, event in plugins.events().items() if event.__annotations__.get("stage") is Stage}
    assert kinds == record.MOVES


STEPS = st.one_of(
    st.tuples(st.just("ball"), st.sampled_from(PartyRole.values)),
    st.tuples(st.just("move"), st.sampled_from(PATH)),
    st.tuples(st.just("hold"), st.sampled_from(PartyRole.values)),
    st.tuples(st.just("resume"), st.none()),
    st.tuples(st.just("complete"), st.none()),
    st.tuples(st.just("planned"), st.integers(0, 20)),
    st.tuples(st.just("missed"), st.sampled_from(PartyRole.values)),
    st.tuples(st.just("held"), st.none()),
)


def random_history(steps):
    history, hours, meetings = History(), 10, 0
    for pause, (step, value) in steps:
        hours += pause
        instant = at(0, hours)
        match step:
            case "ball":
                history.passes(instant, value)
            case "move":
                history.moves(instant, value)
            case "hold":
                history.happens(instant, "rollouts.held", value, caused_by=value, reason="Motivo")
            case "resume":
                history.happens(instant, "rollouts.resumed")
            case "complete":
                history.moves(instant, Stage.COMPLETED)
            case "planned":
                meetings += 1
                history.meeting(instant, "planned", meetings, when=(instant + timedelta(days=value)).isoformat())
            case "missed":
                history.meeting(instant, "not_held", meetings, when=instant.isoformat(), caused_by=value)
            case "held":
                history.meeting(instant, "held", meetings)
    return history


@hypothesis(max_examples=1000, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 150), STEPS), max_size=25))
def test_the_days_of_the_four_and_the_holds_are_exactly_the_calendar(steps):
    """Each business day on which the rollout was open at its beginning counts once, for one party, by earlier events."""
    history = random_history(steps)
    clocks = history.count(until=120)
    expected, stage = [], Stage.KICKOFF.value
    for day in (MONDAY + timedelta(days=n) for n in range(1, 121)):
        for entry in history.entries:
            if entry.day < day and entry.kind == "rollouts.advanced":
                stage = entry.data["stage"]
        if stage != Stage.COMPLETED and workdays.is_workday(day):
            expected.append((day, stage))
    assert [(day.day, day.stage) for day in clocks.days] == expected
    assert sum(clocks.by("party", "why").values()) == sum(span.days for span in clocks.spans) == len(expected)
    assert all(history.entries[proof - 1].day < day.day for day in clocks.days for proof in day.proofs)


@hypothesis(max_examples=200, derandomize=True)
@given(st.lists(st.integers(0, 12), min_size=6, max_size=6), st.lists(st.integers(0, 12), min_size=6, max_size=6))
def test_late_and_recovered_days_come_to_the_days_between_the_plan_and_the_end(planned, actual):
    plan, ends = {"kickoff": MONDAY}, MONDAY
    history, day = History(), 0
    for stage, length, took in zip([*PATH[1:], Stage.COMPLETED], planned, actual, strict=True):
        ends, day = ends + timedelta(days=length), day + took
        plan[stage.value] = ends
        history.moves(at(day, 12), stage)
    delay = history.count(until=120).delay(plan)
    assert delay.days == workdays.between(ends, MONDAY + timedelta(days=day))
