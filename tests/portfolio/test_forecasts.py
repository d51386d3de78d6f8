"""The forecast of each project: when it is made, on what it rests, who sees what of it, and what follows from it."""

import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils.translation import override

from apps.core import clock, workdays
from apps.core.models import UnfinishedWork
from apps.core.process import PATH, Gate, Stage
from apps.meetings import actions as meetings
from apps.meetings.models import Meeting, MeetingKind
from apps.portfolio import tasks
from apps.portfolio.forecasts import actions, database, health
from apps.portfolio.forecasts.health import Health
from apps.portfolio.models import Forecast
from apps.portfolio.projects import columns
from apps.rollouts import actions as rollouts
from apps.rollouts import events, planning, timeline
from apps.rollouts.models import Event, PlannedStage, Rollout
from tests.rollouts.factories import RolloutFactory, at_stage, planned

pytestmark = pytest.mark.django_db
NOON = timedelta(hours=12)
SWEEP = "apps.portfolio.tasks.forecast_waiting_rollouts"


@pytest.fixture(autouse=True)
def wednesday():
    """The tenth of June 2026, at ten in Brasília."""
    with clock.at(clock.instant_of(date(2026, 6, 10)) + timedelta(hours=10)):
        yield


def on(day):
    """At noon of ``day``."""
    return clock.at(clock.instant_of(day) + NOON)


def pass_through(rollout, *, days=10, stages=(*PATH[1:], Stage.COMPLETED), first=None):
    """``rollout`` as it stands after it was at each stage for so many business days, by its record alone."""
    day = first or clock.day_of(rollout.started_at)
    for stage in stages:
        day = workdays.shift(day, days)
        sequence = rollout.events.count() + 1
        Event.objects.create(
            rollout=rollout, sequence=sequence, kind="rollouts.advanced", at=clock.instant_of(day) + NOON,
            data={"stage": stage.value, "gate": "x"}, previous="", hash=str(sequence),
        )  # fmt: skip
    if stages:
        at_stage(rollout, stages[-1])
        Rollout.objects.filter(pk=rollout.pk).update(stage_entered_at=clock.instant_of(day) + NOON, version=sequence)
    return rollout


@pytest.fixture
def past():
    """Nine that were completed half a year ago, each stage within ten business days; the ninth took thirty."""
    opened = clock.instant_of(workdays.shift(clock.today(), -300)) + NOON
    rows = [RolloutFactory(started_at=opened) for _number in range(9)]
    for place, row in enumerate(rows):
        pass_through(row, days=30 if place == 8 else 10)
    return rows


@pytest.fixture
def rollout(past):
    """One in development, planned to go live in sixty business days."""
    opened = clock.instant_of(workdays.shift(clock.today(), -12)) + NOON
    row = pass_through(RolloutFactory(started_at=opened), stages=(Stage.DEVELOPMENT,))
    PlannedStage.objects.create(rollout=row, stage=Stage.GO_LIVE, starts=workdays.shift(clock.today(), 60))
    people = row.people
    row = Rollout.objects.get(pk=row.pk)
    row.people = people
    return row


def happen(rollout, event):
    """``event`` in the record of ``rollout``."""
    with timeline.changing(rollout) as locked:
        timeline.record(locked, event, None)


def plan_for(rollout, days):
    """Plan that ``rollout`` goes live so many business days from today."""
    PlannedStage.objects.filter(rollout=rollout).update(starts=workdays.shift(clock.today(), days))


