"""The places that show or store a day, each asked at the hours in which it is another day elsewhere: to every reader they say
Presence's day, or beside the reader's own that it is another in Brasília."""

import io
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import icalendar
import openpyxl
import pytest
from django.template import engines
from django.utils import translation
from django_cotton.compiler_regex import CottonCompiler

from apps.core import clock, moments
from apps.core.exports import calendar
from apps.core.exports.tables import Column, Export, Kind
from apps.core.process import Stage
from apps.hours import queries
from apps.hours.events import Logged
from apps.hours.ledger import statements
from apps.hours.models import TimeEntry
from apps.hours.statements import documents
from apps.meetings import dates
from apps.meetings.models import Meeting
from apps.meetings.plugin import summary as meeting_facts
from apps.notices import words
from apps.rollouts import phases, planning, timeline
from apps.rollouts.models import PlannedStage, Rollout
from apps.stages.golive.dossier import readme
from apps.stages.golive.models import Release
from apps.stages.golive.plugin import summary as golive_facts
from apps.stages.homologation.execution import report
from apps.stages.homologation.models import Round
from apps.stages.homologation.term import HOMOLOGATION
from apps.stages.kickoff import documents as kickoff_documents
from apps.stages.kickoff.plugin import summary as kickoff_facts
from apps.stages.kickoff.term import KICKOFF
from apps.stages.training.plugin import summary as training_facts
from apps.stages.training.term import TRAINING
from tests.boundaries import READERS, WHEN, instant_in_sao_paulo
from tests.golive.factories import a_rollout_going_live
from tests.homologation.test_homologation import make_script
from tests.hours.factories import TimeEntryFactory
from tests.kickoff.factories import KickoffFactory, published
from tests.meetings.factories import MeetingFactory
from tests.papers.test_statements import a_line, a_part
from tests.papers.test_statements import a_statement as statement_of_lines

pytestmark = pytest.mark.django_db

BRAZILIAN = re.compile(r"\b(\d\d)/(\d\d)/(\d{4})\b")


@pytest.fixture(scope="module", autouse=True)
def standing_scene(stand):
    def build() -> SimpleNamespace:
        rollout = a_rollout_going_live()
        KickoffFactory(rollout=rollout)
        MeetingFactory(rollout=rollout, kind="kickoff", held=True)
        MeetingFactory(rollout=rollout, held=True)
        script = make_script(rollout)
        script.rounds.create(number=1)
        Release.objects.create(rollout=rollout)
        PlannedStage.objects.create(rollout=rollout, stage=Stage.KICKOFF, starts=date(2026, 1, 5))
        with timeline.changing(rollout) as locked:
            timeline.record(locked, Logged(number=1, duration=60, activity="follow_up"), rollout.people["pm"])
        return SimpleNamespace(
            rollout=rollout,
            script=script,
            minutes=published(KickoffFactory()),
            planned=MeetingFactory(rollout=rollout, kind="training"),
            entry=TimeEntryFactory(rollout=rollout),
            event=rollout.events.last(),
        )

    return stand(build)


@pytest.fixture
def scene(standing_scene):
    return standing_scene.copy()


def days_in(text: str) -> list[date]:
    """Every day that ``text`` writes as ``31/12/2026``, in its order."""
    return [date(int(year), int(month), int(day)) for day, month, year in BRAZILIAN.findall(text)]


def facts(summary: Callable[[Rollout], Iterable[Any]], rollout: Rollout) -> str:
    return " ".join(str(fact.as_json()["value"]) for fact in summary(Rollout.objects.get(pk=rollout.pk)))


def held_at(scene: SimpleNamespace, kind: str, instant: datetime) -> None:
    meetings = Meeting.objects.filter(rollout=scene.rollout, kind=kind, state="held")
    assert meetings.update(started_at=instant, ended_at=instant + timedelta(hours=1)) == 1


def planned_for(scene: SimpleNamespace, instant: datetime) -> Meeting:
    scene.planned.planned_start = instant
    scene.planned.save(update_fields=["planned_start"])
    return scene.planned


