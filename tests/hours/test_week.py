"""A person's week over every rollout, and last week copied into it, once."""

from datetime import UTC, date, datetime

import pytest

from apps.core import clock
from apps.core.process import Stage
from apps.hours.ledger import actions
from apps.hours.logging import week
from apps.hours.models import TimeEntry
from tests.hours.factories import BareEntryFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 8, 20, tzinfo=UTC)  # A Wednesday.
MONDAY = date(2026, 4, 6)


@pytest.fixture
def rollout():
    with clock.at(NOW):
        yield RolloutFactory()


@pytest.fixture
def analyst(rollout):
    return rollout.people["analyst"]


def log(rollout, start, minutes=60, activity="training", **fields):
    who = rollout.people["analyst"]
    return actions.log(rollout, by=who, activity=activity, started_at=start, minutes=minutes, note="Aula", **fields)


def utc(day, hour=13, minute=0):
    return datetime(2026, 4, day, hour, minute, tzinfo=UTC)


def test_weeks_begin_on_monday_where_the_person_is(analyst):
    assert week.this_week(analyst) == MONDAY
    analyst.time_zone = "Pacific/Kiritimati"
    with clock.at(datetime(2026, 4, 12, 12, tzinfo=UTC)):  # Already Monday there.
        assert week.this_week(analyst) == MONDAY + week.WEEK


def test_an_entry_belongs_to_the_persons_day(rollout, analyst):
    log(rollout, utc(7, 2, 59))  # 23:59 of the 6th in São Paulo.
    log(rollout, utc(7, 4))
    assert [len(day.entries) for day in week.week_of(analyst, MONDAY)] == [1, 1, 0, 0, 0, 0, 0]
    analyst.time_zone = "UTC"
    assert [len(day.entries) for day in week.week_of(analyst, MONDAY)] == [0, 2, 0, 0, 0, 0, 0]


def test_the_week_adds_up_over_rollouts(rollout, analyst, client_for):
    other = RolloutFactory()
    other.people = rollout.people
    log(rollout, utc(6), 90)
    log(other, utc(6, 16), 30)
    log(other, utc(8), 60)
    assert [day.minutes for day in week.week_of(analyst, MONDAY)] == [120, 0, 60, 0, 0, 0, 0]
    page = client_for(analyst).get("/horas/").content.decode()
    assert "3h00" in page
    assert rollout.code in page
    assert other.code in page


def test_a_copy_keeps_the_time_of_day_when_the_clocks_change(rollout, analyst):
    analyst.time_zone = "Europe/Lisbon"  # To summer time on 29/03/2026.
    entry = BareEntryFactory(person=analyst, rollout=rollout, started_at=datetime(2026, 3, 25, 9, tzinfo=UTC))
    (copy,) = week.copies(analyst, date(2026, 3, 30))
    assert copy.started_at == datetime(2026, 4, 1, 8, tzinfo=UTC)
    assert copy.entry == entry


def test_each_copy_is_shown_with_the_class_it_gets_after_those_before_it(rollout, analyst):
    log(rollout, utc(6) - week.WEEK, 100)
    log(rollout, utc(7) - week.WEEK, 100)
    shown = week.copies(analyst, MONDAY)
    assert [[(line.hour_class, line.minutes) for line in copy.lines] for copy in shown] == [
        [("included", 40), ("billable", 60)],
        [("billable", 100)],
    ]
    made, refused = week.copy([copy.entry for copy in shown], by=analyst)
    assert not refused
    assert [[(line.hour_class, line.minutes) for line in entry.lines.all()] for entry in made] == [
        [("included", 40), ("billable", 60)],
        [("billable", 100)],
    ]


def test_what_lies_ahead_or_in_a_closed_month_says_why_it_is_not_copied(rollout, analyst):
    over = RolloutFactory()
    over.people = rollout.people
    log(over, utc(6) - week.WEEK)
    at_stage(over, Stage.COMPLETED)
    log(rollout, utc(10) - week.WEEK)
    shown = week.copies(analyst, MONDAY)
    assert [shown[0].refusal, "futuro" in shown[1].refusal] == ["", True]
    made, refused = week.copy([copy.entry for copy in shown], by=analyst)
    assert ([entry.rollout for entry in made], len(refused)) == ([over], 1)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "ontem"])
def test_a_week_that_nobody_means_is_this_one(analyst, client_for, day):
    browser = client_for(analyst)
    for address in ("/horas/", "/horas/copiar/"):
        assert browser.get(address, {"week": day}).status_code == 200
    assert browser.post("/horas/copiar/", {"week": day, "entry": []}).status_code < 500


def test_pressing_twice_copies_once(rollout, analyst, client_for):
    entry = log(rollout, utc(6) - week.WEEK)
    browser = client_for(analyst)
    assert "Treinamento: dentro da franquia" in browser.get("/horas/copiar/").content.decode()
    for _press in range(2):
        answer = browser.post("/horas/copiar/", {"entry": [entry.pk], "week": "2026-04-06"})
        assert answer.url == "/horas/?week=2026-04-06"
    assert TimeEntry.objects.count() == 2
    assert "Nada a copiar" in browser.get("/horas/copiar/").content.decode()


def test_a_copy_that_was_deleted_may_be_made_again(rollout, analyst):
    entry = log(rollout, utc(6) - week.WEEK)
    (made,), _refused = week.copy([entry], by=analyst)
    actions.delete(made, by=analyst, reason="Engano")
    assert len(week.copy([entry], by=analyst)[0]) == 1


def test_nobody_copies_the_entries_of_another(rollout, client_for):
    entry = log(rollout, utc(6) - week.WEEK)
    client_for(rollout.people["pm"]).post("/horas/copiar/", {"entry": [entry.pk]})
    assert TimeEntry.objects.count() == 1


@pytest.mark.parametrize(("who", "status"), [("pm", 200), ("manager", 200), ("analyst", 403)])
def test_a_project_manager_sees_the_week_of_a_colleague_and_adds_nothing_to_it(rollout, client_for, who, status):
    log(rollout, utc(6))
    whose = rollout.people["analyst"] if who != "analyst" else rollout.people["pm"]
    answer = client_for(rollout.people[who]).get("/horas/", {"person": whose.pk})
    assert answer.status_code == status
    if status == 200:
        page = answer.content.decode()
        assert rollout.code in page
        assert "Apontar em" not in page
        assert "Corrigir o apontamento" not in page


def test_somebody_of_another_company_has_no_week_here(rollout, client_for):
    browser = client_for(rollout.people["pm"])
    assert browser.get("/horas/", {"person": rollout.people["client"].pk}).status_code == 404
    assert browser.get("/horas/", {"person": "x"}).status_code == 404
    assert browser.get("/horas/", {"week": "ontem"}).status_code == 200


def test_the_weeks_lead_to_one_another(rollout, analyst, client_for):
    page = client_for(analyst).get("/horas/", {"week": "2026-04-02"}).content.decode()
    assert "?week=2026-03-23" in page
    assert "?week=2026-04-06" in page