class TestMakingIt:
    def test_it_rests_on_the_finished_stages_of_others(self, rollout, past):
        row = actions.forecast(rollout.pk)
        assert (row.basis, row.goal, row.stage, row.projects) == ("history", "go_live", "development", 9)
        assert (row.same_platform, row.same_integrator, row.same_model) == (9, 0, 0)
        likely, safe = (workdays.between(clock.today(), day) for day in (row.likely, row.safe))
        assert 20 < likely < 60, "eight of the ten days of development, and three stages of ten"
        assert likely < safe < 120

    def test_the_same_day_gives_the_same_and_one_row(self, rollout):
        first, again = actions.forecast(rollout.pk), actions.forecast(rollout.pk)
        assert (first.likely, first.safe) == (again.likely, again.safe)
        assert Forecast.objects.count() == 1

    def test_each_day_keeps_its_own(self, rollout):
        actions.forecast(rollout.pk)
        with on(clock.today() + timedelta(days=1)):
            actions.forecast(rollout.pk)
        assert rollout.forecasts.count() == 2

    def test_a_meeting_that_has_its_date_keeps_it_at_its_stage(self, past):
        row = RolloutFactory(started_at=clock.now())
        plain = actions.forecast(row.pk).likely
        day = workdays.shift(clock.today(), 80)
        Meeting.objects.create(rollout=row, kind="kickoff", number=1, planned_start=clock.instant_of(day) + NOON)
        agreed = actions.forecast(row.pk)
        assert plain < day < agreed.likely

    def test_at_the_go_live_the_conclusion_is_foretold(self, past):
        row = pass_through(RolloutFactory(started_at=past[0].started_at), stages=PATH[1:])
        assert actions.forecast(row.pk).goal == Stage.COMPLETED

    @pytest.mark.parametrize("stage", [Stage.COMPLETED, Stage.CANCELLED])
    def test_of_a_closed_project_there_is_none(self, rollout, stage):
        at_stage(rollout, stage)
        assert actions.forecast(rollout.pk) is None
        assert rollout.pk not in actions.waiting().values_list("pk", flat=True)

    def test_with_few_finished_stages_it_is_the_plan_moved_by_what_is_late(self):
        with on(planned().plan[0].starts):
            row = Rollout.objects.get()
            forecast = actions.forecast(row.pk)
            assert (forecast.basis, str(forecast.likely)) == ("plan", "2026-10-22")
        late = workdays.shift(next(plan.starts for plan in row.plan if plan.stage == "development"), 3)
        with on(late):
            assert actions.forecast(row.pk).likely == workdays.shift(forecast.likely, 3)

    def test_without_a_past_and_a_plan_it_is_nothing_and_is_not_asked_for_again(self):
        row = RolloutFactory()
        assert actions.forecast(row.pk).basis == "nothing"
        assert not actions.waiting().exists()

    def test_of_no_such_project_there_is_none(self):
        assert actions.forecast(0) is None


