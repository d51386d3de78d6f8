"""All projects at once: filters, order, columns, groups, as a table, on a board, along time and as files."""

import json
from datetime import date, timedelta

import pytest
from django.urls import reverse

from apps.core import clock, workdays
from apps.core.process import PartyRole, Stage
from apps.rollouts import actions
from apps.rollouts.models import Analyst, PlannedStage, Rollout
from tests.portfolio.histories import at
from tests.rollouts.factories import PlatformFactory, RolloutFactory, at_stage, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollouts():
    """Three of Presence's: one at the kickoff and late, one in homologation and on hold, one that is completed."""
    late, held = (
        RolloutFactory(),
        at_stage(RolloutFactory(platform=PlatformFactory(slug="b", name="Água")), Stage.HOMOLOGATION),
    )
    closed = at_stage(RolloutFactory(), Stage.COMPLETED)
    last_week, tomorrow = clock.today() - timedelta(days=7), clock.today() + timedelta(days=1)
    PlannedStage.objects.create(rollout=late, stage=Stage.DEVELOPMENT, starts=last_week)
    PlannedStage.objects.create(rollout=held, stage=Stage.ACCEPTANCE, starts=tomorrow)
    actions.hold(held, by=held.people["manager"], caused_by="client", reason="Férias", seen_version=held.version)
    Rollout.objects.filter(pk=late.pk).update(started_at=at(0), target_date=at(30).date())
    return {"late": late, "held": held, "closed": closed}


@pytest.fixture
def browser(rollouts, client_for):
    return client_for(rollouts["late"].people["manager"])


def shown(browser, rollouts, name="list", **query):
    """Which of ``rollouts`` the page lists, in its order."""
    names = {rollout.pk: key for key, rollout in rollouts.items()}
    return [
        names[row.pk] for row in browser.get(reverse(f"portfolio:{name}"), query).context["page"] if row.pk in names
    ]


class TestTheFilters:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({}, {"late", "held"}),
            ({"situation": "held"}, {"held"}),
            ({"situation": "closed"}, {"closed"}),
            ({"situation": "all"}, {"late", "held", "closed"}),
            ({"stage": "homologation"}, {"held"}),
            ({"late": "on"}, {"late"}),
            ({"created_to": "2026-03-02"}, {"late"}),
            ({"created_to": "2026-03-01"}, set()),
            ({"created_from": "2026-03-03"}, {"held"}),
            ({"target_from": "2026-04-01", "target_to": "2026-04-01"}, {"late"}),
            ({"q": "agua"}, {"held"}),
            ({"holder": "client"}, {"held"}),
        ],
    )
    def test_each_narrows_the_list(self, browser, rollouts, query, expected):
        assert set(shown(browser, rollouts, **query)) == expected

    @pytest.mark.parametrize("role", [PartyRole.CLIENT, PartyRole.INTEGRATOR])
    def test_a_company_of_the_project_narrows_it(self, browser, rollouts, role):
        company = rollouts["held"].company(role)
        assert shown(browser, rollouts, **{role: company.pk}) == ["held"]

    def test_a_platform_a_manager_and_an_analyst_narrow_it(self, browser, rollouts):
        held = rollouts["held"]
        analyst = held.people["analyst"]
        Analyst.objects.create(rollout=held, membership=analyst.memberships.get())
        assert shown(browser, rollouts, platform=held.platform_id) == ["held"]
        assert shown(browser, rollouts, manager=held.project_manager_id) == ["held"]
        assert shown(browser, rollouts, analyst=analyst.pk) == ["held"]

    @pytest.mark.parametrize(
        "query",
        [
            {"created_from": "ontem"},
            {"created_to": "9999-12-31"},
            {"manager": "x"},
            {"platform": "9" * 30},
            {"situation": "?"},
        ],
    )
    def test_a_value_that_means_nothing_narrows_nothing_and_is_said(self, browser, rollouts, query):
        page = browser.get(reverse("portfolio:list"), query)
        assert page.status_code == 200
        assert page.context["form"].errors
        assert set(shown(browser, rollouts, **query)) == {"late", "held"}

    def test_who_is_not_of_presence_is_offered_no_lists_of_people_and_companies(self, rollouts, client_for):
        held = rollouts["held"]
        browser = client_for(held.people["client"])
        page = browser.get(reverse("portfolio:list"), {"manager": rollouts["late"].project_manager_id})
        assert [row.pk for row in page.context["page"]] == [held.pk]
        offered = set(page.context["form"].fields)
        assert offered.isdisjoint({"manager", "analyst", "integrator", "client", "platform"})
        assert '<select name="manager"' not in page.text

    @pytest.mark.parametrize("name", ["list", "board", "time"])
    def test_the_tabs_keep_what_was_narrowed(self, browser, name):
        page = browser.get(reverse(f"portfolio:{name}"), {"stage": "homologation", "order": "target"})
        for other in ("list", "board", "time"):
            assert f'{reverse(f"portfolio:{other}")}?stage=homologation"' in page.text


