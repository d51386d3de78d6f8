"""The clocks of a project on its page, as a table, over the API and in the dossier."""

import json
from datetime import timedelta

import pypdfium2
import pytest
from django.urls import reverse

from apps.core import canonical, clock, plugins, workdays
from apps.core.process import Gate
from apps.meetings import actions as meetings
from apps.meetings.models import MeetingKind
from apps.portfolio import tasks
from apps.portfolio.clocks import dossier, paper, queries
from apps.portfolio.models import ClocksPaper
from apps.rollouts import actions, planning
from apps.rollouts.models import Rollout
from tests.pdfa import faults
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout(django_user_model):
    """One that began on a Monday, was held by the client for three business days, and stands on the second Monday."""
    monday = clock.instant_of(workdays.shift(clock.today(), -30)) + timedelta(hours=10)
    while clock.day_of(monday).weekday() != 0:
        monday -= timedelta(days=1)
    with clock.at(monday):
        row = RolloutFactory()
        people = row.people
    with clock.at(monday + timedelta(days=1)):
        actions.hold(row, by=people["manager"], caused_by="client", reason="Inventário", seen_version=row.version)
    row.refresh_from_db()
    with clock.at(monday + timedelta(days=4)):
        actions.resume(row, by=people["manager"], seen_version=row.version)
    row.refresh_from_db()
    row.people = people
    with clock.at(monday + timedelta(days=7)):
        yield row


def close(rollout):
    """``rollout`` as it stands after it was cancelled."""
    row = Rollout.objects.get(pk=rollout.pk)
    actions.cancel(row, by=rollout.people["manager"], reason="Fim", seen_version=row.version)
    return Rollout.objects.get(pk=rollout.pk)


def get(client_for, rollout, person, name="clocks", *args):
    return client_for(rollout.people[person]).get(reverse(f"portfolio:{name}", args=[rollout.pk, *args]))


class TestThePage:
    @pytest.mark.parametrize("person", ["manager", "client_member", "integrator", "platform"])
    def test_all_four_parties_read_the_same_days(self, rollout, client_for, person):
        report = get(client_for, rollout, person).context["report"]
        days = workdays.between(report.clocks.opened, clock.today())
        assert report.total.total == days == sum(report.total.parties.values()) + report.total.on_hold
        assert report.holds == [("client", report.total.on_hold)]

    def test_a_span_leads_to_the_event_that_proves_it(self, rollout, client_for):
        page = get(client_for, rollout, "client")
        held = rollout.events.get(kind="rollouts.held")
        assert f"?page=1#evento-{held.sequence}" in page.text
        timeline = client_for(rollout.people["client"]).get(reverse("rollouts:timeline", args=[rollout.pk]))
        assert f'id="evento-{held.sequence}"' in timeline.text

    def test_on_the_day_of_the_opening_it_says_that_no_day_counts_yet(self, client_for):
        rollout = RolloutFactory()
        assert "Nenhum dia útil ainda" in get(client_for, rollout, "client").text

    def test_it_is_saved_as_a_table_for_people_and_for_programs(self, rollout, client_for):
        rows = json.loads(get(client_for, rollout, "client", "clocks_file", "json").content)
        assert sum(row["days"] for row in rows) == queries.report(rollout).total.total
        assert "Em pausa" not in rows[0].values()
        assert {row["why"] for row in rows} == {"ball", "hold"}
        sheet = get(client_for, rollout, "client", "clocks_file", "csv-excel").content.decode("utf-8-sig")
        assert "Projeto em pausa" in sheet
        assert "Conta para" in sheet

    def test_another_kind_of_file_is_not_found(self, rollout, client_for):
        assert get(client_for, rollout, "client", "clocks_file", "exe").status_code == 404

    def test_the_api_gives_the_same(self, rollout, client_for):
        answer = client_for(rollout.people["integrator"]).get(f"/api/rollouts/{rollout.pk}/clocks/").json()
        report = queries.report(rollout)
        assert (answer["days"], answer["parties"]) == (report.total.total, report.total.parties)
        assert answer["on_hold"] == {"presence": 0, "platform": 0, "integrator": 0, "client": report.total.on_hold}
        assert sum(span["days"] for span in answer["spans"]) == answer["days"]


