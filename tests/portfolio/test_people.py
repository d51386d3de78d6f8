"""Whose weeks are full, who is away, who has room for a new project."""

import io
import json
from datetime import date, timedelta

import pytest
from arro3.core import DataType
from arro3.io import read_parquet
from django.urls import reverse

from apps.accounts import personal_data
from apps.core import clock
from apps.core.refusals import NotAllowed, Refusal
from apps.meetings import conflicts
from apps.portfolio.models import Absence, Capacity
from apps.portfolio.people import absences, load, suggestions
from tests import read_model
from tests.companies.factories import PresenceFactory, a_person
from tests.meetings.factories import AttendeeFactory, MeetingFactory
from tests.rollouts.factories import OpenRequirementFactory, PlannedStageFactory, RolloutFactory, at_stage

pytestmark = pytest.mark.django_db
WEDNESDAY = clock.instant_of(date(2026, 8, 5)) + timedelta(hours=10)
MONDAY = date(2026, 8, 3)


@pytest.fixture
def rollout():
    """One on a Wednesday."""
    with clock.at(WEDNESDAY):
        yield RolloutFactory()


def of(user):
    return next(person for person in load.of_everybody() if person.membership.user_id == user.pk)


def week(user, number=0):
    return of(user).weeks[number]


def a_meeting(rollout, days=0, **fields):
    fields = {"planned_minutes": 90, **fields}
    return MeetingFactory(rollout=rollout, planned_start=clock.now() + timedelta(days=days, hours=1), **fields)


def listed(meeting, user):
    person = user.people.get()
    return AttendeeFactory(meeting=meeting, person=person, name="", party="presence", invited=True, attended=False)


def away(user, first, last=None):
    return Absence.objects.create(person=user, first=first, last=last or first)