class TestTheTable:
    @pytest.mark.parametrize("key", ["client", "stage", "holder", "waiting", "integrator", "manager", "next", "target"])
    def test_it_is_sorted_by_any_column_up_and_down(self, browser, rollouts, key):
        upwards = shown(browser, rollouts, order=key, situation="all")
        downwards = shown(browser, rollouts, order=f"-{key}", situation="all")
        assert sorted(upwards) == sorted(downwards) == sorted(rollouts)

    def test_by_stage_in_the_order_of_the_process(self, browser, rollouts):
        assert shown(browser, rollouts, order="stage", situation="all") == ["late", "held", "closed"]
        assert shown(browser, rollouts, order="-stage", situation="all") == ["closed", "held", "late"]

    def test_what_has_no_date_stands_last_both_ways(self, browser, rollouts):
        assert shown(browser, rollouts, order="target")[0] == shown(browser, rollouts, order="-target")[0] == "late"

    def test_an_order_that_is_none_is_as_without(self, browser, rollouts):
        assert shown(browser, rollouts, order="password") == shown(browser, rollouts)

    def test_columns_are_chosen_and_the_project_is_always_one(self, browser):
        page = browser.get(reverse("portfolio:list"), {"column": ["code", "closed", "no such"]})
        assert [column.key for column in page.context["columns"]] == ["code", "client", "closed"]

    def test_groups_have_a_heading_each(self, browser):
        page = browser.get(reverse("portfolio:list"), {"group": "stage"})
        assert page.text.count('scope="rowgroup"') == 2
        assert browser.get(reverse("portfolio:list"), {"group": "waiting"}).text.count('scope="rowgroup"') == 0

    def test_a_late_project_says_by_how_many_business_days(self, browser, rollouts):
        days = workdays.between(clock.today() - timedelta(days=7), clock.today())
        assert f"{days} dias úteis de atraso" in browser.get(reverse("portfolio:list")).text

    @pytest.mark.parametrize("weekday", range(7))
    def test_what_is_listed_as_late_says_so_on_any_day(self, client_for, weekday):
        """Planned for a Friday, it is not late on the weekend."""
        rollout = RolloutFactory()
        friday = at(4).date()
        PlannedStage.objects.create(rollout=rollout, stage=Stage.DEVELOPMENT, starts=friday)
        with clock.at(at(4 + weekday)):
            browser = client_for(rollout.people["manager"])
            listed = bool(shown(browser, {"it": rollout}, late="on"))
            text = browser.get(reverse("portfolio:list")).text
        assert listed == ("de atraso" in text.split("<tbody>")[-1]) == (weekday > 2)

    def test_a_file_has_the_same_projects_and_columns(self, browser, rollouts):
        query = {"situation": "all", "order": "stage", "column": ["stage", "manager"]}
        rows = json.loads(browser.get(reverse("portfolio:file", args=["json"]), query).content)
        assert [row["code"] for row in rows] == [rollouts[key].code for key in ("late", "held", "closed")]
        assert set(rows[0]) == {"code", "client", "stage", "manager"}
        sheet = browser.get(reverse("portfolio:file", args=["csv-excel"]), query).content.decode("utf-8-sig")
        assert "Homologação" in sheet
        assert browser.get(reverse("portfolio:file", args=["exe"])).status_code == 404