class TestMeetingsThatDidNotTakePlace:
    def test_the_days_up_to_the_new_date_count_for_who_caused_it(self, rollout, client_for):
        manager, now = rollout.people["manager"], clock.now()
        first = meetings.plan(
            rollout, MeetingKind.KICKOFF, by=manager, planned_start=now + timedelta(hours=2), planned_minutes=60
        )
        with clock.at(now + timedelta(hours=4)):
            meetings.not_held(first, by=manager, cause="integrator", reason="Ninguém veio")
            new_date = now + timedelta(days=3)
            meetings.plan(rollout, MeetingKind.KICKOFF, by=manager, planned_start=new_date, planned_minutes=60)
        with clock.at(new_date + timedelta(hours=1)):
            expected = workdays.between(clock.day_of(now), clock.day_of(new_date))
            counted = queries.report(rollout).clocks.by("party", "why")
            assert counted["integrator", "meeting"] == expected > 0
            assert "reunião não realizada" in get(client_for, rollout, "client").text


class TestThePlan:
    def test_the_step_into_development_keeps_the_plan_that_the_delay_is_measured_against(self, rollout, monkeypatch):
        monday = clock.day_of(rollout.started_at)
        planning.keep(rollout, planning.propose(monday, None, dict.fromkeys(planning.PATH, 5)))
        plan = planning.starts(rollout)
        assert queries.report(rollout).plan_event is None
        monkeypatch.setattr(plugins, "requirement_kinds", list)
        rollout.refresh_from_db()
        actions.advance(rollout, Gate.START_DEVELOPMENT, by=rollout.people["manager"], seen_version=rollout.version)
        report = queries.report(rollout)
        assert report.plan == plan
        assert report.plan_event == rollout.events.get(kind="rollouts.advanced").sequence


class TestTheDossier:
    @pytest.fixture
    def closed(self, rollout):
        return close(rollout)

    def events(self, rollout):
        return [{**event.hashed(), "hash": event.hash} for event in rollout.events.order_by("sequence")]

    def files(self, rollout, **changed):
        content = dossier.content(queries.report(rollout))
        return {dossier.DAYS: canonical.readable({**content, **changed})}

    def test_the_days_are_what_the_timeline_beside_them_says(self, closed):
        assert list(dossier.problems(self.files(closed), self.events(closed))) == []

    def test_also_where_what_events_say_of_hours_is_withheld(self, closed):
        events = self.events(closed)
        kept = ("sequence", "previous", "hash", "at", "holder")
        withheld = [
            event if event["kind"].endswith(("held", "resumed", "cancelled")) else {key: event[key] for key in kept}
            for event in events
        ]
        assert list(dossier.problems(self.files(closed), withheld)) == []

    def test_a_day_given_to_another_is_noticed(self, closed):
        spans = dossier.content(queries.report(closed))["spans"]
        spans[0] = {**spans[0], "party": "platform"}
        assert "for others" in " ".join(dossier.problems(self.files(closed, spans=spans), self.events(closed)))

    def test_a_holiday_put_in_or_another_sum_is_noticed(self, closed):
        content = dossier.content(queries.report(closed))
        holidays = [*content["holidays"], content["spans"][0]["first"]]
        assert list(dossier.problems(self.files(closed, holidays=holidays), self.events(closed)))
        parties = {**content["parties"], "platform": 1}
        assert "adds" in " ".join(dossier.problems(self.files(closed, parties=parties), self.events(closed)))

    def test_a_delay_is_held_against_the_plan_in_the_timeline(self, rollout, monkeypatch):
        planning.keep(
            rollout, planning.propose(clock.day_of(rollout.started_at), None, dict.fromkeys(planning.PATH, 1))
        )
        monkeypatch.setattr(plugins, "requirement_kinds", list)
        actions.advance(rollout, Gate.START_DEVELOPMENT, by=rollout.people["manager"], seen_version=rollout.version)
        with clock.at(clock.now() + timedelta(days=9)):
            close(rollout)
            files, events = self.files(rollout), self.events(rollout)
            assert list(dossier.problems(files, events)) == []
            delay = json.loads(files[dossier.DAYS])["delay"]
            assert delay["late"]
            lengths = {**delay["lengths"], "development": 5}
            forged = self.files(rollout, delay={**delay, "lengths": lengths})
            assert "another delay" in " ".join(dossier.problems(forged, events))

    def test_a_dossier_of_before_has_no_days_to_hold_against_it(self, rollout):
        assert list(dossier.problems({}, self.events(rollout))) == []