class TestWhenItIsMade:
    def test_each_night_for_all_that_are_open_in_as_many_queries(self, rollout, django_assert_max_num_queries):
        tasks.forecast_waiting_rollouts()
        assert Forecast.objects.values_list("rollout", flat=True).get() == rollout.pk
        with django_assert_max_num_queries(5):  # That it ran is noted in four.
            tasks.forecast_waiting_rollouts()
        with on(clock.today() + timedelta(days=1)):
            assert actions.waiting().get().pk == rollout.pk

    def test_what_is_known_is_read_in_as_many_queries_for_many(self, past, django_assert_num_queries):
        with django_assert_num_queries(4):
            actions.basis()

    def test_after_what_changes_the_end_a_worker_is_asked(
        self, rollout, django_capture_on_commit_callbacks, monkeypatch
    ):
        sent = []
        monkeypatch.setattr("apps.core.background.queue.send", lambda *message: sent.append(message))
        with django_capture_on_commit_callbacks(execute=True):
            rollouts.hold(
                rollout, by=rollout.people["manager"], caused_by="client", reason="Férias", seen_version=rollout.version
            )
        assert (SWEEP,) in sent
        sent.clear()
        with django_capture_on_commit_callbacks(execute=True), timeline.changing(rollout) as locked:
            timeline.record(locked, events.Advanced(stage=Stage.TRAINING, gate=Gate.START_TRAINING), None)
        assert (SWEEP,) in sent

    def test_after_a_meeting_gets_its_date_too(self, rollout, django_capture_on_commit_callbacks, monkeypatch):
        sent = []
        monkeypatch.setattr("apps.core.background.queue.send", lambda *message: sent.append(message))
        with django_capture_on_commit_callbacks(execute=True):
            meetings.plan(
                rollout,
                MeetingKind.TRAINING,
                by=rollout.people["manager"],
                planned_start=clock.now() + timedelta(days=3),
                planned_minutes=60,
            )
        assert (SWEEP,) in sent

    def test_several_plans_that_are_shifted_together_are_one_message_and_one_reading_of_the_past(
        self, django_capture_on_commit_callbacks, monkeypatch
    ):
        rows = [planned() for _number in range(3)]
        sent, readings = [], []
        monkeypatch.setattr("apps.core.background.queue.send", lambda *message: sent.append(message))
        with django_capture_on_commit_callbacks(execute=True):
            planning.shift_several(rows, by=rows[0].people["manager"], business_days=3, reason="Feriado")
        assert [message for message in sent if message[0].startswith("apps.portfolio")] == [(SWEEP,)]
        read = actions.basis
        monkeypatch.setattr(actions, "basis", lambda: readings.append(1) or read())
        tasks.forecast_waiting_rollouts()
        assert (Forecast.objects.count(), len(readings)) == (3, 1)

    def test_not_after_the_end(self, rollout, django_capture_on_commit_callbacks, monkeypatch):
        sent = []
        monkeypatch.setattr("apps.core.background.queue.send", lambda *message: sent.append(message))
        with django_capture_on_commit_callbacks(execute=True):
            rollouts.cancel(rollout, by=rollout.people["manager"], reason="Fim", seen_version=rollout.version)
        assert not [message for message in sent if message[0].startswith("apps.portfolio")]

    def test_a_lost_message_of_another_stage_is_found_again(self, rollout):
        tasks.forecast_rollout(rollout.pk)
        assert not actions.waiting().exists()
        pass_through(rollout, stages=(Stage.TRAINING,), first=workdays.shift(clock.today(), -11))
        assert actions.waiting().get() == rollout
        tasks.forecast_waiting_rollouts()
        assert rollout.forecasts.get().stage == Stage.TRAINING

    def test_what_happens_while_the_past_is_read_leaves_it_waiting(self, rollout, monkeypatch):
        read = actions.basis

        def read_and_hold():
            day_basis = read()
            monkeypatch.setattr(actions, "basis", read)
            happen(rollout, events.Held(reason="Férias", caused_by="client"))
            return day_basis

        for run in (tasks.forecast_waiting_rollouts, lambda: tasks.forecast_rollout(rollout.pk)):
            monkeypatch.setattr(actions, "basis", read_and_hold)
            run()
            assert actions.waiting().get() == rollout
            tasks.forecast_waiting_rollouts()
            assert not actions.waiting().exists()

    def test_a_message_that_found_another_worker_at_it_is_made_up_for(self, rollout):
        tasks.forecast_rollout(rollout.pk)
        happen(rollout, events.Held(reason="Férias", caused_by="client"))
        UnfinishedWork.objects.create(
            kind="portfolio.forecast", key=str(rollout.pk), attempts=1, reason="interrupted",
            next_try_at=clock.now() + timedelta(minutes=5),
        )  # fmt: skip
        tasks.forecast_waiting_rollouts()
        assert actions.waiting().get() == rollout
        UnfinishedWork.objects.all().delete()
        tasks.forecast_waiting_rollouts()
        assert rollout.forecasts.get().version == Rollout.objects.get(pk=rollout.pk).version

    def test_one_that_read_the_past_earlier_does_not_write_over_a_later_one(self, rollout):
        version, day_basis = rollout.version, actions.basis()
        rollout.holds.create(reason="x", caused_by="client", started_at=clock.now() - timedelta(days=40))
        happen(rollout, events.Held(reason="Férias", caused_by="client"))
        later = actions.forecast(rollout.pk)
        earlier = actions.forecast(rollout.pk, day_basis, version)
        assert (earlier.version, earlier.likely, earlier.made_at) == (version + 1, later.likely, later.made_at)
        assert actions.forecast_if_waiting(rollout.pk, day_basis, version) is None

    def test_an_event_that_changes_no_end_makes_none_wait(self, rollout):
        tasks.forecast_rollout(rollout.pk)
        happen(rollout, events.LetGo(requirement={"pt-br": "Ata", "en": "Minutes"}))
        assert not actions.waiting().exists()

    def test_one_of_before_the_version_was_kept_is_made_anew(self, rollout):
        actions.forecast(rollout.pk)
        Forecast.objects.update(version=None)
        tasks.forecast_waiting_rollouts()
        assert rollout.forecasts.get().version == rollout.version

    def test_the_command_prints_what_came_of_the_past_or_that_it_is_too_little(self, past, capsys):
        with pytest.raises(CommandError, match="too few"):
            call_command("backtest_forecast")
        call_command("backtest_forecast", synthetic=80)
        assert "kept by the day at 80 %" in capsys.readouterr().out


