"""Sessions of the homologation in the hours: proposed once they ended, in the forecast while they lie ahead."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.core import clock, plugins
from apps.hours import queries
from apps.hours.ledger import actions, proposals
from apps.stages.homologation.models import Result
from apps.stages.homologation.nonconformities import queries as nonconformities
from tests.homologation.factories import NonconformityFactory, ResultFactory, SessionFactory
from tests.homologation.test_homologation import case, make_script
from tests.hours.factories import PolicyFactory
from tests.meetings.factories import AttendeeFactory, MeetingFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 8, 20, tzinfo=UTC)
BEGAN = NOW - timedelta(hours=3)


@pytest.fixture
def rollout():
    with clock.at(NOW):
        yield RolloutFactory()


@pytest.fixture
def script(rollout):
    return make_script(rollout)


@pytest.fixture
def session(rollout, script):
    """Two hours in which the analyst was for Presence and the client's lead too."""
    session = SessionFactory(
        rollout=rollout, led_by=rollout.people["analyst"], state="held", started_at=BEGAN,
        ended_at=BEGAN + timedelta(hours=2),
    )  # fmt: skip
    AttendeeFactory(meeting=session, party="presence", user=rollout.people["analyst"])
    AttendeeFactory(meeting=session, party="client", user=rollout.people["client"])
    return session


def a_result(rollout, script, number=1, minute=10, closed=True, **fields):
    round_, _made = script.rounds.get_or_create(
        number=number, defaults={"opened_at": BEGAN, "closed_at": NOW if closed else None}
    )
    at = BEGAN + timedelta(minutes=minute)
    return ResultFactory(round=round_, case=case(script), by=rollout.people["analyst"], at=at, **fields)


def test_an_ended_session_proposes_its_time_to_presences_people_who_were_there(rollout, session):
    (found,) = proposals.pending(rollout.people["analyst"])
    assert (found.activity, found.started_at, found.minutes) == ("homologation", BEGAN, 120)
    assert proposals.pending(rollout.people["pm"]) == proposals.pending(rollout.people["client"]) == []


def test_one_that_goes_on_proposes_nothing(rollout, session):
    session.state, session.ended_at = "in_progress", None
    session.save()
    assert proposals.pending(rollout.people["analyst"]) == []


def test_results_within_it_are_not_proposed_a_second_time(rollout, script, session):
    a_result(rollout, script, minute=10)
    a_result(rollout, script, minute=50)
    assert [each.source.partition(":")[0] for each in proposals.pending(rollout.people["analyst"])] == ["homologation"]
    Result.objects.update(at=BEGAN - timedelta(hours=1))
    assert {each.source.partition(":")[0] for each in proposals.pending(rollout.people["analyst"])} == {
        "homologation", "round",
    }  # fmt: skip


def test_one_that_retested_a_single_nonconformity_names_it(rollout, script, session):
    found = NonconformityFactory(
        rollout=rollout, case=case(script), opened_by=rollout.people["pm"], opened_at=BEGAN - timedelta(days=1)
    )
    a_result(rollout, script, number=2)
    assert [each.nonconformity for each in proposals.pending(rollout.people["analyst"])] == [found]


def test_logged_it_leads_back_to_the_sessions(rollout, session):
    (found,) = proposals.pending(rollout.people["analyst"])
    PolicyFactory(rollout=rollout)
    entry = proposals.accept(
        found, by=found.person, activity=found.activity, started_at=found.started_at, minutes=90, note=found.note
    )
    assert proposals.link(entry) == ("Sessão 1", f"/projetos/{rollout.pk}/homologacao/reuniao/")
    assert proposals.pending(found.person) == []


def test_a_planned_session_stands_in_the_forecast_until_it_is_held_or_called_off(rollout, script):
    PolicyFactory(rollout=rollout)

    def forecast():
        return {each.activity: each.scheduled for each in queries.allowances(rollout)}["homologation"]

    planned = MeetingFactory(
        rollout=rollout, kind="homologation", planned_start=NOW + timedelta(days=1), planned_minutes=90
    )
    assert forecast() == 90
    planned.state = "cancelled"
    planned.save()
    assert forecast() == 0


def test_the_time_spent_on_a_nonconformity_is_that_of_its_entries(rollout, script, rf):
    PolicyFactory(rollout=rollout)
    found = NonconformityFactory(rollout=rollout, case=case(script), opened_by=rollout.people["pm"], opened_at=BEGAN)
    for minutes in (30, 45):
        actions.log(
            rollout, by=rollout.people["analyst"], activity="homologation", started_at=BEGAN - timedelta(hours=minutes),
            minutes=minutes, note="Reteste", nonconformity=found,
        )  # fmt: skip
    request = rf.get("/")
    request.user = rollout.people["client"]
    (spent,) = plugins.panels("nonconformity", request, found)
    assert "1h15" in spent
    assert "em 2 apontamentos" in spent
    request.user = rollout.people["stranger"]
    assert plugins.panels("nonconformity", request, found) == []


def test_days_open_stop_when_it_is_verified_and_aging_is_by_owner(rollout, script):
    made = {"rollout": rollout, "case": case(script), "opened_by": rollout.people["pm"]}
    done = NonconformityFactory(
        **made, opened_at=NOW - timedelta(days=9), since=NOW - timedelta(days=4), state="verified"
    )
    late = NonconformityFactory(**made, opened_at=NOW - timedelta(days=7), due=(NOW - timedelta(days=1)).date())
    NonconformityFactory(**made, opened_at=NOW - timedelta(days=2), owner="client")
    assert [nonconformities.days_open(each) for each in (done, late)] == [5, 7]
    assert late.is_overdue
    assert nonconformities.aging(rollout) == [
        nonconformities.Aging("integrator", 1, 1, 7), nonconformities.Aging("client", 1, 0, 2),
    ]  # fmt: skip
    assert nonconformities.listed(rollout, state="overdue") == [late]