class TestThePaper:
    """The days of an open project on one page, drawn by a worker."""

    @pytest.fixture
    def quick_document(self, monkeypatch):
        monkeypatch.setattr(paper, "document", lambda report: f"%PDF-1.7 {report.total.total}".encode())

    def test_it_is_one_archival_page_with_the_days(self, rollout):
        content = paper.document(queries.report(rollout))
        assert faults(content) == []
        [page] = pypdfium2.PdfDocument(content)
        text = page.get_textpage().get_text_bounded()
        assert f"{queries.report(rollout).total.total} dias úteis" in text
        assert "historico/dias.json" not in text

    @pytest.mark.parametrize("person", ["manager", "client_member", "integrator", "platform"])
    def test_whoever_sees_the_project_asks_for_it_and_downloads_it(self, rollout, client_for, quick_document, person):
        browser = client_for(rollout.people[person])
        page, file, ask = (
            reverse(f"portfolio:{name}", args=[rollout.pk]) for name in ("clocks", "clocks_paper", "ask_clocks_paper")
        )
        assert browser.get(file).url == browser.post(ask).url == browser.get(ask).url == f"{page}#papel"
        assert "gerando o PDF" in browser.get(page).text
        assert "gerando o PDF" in browser.get(ask, headers={"HX-Request": "true"}).text
        tasks.draw_waiting_clocks()
        assert b"".join(browser.get(file).streaming_content).startswith(b"%PDF-1.7")
        assert file in browser.get(page).text
        assert "Gerar o PDF" not in browser.get(page).text, "it shows today"

    def test_asked_for_twice_it_is_drawn_once(self, rollout, quick_document):
        first, again = paper.ask(rollout), paper.ask(rollout)
        assert first.pk == again.pk
        paper.draw(first.pk)
        file = ClocksPaper.objects.get().pdf
        paper.draw(first.pk)
        assert paper.ask(Rollout.objects.get(pk=rollout.pk)).pdf == file
        assert paper.waiting() == []

    def test_another_day_or_event_makes_it_old_and_it_is_drawn_anew(self, rollout, quick_document):
        paper.draw(paper.ask(rollout).pk)
        file = ClocksPaper.objects.get().pdf
        with clock.at(clock.now() + timedelta(days=1)):
            assert not ClocksPaper.objects.get().is_current
            row = paper.ask(Rollout.objects.get(pk=rollout.pk))
            assert row.pdf is None
            paper.draw(row.pk)
            assert ClocksPaper.objects.get().pdf != file
        assert not type(file).objects.filter(pk=file.pk).exists()

    def test_of_a_closed_project_no_further_day_makes_it_old(self, rollout, quick_document):
        closed = close(rollout)
        paper.draw(paper.ask(closed).pk)
        with clock.at(clock.now() + timedelta(days=5)):
            assert ClocksPaper.objects.get().is_current

    def test_a_stranger_gets_none(self, rollout, client_for):
        assert get(client_for, rollout, "stranger", "clocks_paper").status_code == 404
        ask = reverse("portfolio:ask_clocks_paper", args=[rollout.pk])
        assert client_for(rollout.people["stranger"]).post(ask).status_code == 404
        assert not ClocksPaper.objects.exists()
