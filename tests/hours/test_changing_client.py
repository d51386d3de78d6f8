"""Whose the hours are when another company becomes the client of a rollout."""

from datetime import date, timedelta

import pytest

from apps.core import clock
from apps.core.refusals import Refusal
from apps.hours import queries
from apps.hours.agreement import actions as agreement
from apps.hours.agreement import coverage
from apps.hours.ledger import closing
from apps.hours.models import ClientStatement, Line
from apps.hours.statements import overdue, reconciliation
from apps.rollouts import parties, refreshing
from apps.rollouts.models import Rollout
from tests.companies.factories import CompanyFactory, a_person
from tests.hours.factories import APRIL, MARCH, THE_MONTH, close_client_month, log
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    with clock.at(APRIL):
        rollout = RolloutFactory()
        log(rollout, start=MARCH, activity="follow_up")
        yield rollout


def replaced(rollout):
    company = CompanyFactory(kind="client")
    parties.replace(rollout, "client", by=rollout.people["pm"], company=company, reason="Vendida")
    people = rollout.people
    rollout = Rollout.objects.get(pk=rollout.pk)
    rollout.people = people
    return rollout, company


def test_a_month_that_is_over_is_closed_for_the_old_client_first(rollout):
    with pytest.raises(Refusal, match="Feche antes as horas") as refusal:
        replaced(rollout)
    assert refusal.value.details == ["03/2026"]
    assert not rollout.former_parties.exists()


def test_another_change_soon_after_asks_for_no_month_that_was_closed_for_the_one_before(rollout):
    close_client_month(rollout)
    rollout, _company = replaced(rollout)
    rollout, second = replaced(rollout)
    assert rollout.company("client") == second


def test_what_was_closed_stays_the_old_clients_and_what_runs_is_the_new_ones(rollout):
    before = rollout.company("client")
    statement = close_client_month(rollout)
    log(rollout, start=APRIL - timedelta(hours=2))
    rollout, company = replaced(rollout)
    assert queries.client_of(rollout, THE_MONTH) == before
    assert queries.client_of(rollout, date(2026, 4, 1)) == company
    assert statement in ClientStatement.objects.filter(client=before)
    assert list(reconciliation.client_differences(statement)) == []
    with clock.at(clock.instant_of(date(2026, 5, 4))):
        [waiting] = overdue.waiting_to_close()
        assert (waiting.client, waiting.month) == (company, date(2026, 4, 1))
        closed = closing.close_client_month(
            company, by=rollout.people["pm"], month=date(2026, 4, 1), acknowledged=waiting.receipt
        )
    assert closed.content["client"]["cnpj"] == company.cnpj
    assert [part["month"] for part in closed.content["rollouts"]] == ["2026-04-01"]


def test_what_the_old_client_approved_covers_what_was_closed_with_it_and_nothing_of_the_new_ones(rollout, client_for):
    approve_follow_up(rollout, 180)
    close_client_month(rollout)
    assert coverage.uncovered(rollout) == {}
    closed = Line.objects.get(entry__rollout=rollout)
    log(rollout, start=APRIL - timedelta(hours=2), activity="follow_up")
    rollout, company = replaced(rollout)
    assert coverage.uncovered(rollout) == {"follow_up": 60}
    assert coverage.coverage(rollout)[closed.pk].covered == closed.minutes
    page = client_for(rollout.people["pm"]).get(f"/projetos/{rollout.pk}/horas/").content.decode()
    assert "não vale para as horas do novo cliente" in page
    rollout.people["client"] = a_person(company, "lead")
    approve_follow_up(rollout, 60)
    assert coverage.uncovered(rollout) == {}


