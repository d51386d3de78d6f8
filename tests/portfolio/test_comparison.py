"""Completed projects compared by who took part, and who may compare them."""

import io
import json
from datetime import date, timedelta
from statistics import median, quantiles

import pytest
from arro3.core import DataType
from arro3.io import read_parquet
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core import clock
from apps.core.process import PartyRole, Stage
from apps.hours.models import HourSum
from apps.portfolio import tasks
from apps.portfolio.clocks import queries as clocks
from apps.portfolio.comparison import figures, queries
from apps.portfolio.comparison.queries import By
from apps.portfolio.models import ProjectFigures
from apps.rollouts.models import Event, Party, Rollout
from apps.stages.homologation.models import Case, Nonconformity
from tests.access.queries import counted
from tests.companies.factories import CompanyFactory
from tests.homologation.test_homologation import make_script
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db
COLUMNS = ("presence_days", "platform_days", "integrator_days", "client_days", "held_days")


def completed(days=(1, 2, 3, 4, 0), rollout=None, **fields):
    """A completed rollout with these days of the four and on hold, as they are kept."""
    rollout = rollout or RolloutFactory()
    counts = dict.fromkeys(("sent_back", "reopened", "cases", "nonconformities", "free_minutes"), 0)
    at_stage(rollout, Stage.COMPLETED)
    values = dict(zip(COLUMNS, days, strict=True)) | counts | fields
    ProjectFigures.objects.create(rollout=rollout, version=rollout.version, days=sum(days), **values)
    return rollout


def of_integrator(*totals, **fields):
    """Completed rollouts of one integrator, whose business days in all are ``totals``."""
    company = CompanyFactory(kind="integrator")
    for total in totals:
        completed((total, 0, 0, 0, 0), RolloutFactory(integrator=company), **fields)
    return company


class TestTheFigures:
    def test_they_are_those_of_the_record(self):
        rollout = RolloutFactory(started_at=clock.now() - timedelta(days=60))
        moves = [
            ("rollouts.advanced", "development"),
            ("rollouts.sent_back", "kickoff"),
            ("rollouts.reopened", "go_live"),
        ]
        for sequence, (kind, stage) in enumerate(moves, start=1):
            Event.objects.create(
                rollout=rollout, sequence=sequence, kind=kind, at=clock.now() - timedelta(days=50 - sequence),
                holder="client", data={"stage": stage, "reason": "x", "gate": "x"}, previous="", hash=str(sequence),
            )  # fmt: skip
        person = rollout.people["analyst"]
        for hour_class, minutes in (("free", 90), ("billable", 60)):
            HourSum.objects.create(
                rollout=rollout, month=date(2026, 3, 1), person=person, activity="homologation", hour_class=hour_class,
                minutes=minutes, amount=0, lines=1, closed=False,
            )  # fmt: skip
        at_stage(rollout, Stage.COMPLETED)
        Rollout.objects.filter(pk=rollout.pk).update(closed_at=clock.now())
        assert figures.waiting() == [rollout.pk]
        tasks.add_up_waiting_rollouts()
        row, total = ProjectFigures.objects.get(), clocks.report(Rollout.objects.get(pk=rollout.pk)).total
        assert [getattr(row, f"{role}_days") for role in PartyRole.values] == list(total.parties.values())
        assert row.days == total.total > 30
        assert row.client_days > 20
        assert (row.sent_back, row.reopened, row.free_minutes, row.cases) == (1, 1, 90, 0)
        assert figures.waiting() == []

    def test_what_happens_after_the_end_is_added_up_anew(self):
        rollout = completed()
        assert figures.waiting() == []
        Rollout.objects.filter(pk=rollout.pk).update(version=rollout.version + 1)
        assert figures.waiting() == [rollout.pk]

    def test_those_of_a_project_that_is_open_again_go(self):
        rollout = completed()
        Rollout.objects.filter(pk=rollout.pk).update(stage=Stage.GO_LIVE, closed_at=None)
        assert figures.waiting() == [rollout.pk]
        assert queries.compare(By.CLIENT) == []
        tasks.add_up_rollout(rollout.pk)
        assert not ProjectFigures.objects.exists()

    def test_one_that_was_taken_over_from_elsewhere_has_none(self):
        rollout = completed()
        Event.objects.create(
            rollout=rollout, sequence=1, kind="rollouts.imported", at=clock.now(), holder="presence", previous="",
            hash="1", data={"stage": "homologation", "gates": []},
        )  # fmt: skip
        assert figures.waiting() == [rollout.pk]
        tasks.add_up_waiting_rollouts()
        assert not ProjectFigures.objects.exists()
        assert figures.waiting() == []

    def test_declined_nonconformities_and_untried_cases_do_not_count(self):
        rollout = RolloutFactory()
        make_script(rollout)
        first, second, *_others = Case.objects.filter(script__rollout=rollout)
        Case.objects.filter(script__rollout=rollout).update(standing="never_run")
        Case.objects.filter(pk__in=[first.pk, second.pk]).update(standing="passed", applies=True)
        Case.objects.filter(pk=second.pk).update(applies=False)
        by = rollout.people["manager"]
        for number, state in enumerate(["verified", "declined"], start=1):
            Nonconformity.objects.create(
                rollout=rollout, number=number, case=first, state=state, owner="integrator", title="x", severity="minor",
                opened_by=by,
            )  # fmt: skip
        at_stage(rollout, Stage.COMPLETED)
        figures.add_up(rollout.pk)
        row = ProjectFigures.objects.get()
        assert (row.cases, row.nonconformities) == (1, 1)