class TestTheLoad:
    def test_a_meeting_counts_for_who_is_on_its_list_and_in_its_week(self, rollout):
        listed(a_meeting(rollout, days=7), rollout.people["analyst"])
        assert [row.meetings for row in of(rollout.people["analyst"]).weeks[:3]] == [0, 90, 0]
        assert week(rollout.people["pm"], 1).meetings == 0

    def test_one_without_anybody_of_presence_counts_for_the_projects_manager(self, rollout):
        a_meeting(rollout)
        assert week(rollout.people["pm"]).meetings == 90

    def test_one_of_unknown_length_counts_an_hour_and_one_that_is_over_or_cancelled_nothing(self, rollout):
        a_meeting(rollout, planned_minutes=None, number=1)
        a_meeting(rollout, days=-1, number=2)
        a_meeting(rollout, days=1, number=3, state="cancelled")
        assert week(rollout.people["pm"]).meetings == load.OF_A_MEETING

    def test_homologation_counts_in_its_planned_weeks_for_the_analysts(self, rollout):
        rollout.analysts.create(membership=rollout.people["analyst"].memberships.get())
        PlannedStageFactory(rollout=rollout, stage="homologation", starts=MONDAY + timedelta(days=9))
        PlannedStageFactory(rollout=rollout, stage="acceptance", starts=MONDAY + timedelta(days=21))
        expected = [0, load.OF_A_WEEK_OF_HOMOLOGATION, load.OF_A_WEEK_OF_HOMOLOGATION, 0]
        assert [row.homologation for row in of(rollout.people["analyst"]).weeks[:4]] == expected
        assert not any(row.homologation for row in of(rollout.people["pm"]).weeks)

    def test_without_analysts_it_is_the_managers_and_over_once_the_term_is_drafted(self, rollout):
        at_stage(rollout, "homologation")
        assert week(rollout.people["pm"]).homologation == load.OF_A_WEEK_OF_HOMOLOGATION
        at_stage(rollout, "acceptance")
        assert week(rollout.people["pm"]).homologation == 0

    def test_projects_on_hold_and_closed_ones_have_none(self, rollout):
        at_stage(rollout, "homologation")
        hold = rollout.holds.create(reason="x", caused_by="client")
        assert week(rollout.people["pm"]).homologation == 0
        assert of(rollout.people["pm"]).projects == 1
        hold.delete()
        at_stage(rollout, "cancelled")
        assert of(rollout.people["pm"]).projects == 0

    def test_presences_people_are_there_and_a_manager_only_with_projects(self, rollout):
        people = {person.membership.user for person in load.of_everybody()}
        assert people == {rollout.people["pm"], rollout.people["analyst"]}
        RolloutFactory(project_manager=rollout.people["manager"])
        assert rollout.people["manager"] in {person.membership.user for person in load.of_everybody()}

    def test_who_has_more_than_there_is_time_for_is_over(self, rollout):
        Capacity.objects.create(person=rollout.people["pm"], minutes=60)
        a_meeting(rollout)
        assert week(rollout.people["pm"]).is_over
        assert not week(rollout.people["pm"], 1).is_over

    def test_absence_and_holidays_take_from_the_capacity(self, rollout):
        pm = rollout.people["pm"]
        away(pm, MONDAY + timedelta(days=7), MONDAY + timedelta(days=8))
        assert week(pm, 1).absent_days == 2
        assert week(pm, 1).capacity == load.DEFAULT_MINUTES * 3 // 5
        assert week(pm, 5).capacity == load.DEFAULT_MINUTES * 4 // 5  # Monday, 7 September.

    def test_of_this_week_the_days_that_are_over_are_no_capacity(self, rollout):
        pm = rollout.people["pm"]
        assert week(pm).capacity == load.DEFAULT_MINUTES * 3 // 5  # On a Wednesday.
        away(pm, MONDAY, MONDAY + timedelta(days=1))
        assert (week(pm).capacity, week(pm).absent_days) == (load.DEFAULT_MINUTES * 3 // 5, 0)
        away(pm, MONDAY, MONDAY + timedelta(days=3))
        assert (week(pm).capacity, week(pm).absent_days) == (load.DEFAULT_MINUTES // 5, 2)
        with clock.at(WEDNESDAY + timedelta(days=3)):
            assert week(pm).capacity == 0

    def test_what_presence_owes_counts_in_the_week_it_is_due_for_who_takes_care_of_it(self, rollout):
        rows = [
            OpenRequirementFactory(rollout=rollout, key=f"x:{number}", blocking=True, owed_by="presence", due=due)
            for number, due in enumerate([None, MONDAY - timedelta(days=9), MONDAY + timedelta(days=8)])
        ]
        member = rollout.people["analyst"].memberships.get()
        rollout.assignments.create(requirement=rows[2].key, membership=member)
        read_model.forget()  # No rule asks for these rows.
        pm, analyst = ([row.requirements for row in of(rollout.people[who]).weeks[:2]] for who in ("pm", "analyst"))
        assert pm == [2 * load.OF_A_REQUIREMENT, 0]
        assert analyst == [0, load.OF_A_REQUIREMENT]


class TestThePage:
    @pytest.mark.parametrize(("person", "status"), [("pm", 200), ("manager", 200), ("analyst", 403), ("client", 403)])
    def test_managers_and_project_managers_read_it(self, rollout, client_for, person, status):
        browser = client_for(rollout.people[person])
        assert browser.get(reverse("portfolio:people")).status_code == status
        assert browser.get(reverse("portfolio:people_file", args=["csv"])).status_code == status

    def test_it_is_saved_as_a_table(self, rollout, client_for):
        a_meeting(rollout)
        browser = client_for(rollout.people["pm"])
        rows = json.loads(browser.get(reverse("portfolio:people_file", args=["json"])).content)
        assert len(rows) == 2 * load.WEEKS
        assert sum(row["meetings"] for row in rows) == 90
        assert browser.get(reverse("portfolio:people_file", args=["xlsx"])).status_code == 200
        parquet = read_parquet(io.BytesIO(browser.get(reverse("portfolio:people_file", args=["parquet"])).content))
        assert parquet.read_all().schema.field("absent_days").type == DataType.int64()
        assert browser.get(reverse("portfolio:people_file", args=["exe"])).status_code == 404

    def test_it_asks_as_many_queries_for_thirty_projects_as_for_one(
        self, rollout, client_for, django_assert_max_num_queries
    ):
        browser = client_for(rollout.people["pm"])
        browser.get(reverse("portfolio:people"))
        for _number in range(4):
            a_meeting(RolloutFactory(project_manager=rollout.people["pm"]))
        with django_assert_max_num_queries(15):
            browser.get(reverse("portfolio:people"))

    def test_a_manager_sets_how_much_somebody_has(self, rollout, client_for):
        membership = rollout.people["pm"].memberships.get()
        address = reverse("portfolio:capacity", args=[membership.pk])
        browser = client_for(rollout.people["manager"])
        browser.post(address, {"minutes": "20h"})
        assert of(rollout.people["pm"]).minutes == 20 * 60
        browser.post(address, {"minutes": ""})
        assert of(rollout.people["pm"]).minutes == load.DEFAULT_MINUTES
        answer = browser.post(address, {"minutes": "90h"})
        assert answer.status_code == 422
        assert client_for(rollout.people["pm"]).post(address, {"minutes": "1h"}).status_code == 403

    def test_only_of_somebody_of_presence(self, rollout, client_for):
        membership = rollout.people["client"].memberships.get()
        browser = client_for(rollout.people["manager"])
        assert browser.get(reverse("portfolio:capacity", args=[membership.pk])).status_code == 404


class TestAbsences:
    def test_a_person_enters_their_own_days_and_takes_them_back(self, rollout, client_for):
        browser = client_for(rollout.people["analyst"])
        browser.post(reverse("portfolio:absences"), {"first": "2026-08-10", "last": "2026-08-14"})
        absence = Absence.objects.get()
        assert (absence.person, absence.entered_by) == (rollout.people["analyst"],) * 2
        browser.post(reverse("portfolio:remove_absence", args=[absence.pk]))
        assert not Absence.objects.exists()

    def test_a_person_who_names_another_enters_their_own_all_the_same(self, rollout, client_for):
        form = {"first": "2026-08-10", "last": "2026-08-10", "person": rollout.people["pm"].pk}
        client_for(rollout.people["analyst"]).post(reverse("portfolio:absences"), form)
        assert Absence.objects.get().person == rollout.people["analyst"]

    def test_a_manager_enters_those_of_anybody_at_presence(self, rollout, client_for):
        form = {"first": "2026-08-10", "last": "2026-08-10", "person": rollout.people["pm"].pk}
        browser = client_for(rollout.people["manager"])
        browser.post(reverse("portfolio:absences"), form)
        assert Absence.objects.get().person == rollout.people["pm"]
        assert browser.post(reverse("portfolio:absences"), {**form, "person": ""}).status_code == 422

    def test_a_project_manager_does_not_touch_a_colleagues(self, rollout, client_for):
        absence = away(rollout.people["analyst"], MONDAY + timedelta(days=9))
        browser = client_for(rollout.people["pm"])
        assert browser.post(reverse("portfolio:remove_absence", args=[absence.pk])).status_code == 404
        with pytest.raises(NotAllowed):
            absences.enter(rollout.people["analyst"], by=rollout.people["pm"], first=MONDAY, last=MONDAY)

    @pytest.mark.parametrize("person", ["client", "integrator", "platform"])
    def test_others_have_no_such_page(self, rollout, client_for, person):
        assert client_for(rollout.people[person]).get(reverse("portfolio:absences")).status_code == 403

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            ("2026-08-14", "2026-08-10"),
            ("2026-07-01", "2026-07-02"),
            ("2026-08-10", "2028-08-10"),
            ("2026-08-20", "2026-08-22"),
            ("ontem", "2026-08-10"),
        ],
    )
    def test_days_that_mean_nothing_are_refused_and_stay_typed(self, rollout, client_for, first, last):
        away(rollout.people["analyst"], date(2026, 8, 21), date(2026, 8, 25))
        browser = client_for(rollout.people["analyst"])
        answer = browser.post(reverse("portfolio:absences"), {"first": first, "last": last})
        assert answer.status_code == 422
        assert last in answer.text
        assert Absence.objects.count() == 1

    def test_nobody_elsewhere_is_absent(self, rollout):
        with pytest.raises(Refusal):
            absences.enter(
                rollout.people["client"], by=rollout.people["manager"], first=MONDAY, last=MONDAY + timedelta(days=9)
            )

    def test_who_plans_a_meeting_is_told_who_is_away(self, rollout, client_for):
        rollout.analysts.create(membership=rollout.people["analyst"].memberships.get())
        away(rollout.people["analyst"], MONDAY + timedelta(days=9))
        page = client_for(rollout.people["pm"]).get(
            reverse("meetings:plan", args=[rollout.pk]) + "?kind=training", follow=True
        )
        assert f"{rollout.people['analyst']}: de 12/08/2026 a 12/08/2026" in page.text

    def test_a_meeting_on_a_day_of_absence_is_warned_of(self, rollout):
        meeting = a_meeting(rollout, days=7)
        listed(meeting, rollout.people["analyst"])
        assert not [text for text in conflicts.of_meeting(meeting) if "ausente" in text]
        away(rollout.people["analyst"], MONDAY + timedelta(days=9))
        assert [text for text in conflicts.of_meeting(meeting) if "ausente" in text]

    def test_they_are_in_the_persons_copy_and_go_with_the_account_and_with_time(self, rollout):
        analyst = rollout.people["analyst"]
        away(analyst, MONDAY)
        Capacity.objects.create(person=analyst, minutes=60)
        copy = personal_data.export(analyst)
        assert copy["planning"] == {
            "minutes_a_week": 60, "absences": [{"first": "2026-08-03", "last": "2026-08-03"}],
        }  # fmt: skip
        with clock.at(WEDNESDAY + absences.STAYS):
            assert absences.expire() == 1


class TestSuggestions:
    def test_who_has_least_to_do_comes_first_with_the_reason(self, rollout):
        a_person(PresenceFactory(), "project_manager", name="Zilda Livre")
        a_meeting(rollout)
        managers, analysts = suggestions.for_new_project()
        assert [row.name for row in managers] == ["Zilda Livre", str(rollout.people["pm"])]
        assert "0h00 de 108h00" in managers[0].reason
        assert "1 projeto aberto" in managers[1].reason
        assert [row.name for row in analysts] == [str(rollout.people["analyst"])]

    def test_who_is_away_all_the_time_comes_last_and_it_is_said(self, rollout):
        gone = a_person(PresenceFactory(), "project_manager", name="Ana Ausente")
        away(gone, MONDAY, MONDAY + timedelta(days=60))
        a_meeting(rollout)
        managers, _analysts = suggestions.for_new_project()
        assert managers[-1].name == "Ana Ausente"
        assert "ausente de 03/08/2026" in managers[-1].reason

    def test_they_stand_beside_the_form_of_a_new_project(self, rollout, client_for):
        page = client_for(rollout.people["pm"]).get(reverse("rollouts:new"))
        assert "Quem tem espaço" in page.text