# What is stored or printed, as days of Presence alone.


def training_in_the_term(scene, instant):
    held_at(scene, "training", instant)
    return [date.fromisoformat(session["date"]) for session in TRAINING.of(scene.rollout)]


def kickoff_in_the_term(scene, instant):
    held_at(scene, "kickoff", instant)
    return [date.fromisoformat(KICKOFF.of(scene.rollout)["held_on"])]


def rounds_in_the_term(scene, instant):
    Round.objects.filter(script=scene.script).update(opened_at=instant, closed_at=instant)
    (round_,) = HOMOLOGATION.of(scene.rollout)["rounds"]
    return [date.fromisoformat(round_[name]) for name in ("opened_on", "closed_on")]


def the_minutes(scene, instant):
    scene.minutes.published_at = instant
    scene.minutes.snapshot["meeting"]["held_at"] = instant.isoformat()
    return days_in(kickoff_documents.minutes_html(scene.minutes))


def the_report(scene, instant):
    Round.objects.filter(script=scene.script).update(opened_at=instant, closed_at=None)
    return days_in(report.html(scene.rollout, scene.script))


def a_line_of_a_statement(scene, instant):
    content = {"policies": [], "approvals": [], "due_on": ""}
    part = a_part([a_line(started_at=instant.isoformat())], policies=[], approvals=[])
    statement = statement_of_lines(part, **content)
    statement.closed_at = instant
    return days_in(documents.html(statement))


def the_day_until_which_a_statement_is_paid(_scene, instant):
    return [date.fromisoformat(statements._payment(instant)["due_on"]) - timedelta(days=15)]


def the_month_of_an_entry(scene, instant):
    TimeEntry.objects.filter(pk=scene.entry.pk).update(started_at=instant)
    day = clock.day_of(instant)
    assert queries.month_of(instant) == day.replace(day=1)
    assert queries.lines_of_month(scene.rollout, day).count() == 1
    ((month, _minutes),) = readme._open_hours(scene.rollout)
    return [month.replace(day=day.day)]


def the_day_of_work(scene, instant):
    scene.entry.started_at = instant
    return [scene.entry.work().day]


def a_workbook(_scene, instant):
    content = table_of(instant).as_xlsx()
    return [openpyxl.load_workbook(io.BytesIO(content)).active["A2"].value.date()]


def a_csv_for_people(_scene, instant):
    return days_in(table_of(instant).as_csv_for_people().decode())


def table_of(instant: datetime) -> Export:
    return Export("x", [Column("at", "Início", Kind.INSTANT)], [{"at": instant.isoformat()}])


# What pages, gates and messages say of a day.


def facts_of_the_kickoff(scene, instant):
    held_at(scene, "kickoff", instant)
    return days_in(facts(kickoff_facts, scene.rollout))


def facts_of_the_training(scene, instant):
    planned_for(scene, instant)
    return days_in(facts(training_facts, scene.rollout))


def facts_of_the_meetings(scene, instant):
    planned_for(scene, instant)
    return days_in(facts(meeting_facts, scene.rollout))


def facts_of_the_release(scene, instant):
    by = scene.rollout.people["pm"]
    Release.objects.filter(rollout=scene.rollout).update(
        confirmed_at=instant, confirmed_by=by, recorded_at=instant, recorded_by=by
    )
    return days_in(facts(golive_facts, scene.rollout))


def the_rail(scene, instant):
    scene.rollout.started_at = instant
    return [planning.lines(scene.rollout)[0].actual]


def the_end_of_the_guarantee(_scene, instant):
    completed = Rollout(stage=Stage.COMPLETED, closed_at=instant)
    return [phases.guarantee_ends(completed) - timedelta(days=30)]