class TestThePast:
    def test_it_is_read_from_the_record(self, rollout, past):
        plan = {stage.value: "2026-05-04" for stage in Stage if stage != Stage.CANCELLED}
        rollout.holds.create(reason="x", caused_by="client", started_at=clock.now())
        Event.objects.filter(rollout=past[0], data__stage="development").values_list("pk")
        projects = {row.key: row for row in database.projects()}
        assert projects[rollout.pk].stage == Stage.DEVELOPMENT
        assert projects[rollout.pk].holds == [(clock.today(), None)]
        assert projects[rollout.pk].integrator == rollout.company("integrator").pk
        assert [stage for _day, stage in projects[past[0].pk].moves] == [*PATH, Stage.COMPLETED]
        another = RolloutFactory()
        Event.objects.create(
            rollout=another, sequence=1, kind="rollouts.advanced", at=clock.now(), previous="", hash="1",
            data={"stage": "development", "gate": "start_development", "plan": plan},
        )  # fmt: skip
        at_stage(another, Stage.DEVELOPMENT)
        project = {row.key: row for row in database.projects()}[another.pk]
        assert project.planned_on == clock.today()
        assert str(project.plan["training"]) == "2026-05-04"

    def test_of_one_that_was_taken_over_the_first_stays_are_unknown(self, past):
        rollout = RolloutFactory()
        Event.objects.create(
            rollout=rollout, sequence=1, kind="rollouts.imported", at=clock.now(), previous="", hash="1",
            data={"stage": "training", "gates": []},
        )  # fmt: skip
        at_stage(rollout, Stage.TRAINING)
        projects = {row.key: row for row in database.projects()}
        assert (projects[rollout.pk].unknown, projects[past[0].pk].unknown) == (2, 0)
        assert [stage for _day, stage in projects[rollout.pk].moves] == [Stage.KICKOFF, Stage.TRAINING]

    def test_the_newest_and_all_that_are_open(self, rollout, past, monkeypatch):
        monkeypatch.setattr(database, "MOST_PROJECTS", 1)
        newest = RolloutFactory()
        at_stage(newest, Stage.CANCELLED)
        assert {row.key for row in database.projects()} == {rollout.pk, newest.pk}