class TestTheBoard:
    def test_a_project_stands_under_its_stage(self, browser, rollouts):
        lanes = {lane.stage: lane for lane in browser.get(reverse("portfolio:board")).context["lanes"]}
        assert [card.pk for card in lanes[Stage.HOMOLOGATION].cards] == [rollouts["held"].pk]
        assert Stage.COMPLETED not in lanes

    def test_those_that_are_closed_are_shown_when_they_are_asked_for(self, browser, rollouts):
        lanes = {
            lane.stage: lane for lane in browser.get(reverse("portfolio:board"), {"situation": "all"}).context["lanes"]
        }
        assert [card.pk for card in lanes[Stage.COMPLETED].cards] == [rollouts["closed"].pk]

    def test_a_full_stage_shows_the_first_and_leads_to_all(self, browser, monkeypatch):
        monkeypatch.setattr("apps.portfolio.projects.board.CARDS_OF_A_STAGE", 1)
        RolloutFactory()
        page = browser.get(reverse("portfolio:board"), {"q": "x", "view": "3"} | {"q": ""})
        lane = page.context["lanes"][0]
        assert (len(lane.cards), lane.count, lane.more) == (1, 2, 1)
        assert f'{reverse("portfolio:list")}?stage=kickoff"' in page.text


class TestAlongTime:
    def test_plan_history_and_holds_stand_on_one_scale(self, browser, rollouts):
        chart = browser.get(reverse("portfolio:time")).context["chart"]
        rows = {row.rollout.pk: row for row in chart.rows}
        held = rows[rollouts["held"].pk]
        assert (len(held.holds), [bar.stage for bar in held.actual]) == (1, ["kickoff"])
        assert all(
            bar.start >= 0 and bar.start + bar.length <= chart.length for row in chart.rows for bar in row.actual
        )
        assert 0 < chart.today < chart.length

    def test_it_shows_nothing_without_projects_that_match(self, browser):
        assert "Nenhum projeto com este filtro" in browser.get(reverse("portfolio:time"), {"q": "zzz"}).text


class TestTheScaleOfTime:
    """On the page along time, from March 2026 on."""

    def chart(self, browser):
        with clock.at(at(10)):
            return browser.get(reverse("portfolio:time"), {"situation": "all"}).context["chart"]

    def test_the_months_follow_each_other_from_the_first_day_to_the_last(self, browser):
        chart = self.chart(browser)
        assert chart.months[0].start == 0
        assert sum(month.length for month in chart.months) == chart.length
        for month, following in zip(chart.months, chart.months[1:], strict=False):
            assert following.start == month.start + month.length
            assert following.first.day == 1
            assert following.place == round(100 * following.start / chart.length, 1)
        assert any(month.is_named for month in chart.months)

    def test_national_holidays_stand_on_their_days(self, browser):
        chart = self.chart(browser)
        days = {holiday.day for holiday in chart.holidays}
        shown = {chart.first + timedelta(days=number) for number in range(chart.length)}
        assert days == {day for day in shown if workdays.holiday(day)} != set()
        assert all(chart.first + timedelta(days=holiday.start) == holiday.day for holiday in chart.holidays)

    @pytest.mark.parametrize(("person", "may"), [("pm", True), ("analyst", False), ("client", False)])
    def test_stages_are_dragged_by_who_may_plan(self, rollouts, client_for, person, may):
        page = client_for(rollouts["held"].people[person]).get(reverse("portfolio:time")).content.decode()
        assert ("Arraste o plano" in page) is may

    def test_what_is_planned_of_a_stage_that_has_not_begun_may_move_also_when_it_is_late(self, client_for):
        with clock.at(at(10)):
            rollout = at_stage(planned(), Stage.TRAINING)
        with clock.at(clock.instant_of(date(2026, 12, 1))):
            (row,) = client_for(rollout.people["pm"]).get(reverse("portfolio:time")).context["chart"].rows
        assert [bar.stage for bar in row.planned if bar.may_move] == ["homologation", "acceptance", "go_live"]