def a_date_to_confirm(scene, instant):
    meeting = planned_for(scene, instant)
    with clock.at(instant - timedelta(days=1)):
        (asked,) = dates.asked_of(meeting, key="x", since=instant, url="/")
    assert days_in(asked.text["en"]) == days_in(asked.text["pt"])
    return [asked.due, *days_in(asked.text["pt"])]


def a_reminder_of_today(scene, instant):
    assert words.Upcoming(scene.rollout, planned_for(scene, instant)).when == "hoje"
    return [clock.today()]


PLACES = [
    training_in_the_term, kickoff_in_the_term, rounds_in_the_term, the_minutes, the_report, a_line_of_a_statement,
    the_day_until_which_a_statement_is_paid, the_month_of_an_entry, the_day_of_work, a_workbook, a_csv_for_people,
    facts_of_the_kickoff, facts_of_the_training, facts_of_the_meetings, facts_of_the_release, the_rail,
    the_end_of_the_guarantee, a_date_to_confirm, a_reminder_of_today,
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_a_place_says_presences_day_to_every_reader(place, scene, settings):
    settings.STATEMENT_DUE_DAYS, settings.GUARANTEE_DAYS = 15, 30
    for day, at in WHEN:
        instant = instant_in_sao_paulo(day, at)
        for zone in READERS:
            with clock.read_in(zone), clock.at(instant):
                days = place(scene, instant)
            assert days, (day, at, zone)
            assert set(days) == {day}, (day, at, zone)


# What a reader sees by their own clock, in whose text Presence's day is named where it is another.


def the_mail_of_an_event(scene, instant):
    scene.event.kind, scene.event.at = "hours.extra_approved", instant
    scene.event.data = {"number": 1, "activity": "follow_up", "duration": 60}
    reader = scene.rollout.people["pm"]
    reader.time_zone = str(clock.reader_zone())
    (line,) = [line for line in words.notice(scene.event, reader).body.splitlines() if line.startswith("Quando: ")]
    return line


def the_component_of_times(_scene, instant):
    template = engines["django"].from_string(CottonCompiler().process('<c-time :at="at" mode="absolute" />'))
    return template.render({"at": instant})


@pytest.mark.parametrize("place", [the_mail_of_an_event, the_component_of_times], ids=lambda place: place.__name__)
def test_a_time_by_the_readers_clock_says_which_day_it_is_in_brasilia(place, scene):
    days = set()
    for day, at in WHEN:
        instant = instant_in_sao_paulo(day, at)
        for zone in READERS:
            with clock.read_in(zone):
                text, readers = place(scene, instant), instant.astimezone(zone)
            assert f"{readers:%d/%m/%Y %H:%M}" in text
            assert (f"({day:%d/%m} em Brasília)" in text) == (readers.date() != day), (day, at, zone)
            days.add((readers.date() - day).days)
    assert days == {-1, 0, 1}


def test_an_entry_for_a_calendar_is_an_instant_and_no_day():
    for day, at in WHEN:
        instant = instant_in_sao_paulo(day, at)
        entry = calendar.Entry(
            key="x", sequence=1, status=calendar.Status.CONFIRMED, starts_at=instant, ends_at=instant + timedelta(hours=1),
            summary="Treinamento", description="", url="/", changed_at=instant,
        )  # fmt: skip
        (event,) = icalendar.Calendar.from_ical(calendar.ics(entry)).walk("VEVENT")
        assert (event["DTSTART"].dt, event["DTEND"].dt) == (instant, instant + timedelta(hours=1))


def test_a_zone_is_named_by_its_place():
    names = {
        "America/Sao_Paulo": "horário de Brasília", "America/Manaus": "horário de Manaus",
        "America/Noronha": "horário de Fernando de Noronha", "America/Cuiaba": "horário de Cuiabá",
        "America/Argentina/Buenos_Aires": "horário de Buenos Aires", "UTC": "UTC",
    }  # fmt: skip
    for zone, name in names.items():
        with clock.read_in(clock.zone_named(zone)):
            assert moments.zone_in_words() == name
    with translation.override("en"):
        assert moments.zone_in_words() == "Brasília time"