class TestComparing:
    def test_a_line_for_each_with_its_median_and_quartiles(self):
        company = of_integrator(10, 20, 30, 40, 100, sent_back=1, free_minutes=30)
        [line] = queries.compare(By.INTEGRATOR)
        assert (line.name, line.count, line.has_few) == (str(company), 5, False)
        assert (line.lower, line.median, line.upper) == (20, 30, 40)
        assert (line.sent_back, line.free_minutes) == (5, 150)
        assert line.nonconformities_per_100 is None

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.integers(0, 400), min_size=2, max_size=6))
    def test_medians_and_quartiles_are_those_of_the_days(self, totals):
        ProjectFigures.objects.all().delete()
        company = of_integrator(*totals)
        [line] = queries.compare(By.INTEGRATOR)
        lower, middle, upper = quantiles(totals, n=4, method="inclusive")
        assert line.key == company.pk
        assert (line.lower, line.median, line.upper) == pytest.approx((lower, middle, upper), abs=0.051)
        assert middle == median(totals)

    def test_nonconformities_are_counted_for_100_cases_of_all_projects_together(self):
        company = CompanyFactory(kind="integrator")
        completed(rollout=RolloutFactory(integrator=company), cases=90, nonconformities=9)
        completed(rollout=RolloutFactory(integrator=company), cases=10, nonconformities=3)
        assert queries.compare(By.INTEGRATOR)[0].nonconformities_per_100 == 12

    @pytest.mark.parametrize("by", By.values)
    def test_by_whom_is_chosen(self, by):
        rollout = completed()
        names = {
            By.INTEGRATOR: rollout.company("integrator"),
            By.CLIENT: rollout.company("client"),
            By.PLATFORM: rollout.platform,
            By.MANAGER: rollout.project_manager,
        }
        [line] = queries.compare(by)
        assert (line.key, line.name) == (names[by].pk, str(names[by]))
        assert line.parties == {"presence": 1, "platform": 2, "integrator": 3, "client": 4}
        assert line.has_few

    def test_of_a_time_by_the_day_of_the_completion_in_brasilia(self):
        rollout = completed()
        at_night = clock.instant_of(date(2026, 3, 31)) + timedelta(hours=21, minutes=30)
        Rollout.objects.filter(pk=rollout.pk).update(closed_at=at_night)
        day, following = date(2026, 3, 31), date(2026, 4, 1)
        assert len(queries.compare(By.CLIENT, since=day, until=day)) == 1
        assert not queries.compare(By.CLIENT, since=following)
        assert not queries.compare(By.CLIENT, until=date(2026, 3, 30))

    def test_many_are_compared_in_as_many_queries_as_few(self):
        counts = []
        for _number in range(2):
            of_integrator(*range(1, 6))
            with counted() as statements:
                queries.compare(By.INTEGRATOR)
            counts.append(len(statements))
        assert counts == [2, 2]

    def test_the_party_of_today_counts(self):
        rollout, company = completed(), CompanyFactory(kind="integrator")
        Party.objects.filter(rollout=rollout, role=PartyRole.INTEGRATOR).update(company=company)
        assert queries.compare(By.INTEGRATOR)[0].name == str(company)