class TestHealth:
    @pytest.mark.parametrize(
        ("planned_in", "expected"),
        [(-3, Health.LATE), (5, Health.LATE), (None, Health.AT_RISK), (400, Health.ON_COURSE)],
    )
    def test_it_follows_from_the_forecast_and_the_plan(self, rollout, client_for, planned_in, expected):
        row = actions.forecast(rollout.pk)
        between = workdays.between(clock.today(), row.safe) - 1  # Before the safe day, after the likely one.
        plan_for(rollout, between if planned_in is None else planned_in)
        outlook = health.outlook(Rollout.objects.get(pk=rollout.pk))
        assert outlook.health == expected
        page = client_for(rollout.people["manager"]).get(reverse("portfolio:list"), {"health": expected})
        [listed] = [listed for listed in page.context["page"] if listed.pk == rollout.pk]
        assert (listed.health, listed.likely, listed.safe) == (expected, row.likely, row.safe)
        assert health.reason_of_row(listed) == outlook.reason
        for other in set(Health) - {expected}:
            page = client_for(rollout.people["manager"]).get(reverse("portfolio:list"), {"health": other})
            assert not list(page.context["page"])

    def test_its_reason_names_the_dates_the_stage_and_with_whom_it_rests(self, rollout):
        row = actions.forecast(rollout.pk)
        plan_for(rollout, workdays.between(clock.today(), row.safe) - 1)
        nine_days = clock.instant_of(workdays.shift(clock.today(), -9)) + NOON
        Rollout.objects.filter(pk=rollout.pk).update(holder="client", holder_since=nine_days)
        reason = health.outlook(Rollout.objects.get(pk=rollout.pk)).reason
        assert reason.startswith("Em risco: a data planejada é ")
        assert f"a previsão de 80% é {row.safe:%d/%m/%Y}" in reason
        assert reason.endswith("falta concluir o desenvolvimento, com o cliente há 9 dias úteis.")

    @pytest.mark.parametrize(
        ("stage", "portuguese", "english"),
        [
            (Stage.KICKOFF, "a reunião inaugural", "the kickoff meeting"),
            (Stage.DEVELOPMENT, "o desenvolvimento", "development"),
            (Stage.TRAINING, "o treinamento", "training"),
            (Stage.HOMOLOGATION, "a homologação", "homologation"),
            (Stage.ACCEPTANCE, "o termo de aceite", "the acceptance term"),
            (Stage.GO_LIVE, "a entrada em produção", "the go-live"),
        ],
    )
    def test_its_reason_speaks_of_each_stage_in_both_languages(self, rollout, stage, portuguese, english):
        at_stage(rollout, stage)
        row = Rollout.objects.get(pk=rollout.pk)
        text = health.reason(row, clock.today(), clock.today() + timedelta(days=1), clock.today() + timedelta(days=2))
        assert " e a previsão de 50% já é 11/06/2026; " in text
        assert f"; falta concluir {portuguese}, " in text
        with override("en"):
            text = health.reason(row, clock.today(), clock.today(), clock.today())
        assert f"; {english} is still to be finished, " in text

    def test_after_a_move_to_the_go_live_list_and_card_wait_for_the_forecast_of_the_conclusion(
        self, rollout, client_for
    ):
        actions.forecast(rollout.pk)
        PlannedStage.objects.create(rollout=rollout, stage=Stage.COMPLETED, starts=workdays.shift(clock.today(), 400))
        pass_through(rollout, days=1, stages=PATH[2:], first=workdays.shift(clock.today(), -5))
        browser = client_for(rollout.people["manager"])

        def listed():
            return browser.get(reverse("portfolio:list")).context["page"][0]

        assert (listed().likely, listed().safe, listed().health) == (None, None, "")
        assert health.outlook(Rollout.objects.get(pk=rollout.pk)) is None
        row = actions.forecast(rollout.pk)
        outlook = health.outlook(Rollout.objects.get(pk=rollout.pk))
        assert (listed().likely, listed().safe, listed().health) == (row.likely, row.safe, outlook.health)
        assert outlook.forecast.goal == Stage.COMPLETED

    def test_an_old_forecast_of_the_stage_that_it_was_sent_back_to_counts_no_more(self, rollout):
        with on(clock.today() - timedelta(days=3)):
            actions.forecast(rollout.pk)
        at_stage(rollout, Stage.TRAINING)
        Forecast.objects.create(
            rollout=rollout, day=clock.today() - timedelta(days=1), stage="training", goal="go_live", basis="plan",
            likely=clock.today(), safe=clock.today(),
        )  # fmt: skip
        at_stage(rollout, Stage.DEVELOPMENT)
        row = Rollout.objects.get(pk=rollout.pk)
        assert (health.outlook(row), health.with_health(Rollout.objects.filter(pk=row.pk)).get().likely) == (None, None)

    def test_on_hold_it_says_because_of_whom(self, rollout):
        actions.forecast(rollout.pk)
        rollout.holds.create(reason="x", caused_by="platform", started_at=clock.now())
        reason = health.outlook(Rollout.objects.get(pk=rollout.pk)).reason
        assert "em pausa por causa da plataforma desde hoje" in reason

    def test_without_a_planned_day_there_is_none(self, rollout):
        actions.forecast(rollout.pk)
        PlannedStage.objects.all().delete()
        outlook = health.outlook(Rollout.objects.get(pk=rollout.pk))
        assert (outlook.planned, outlook.health, outlook.reason) == (None, None, "")
        assert not list(health.with_health(Rollout.objects.all()).exclude(health=""))

    def test_without_a_plan_the_target_date_counts(self, rollout):
        actions.forecast(rollout.pk)
        PlannedStage.objects.all().delete()
        Rollout.objects.filter(pk=rollout.pk).update(target_date=clock.today() + timedelta(days=900))
        assert health.outlook(Rollout.objects.get(pk=rollout.pk)).health == Health.ON_COURSE
        assert health.with_health(Rollout.objects.filter(pk=rollout.pk)).get().health == Health.ON_COURSE