def test_a_month_of_the_old_client_that_is_closed_after_it_left_is_covered_by_what_it_approved_alone(client_for):
    with clock.at(APRIL):
        rollout = RolloutFactory()
        approve_follow_up(rollout, 60)
        before, former_lead = rollout.company("client"), str(rollout.people["client"])
        rollout, company = replaced(rollout)
        rollout.people["client"] = a_person(company, "lead")
    with clock.at(APRIL + timedelta(hours=1)):
        approve_follow_up(rollout, 90)
        log(rollout, start=MARCH, minutes=120, activity="follow_up")
        log(rollout, start=APRIL - timedelta(hours=3), minutes=45, activity="follow_up")
        by_month = {line.entry.started_at.month: row for line, row in lines_with_coverage(rollout)}
        assert (by_month[3].covered, by_month[3].uncovered) == (60, 60)
        assert (by_month[4].covered, by_month[4].uncovered) == (45, 0)
        acknowledged = closing.receipt(closing.client_warnings([rollout], THE_MONTH))
        by = rollout.people["pm"]
        statement = closing.close_client_month(before, by=by, month=THE_MONTH, acknowledged=acknowledged)
        [part] = statement.content["rollouts"]
        assert [approval["approved_by"] for approval in part["approvals"]] == [former_lead]
        assert Line.objects.get(entry__started_at=MARCH).approved == 60
        assert {line.entry.started_at.month: row for line, row in lines_with_coverage(rollout)} == by_month


def test_what_the_release_before_wrote_of_approvals_gets_its_months_by_night():
    with clock.at(APRIL):
        rollout = RolloutFactory()
        approve_follow_up(rollout, 60)
    for hours in (1, 3):
        with clock.at(APRIL + timedelta(hours=hours)):
            rollout, company = replaced(rollout)
            rollout.people["client"] = a_person(company, "lead")
        with clock.at(APRIL + timedelta(hours=hours + 1)):
            approve_follow_up(rollout, 60)
    periods = rollout.extra_requests.order_by("number").values_list("client_since", "lapsed_at")
    written = list(periods)
    first, second = rollout.former_parties.order_by("until").values_list("until", flat=True)
    assert written == [(None, first), (first, second), (second, None)]
    rollout.extra_requests.update(client_since=None, lapsed_at=None)
    for _night in range(2):
        refreshing.heal(rollout.pk)
        assert list(periods.all()) == written


def lines_with_coverage(rollout):
    parts = coverage.coverage(rollout)
    return [(line, parts[line.pk]) for line in Line.objects.filter(entry__rollout=rollout).select_related("entry")]


def test_another_integrator_leaves_what_the_client_approved(rollout):
    approve_follow_up(rollout, 180)
    company = CompanyFactory(kind="integrator")
    parties.replace(rollout, "integrator", by=rollout.people["pm"], company=company, reason="Vendida")
    assert coverage.uncovered(rollout) == {}


def test_each_client_reads_in_its_statement_what_it_approved_itself(rollout):
    approve_follow_up(rollout, 180)
    former_lead = str(rollout.people["client"])
    [part] = close_client_month(rollout).content["rollouts"]
    assert [approval["approved_by"] for approval in part["approvals"]] == [former_lead]
    rollout, company = replaced(rollout)
    rollout.people["client"] = a_person(company, "lead")
    with clock.at(APRIL + timedelta(hours=4)):
        log(rollout, start=APRIL, activity="follow_up")
        approve_follow_up(rollout, 60)
    with clock.at(clock.instant_of(date(2026, 5, 4))):
        [part] = close_client_month(rollout, month=date(2026, 4, 1)).content["rollouts"]
    assert [(approval["number"], approval["approved_by"]) for approval in part["approvals"]] == [
        (2, str(rollout.people["client"]))
    ]
    assert former_lead not in str(part["approvals"])


def test_a_month_closed_after_its_client_left_says_what_that_client_approved(rollout):
    approve_follow_up(rollout, 180)
    close_client_month(rollout)
    former_lead, [march] = str(rollout.people["client"]), rollout.statements.all()
    with clock.at(APRIL + timedelta(hours=1)):
        rollout, company = replaced(rollout)
        rollout.people["client"] = a_person(company, "lead")
    with clock.at(APRIL + timedelta(hours=2)):
        approve_follow_up(rollout, 60)
    approvals = queries.approvals_of_client(rollout, march.month)
    assert [str(request.answered_by) for request in approvals] == [former_lead]


def approve_follow_up(rollout, minutes):
    request = agreement.ask(rollout, by=rollout.people["pm"], activity="follow_up", minutes=minutes, purpose="Apoio")
    agreement.approve(request, by=rollout.people["client"])