class TestThePage:
    @pytest.mark.parametrize(
        ("person", "status"), [("manager", 200), ("pm", 403), ("analyst", 403), ("client", 403), ("integrator", 403)]
    )
    def test_it_is_for_the_managers_of_presence(self, client_for, person, status):
        browser = client_for(completed().people[person])
        for address in (reverse("portfolio:comparison"), reverse("portfolio:comparison_file", args=["csv"])):
            assert browser.get(address).status_code == status
        assert browser.get("/api/comparison/").status_code == status
        assert ("/projetos/comparacao/" in browser.get(reverse("portfolio:list")).text) == (status == 200)

    def test_it_says_where_there_are_few(self, client_for):
        rollout = completed()
        browser = client_for(rollout.people["manager"])
        assert "poucos projetos" in browser.get(reverse("portfolio:comparison")).text
        of_integrator(*range(5))
        text = browser.get(reverse("portfolio:comparison")).text.split("<tbody>")[1]
        assert text.count("poucos projetos") == 1

    def test_values_that_mean_nothing_are_said_and_narrow_nothing(self, client_for):
        browser = client_for(completed().people["manager"])
        page = browser.get(reverse("portfolio:comparison"), {"by": "x", "since": "ontem", "until": "9999-12-31"})
        assert (page.status_code, len(page.context["page"]), page.context["by"]) == (200, 1, By.INTEGRATOR)
        assert set(page.context["form"].errors) == {"by", "since", "until"}
        assert browser.get("/api/comparison/", {"since": "9999-12-31"}).status_code == 422
        assert browser.get("/api/comparison/", {"by": "x"}).status_code == 422
        assert browser.get(reverse("portfolio:comparison_file", args=["exe"])).status_code == 404

    def test_without_completed_projects_it_says_so(self, client_for):
        browser = client_for(RolloutFactory().people["manager"])
        assert "Nenhum projeto concluído neste período" in browser.get(reverse("portfolio:comparison")).text

    def test_file_and_api_have_the_same_lines(self, client_for):
        rollout = completed(cases=30, nonconformities=2, free_minutes=90)
        browser = client_for(rollout.people["manager"])
        [row] = json.loads(browser.get(reverse("portfolio:comparison_file", args=["json"]), {"by": "platform"}).content)
        [answer] = browser.get("/api/comparison/", {"by": "platform"}).json()
        assert answer["few"] is True
        assert row == answer | {"few": "yes"}
        assert (row["name"], row["median"], row["nonconformities_per_100"]) == (str(rollout.platform), 10, 6.7)
        sheet = browser.get(reverse("portfolio:comparison_file", args=["csv-excel"])).content.decode("utf-8-sig")
        parquet = browser.get(reverse("portfolio:comparison_file", args=["parquet"])).content
        types = {field.name: field.type for field in read_parquet(io.BytesIO(parquet)).read_all().schema}
        assert {name for name, kind in types.items() if kind == DataType.string()} == {"name", "few"}
        assert types["projects"] == types["sent_back"] == DataType.int64()
        assert types["median"] == types["nonconformities_per_100"] == types["client_days"] == DataType.float64()
        assert ";10;10;10;1;2;3;4;0;0;0;6,7;1:30" in sheet, "decimal commas, as Excel reads them in Brazil"