class TestWhoSeesWhat:
    @pytest.mark.parametrize("person", ["manager", "analyst", "client_member", "integrator", "platform"])
    def test_all_four_parties_see_the_days_of_their_project(self, rollout, client_for, person):
        row = actions.forecast(rollout.pk)
        text = client_for(rollout.people[person]).get(rollout.get_absolute_url()).text
        assert "Previsão da entrada em produção" in text
        assert f"{row.likely:%d/%m/%Y}" in text
        assert f"{row.safe:%d/%m/%Y}" in text

    @pytest.mark.parametrize(("person", "is_told"), [("manager", True), ("client", False), ("integrator", False)])
    def test_on_how_many_of_others_it_rests_is_presences(self, rollout, client_for, person, is_told):
        actions.forecast(rollout.pk)
        browser = client_for(rollout.people[person])
        assert ("Base: as etapas de 9 outros projetos" in browser.get(rollout.get_absolute_url()).text) == is_told
        answer = browser.get(f"/api/rollouts/{rollout.pk}/forecast/").json()["forecast"]
        assert (answer["rests_on"] is not None) == is_told

    def test_a_stranger_sees_nothing(self, rollout, client_for):
        actions.forecast(rollout.pk)
        assert client_for(rollout.people["stranger"]).get(f"/api/rollouts/{rollout.pk}/forecast/").status_code == 404

    def test_it_is_complete_in_english(self, rollout, client_for):
        actions.forecast(rollout.pk)
        rollout.people["manager"].language = "en"
        rollout.people["manager"].save()
        text = client_for(rollout.people["manager"]).get(rollout.get_absolute_url()).text
        assert "Go-live forecast" in text
        assert "is still to be finished" in text

    def test_the_card_shows_what_was_foretold_before(self, rollout, client_for):
        with on(clock.today() - timedelta(days=10)):
            Forecast.objects.create(
                rollout=rollout, day=clock.today(), stage="development", goal="go_live", basis="history",
                likely=clock.today(), safe=clock.today() + timedelta(days=1),
            )  # fmt: skip
        actions.forecast(rollout.pk)
        outlook = health.outlook(rollout)
        assert [row.day for row in outlook.earlier] == [clock.today() - timedelta(days=10)]
        assert "Como a previsão mudou" in client_for(rollout.people["client"]).get(rollout.get_absolute_url()).text

    def test_of_a_closed_project_the_page_and_the_api_say_none(self, rollout, client_for):
        actions.forecast(rollout.pk)
        at_stage(rollout, Stage.CANCELLED)
        browser = client_for(rollout.people["manager"])
        assert "Previsão da entrada" not in browser.get(rollout.get_absolute_url()).text
        assert browser.get(f"/api/rollouts/{rollout.pk}/forecast/").json() == {"forecast": None}


class TestTheList:
    def test_it_is_sorted_and_exported(self, rollout, client_for):
        row = actions.forecast(rollout.pk)
        browser = client_for(rollout.people["manager"])
        RolloutFactory()
        for key in ("likely", "safe", "health"):
            for order in (key, f"-{key}"):
                page = browser.get(reverse("portfolio:list"), {"order": order, "group": "health"})
                assert page.context["page"][0].pk == rollout.pk, "what has no forecast stands last"
        query = {"order": "likely", "column": ["likely", "safe", "health", "reason"]}
        first = json.loads(browser.get(reverse("portfolio:file", args=["json"]), query).content)[0]
        assert (first["likely"], first["safe"]) == (row.likely.isoformat(), row.safe.isoformat())
        assert first["health"] in Health.values
        assert "falta concluir" in first["reason"]

    def test_what_is_the_same_has_one_name(self, rollout, client_for):
        form = client_for(rollout.people["manager"]).get(reverse("portfolio:list")).context["form"]
        assert str(columns.BY_KEY["health"].heading) == form["health"].label == "Situação do prazo"
        target = str(columns.BY_KEY["target"].heading)
        assert [form[name].label for name in ("target_from", "target_to")] == [f"{target} desde", f"{target} até"]

    def test_the_board_and_the_chart_show_the_range(self, rollout, client_for):
        row = actions.forecast(rollout.pk)
        browser = client_for(rollout.people["client"])
        assert f"{row.safe:%d/%m/%Y}" in browser.get(reverse("portfolio:board")).text
        chart = browser.get(reverse("portfolio:time")).context["chart"]
        [line] = chart.rows
        likely, safe = line.forecast
        assert (likely.last, safe.first, safe.last) == (row.likely, row.likely, row.safe)
        assert safe.start + safe.length <= chart.length
        assert f"{row.safe:%d/%m/%Y} (80%)" in line.in_words

    def test_a_health_that_is_none_narrows_nothing(self, rollout, client_for):
        page = client_for(rollout.people["manager"]).get(reverse("portfolio:list"), {"health": "dead"})
        assert [row.pk for row in page.context["page"]] == [rollout.pk]
        assert page.context["form"].errors
