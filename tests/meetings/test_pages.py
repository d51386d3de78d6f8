"""The calendar of meetings and the pages about one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.process import Stage
from apps.meetings import conflicts, periods
from tests.companies.factories import CompanyFactory
from tests.meetings.factories import AttendeeFactory, MeetingFactory, marks
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

WEDNESDAY = datetime(2026, 9, 2, 13, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _on_a_tuesday():
    with clock.at(WEDNESDAY - timedelta(days=1)):
        yield


@pytest.fixture
def rollout():
    client = CompanyFactory(state="SP")
    return at_stage(RolloutFactory(client=client), Stage.TRAINING)


def meet(rollout, when=WEDNESDAY, **fields):
    return MeetingFactory(rollout=rollout, planned_start=when, **fields)


def url(name, meeting):
    return reverse(f"meetings:{name}", args=[meeting.rollout_id, meeting.pk])


class TestPeriods:
    def test_a_week_begins_on_monday_and_a_month_has_whole_weeks(self):
        week = periods.week_of(date(2026, 9, 2))
        assert (week.first, week.last, week.following) == (date(2026, 8, 31), date(2026, 9, 6), date(2026, 9, 7))
        month = periods.month_of(date(2026, 9, 2))
        assert (month.first, month.last) == (date(2026, 8, 31), date(2026, 10, 4))
        assert (month.previous, month.following) == (date(2026, 8, 1), date(2026, 10, 1))

    def test_a_meeting_stands_on_its_day_where_the_reader_is(self, rollout):
        late = meet(rollout, datetime(2026, 9, 3, 1, tzinfo=UTC))  # 22:00 of the 2nd in São Paulo
        days = periods.days_of(periods.week_of(date(2026, 9, 2)), [late])
        assert [day.date for day in days if day.meetings] == [date(2026, 9, 2)]

    def test_the_holidays_of_the_clients_state_are_named(self):
        days = periods.days_of(periods.month_of(date(2026, 7, 1)), [], "SP")
        assert next(day.holiday for day in days if day.date == date(2026, 7, 9))
        days = periods.days_of(periods.month_of(date(2026, 7, 1)), [], "PR")
        assert not next(day.holiday for day in days if day.date == date(2026, 7, 9))


class TestTheCalendar:
    @pytest.mark.parametrize("view", ["week", "month"])
    def test_it_shows_the_meetings_of_the_period_and_the_way_to_the_others(self, rollout, client_for, view):
        meet(rollout)
        meet(rollout, WEDNESDAY + timedelta(days=60))
        page = client_for(rollout.people["client"]).get(f"/reunioes/?view={view}&day=2026-09-02").text
        assert page.count("Treinamento, Sessão 1") == 2  # In the calendar and in the table.
        assert "Treinamento, Sessão 2" not in page
        assert f"?view={view}&amp;day=" in page

    @pytest.mark.parametrize("day", ["", "x", "0001-01-01", "9999-12-31"])
    def test_a_day_that_is_none_is_today(self, rollout, client_for, day):
        answer = client_for(rollout.people["client"]).get(f"/reunioes/?day={day}")
        assert answer.status_code == 200
        assert answer.context["day"] == date(2026, 9, 1)

    def test_at_presence_it_has_the_meetings_that_are_ones_own(self, rollout, client_for):
        analyst = rollout.people["analyst"]
        meet(rollout)
        assert client_for(analyst).get("/reunioes/").context["meetings"] == []
        AttendeeFactory(meeting=meet(rollout), party="presence", user=analyst, attended=False, invited=True)
        assert [row.number for row in client_for(analyst).get("/reunioes/").context["meetings"]] == [2]
        assert len(client_for(rollout.people["pm"]).get("/reunioes/").context["meetings"]) == 2

    def test_nobody_sees_those_of_others(self, rollout, client_for):
        meeting = meet(rollout)
        stranger = client_for(rollout.people["stranger"])
        assert stranger.get("/reunioes/").context["meetings"] == []
        assert stranger.get(url("meeting", meeting)).status_code == 404
        assert stranger.get(reverse("meetings:project", args=[rollout.pk])).status_code == 404

    def test_the_project_offers_what_may_be_planned_now(self, rollout, client_for):
        address = reverse("meetings:project", args=[rollout.pk])
        page = client_for(rollout.people["pm"]).get(address)
        assert page.context["kinds"] == ["training", "homologation", "go_live", "other"]
        assert client_for(rollout.people["client"]).get(address).context["kinds"] == []


class TestConflicts:
    def test_a_holiday_of_the_clients_state_a_weekend_and_the_past_are_said(self, rollout):
        assert conflicts.of_meeting(meet(rollout)) == []
        assert "feriado" in conflicts.of_meeting(meet(rollout, datetime(2027, 7, 9, 13, tzinfo=UTC)))[0]
        assert conflicts.of_meeting(meet(rollout, datetime(2026, 9, 6, 13, tzinfo=UTC))) == ["06/09/2026 é domingo."]
        assert "já passou" in conflicts.of_meeting(meet(rollout, WEDNESDAY - timedelta(days=3)))[0]

    def test_somebody_who_is_in_another_meeting_is_named(self, rollout):
        other = meet(at_stage(RolloutFactory(), Stage.TRAINING), WEDNESDAY + timedelta(minutes=30))
        meeting = meet(rollout)
        for row in (other, meeting):
            AttendeeFactory(meeting=row, party="presence", user=rollout.people["analyst"], attended=False, invited=True)
        (sentence,) = conflicts.of_meeting(meeting)
        assert str(rollout.people["analyst"]) in sentence
        assert other.rollout.code in sentence
        other.planned_start = WEDNESDAY + timedelta(hours=1)
        other.save()
        assert conflicts.of_meeting(meeting) == []

    def test_it_is_planned_all_the_same_and_the_page_says_so_to_presence_alone(self, rollout, client_for):
        pm = client_for(rollout.people["pm"])
        sunday = {"planned_start": "2026-09-06T10:00", "planned_minutes": "1h"}
        answer = pm.post(reverse("meetings:plan", args=[rollout.pk]) + "?kind=training", sunday, follow=True)
        assert "domingo" in answer.text
        meeting = rollout.meetings.get()
        assert "domingo" in pm.get(url("meeting", meeting)).text
        assert "domingo" not in client_for(rollout.people["client"]).get(url("meeting", meeting)).text


class TestTheForms:
    def test_whoever_was_there_is_added_where_the_meeting_is_recorded(self, rollout, client_for):
        """Nobody was invited, one is in the directory, one is new in it, and one is a guest."""
        meeting = meet(rollout, WEDNESDAY - timedelta(days=2))
        data = {
            "started_at": "2026-08-31T10:00",
            "minutes": "1h",
            "present": marks(rollout.people["analyst"]),
            "present_1_name": "Rita Alves",
            "present_1_company": rollout.company("client").pk,
            "present_1_position": "Fiscal",
            "guests_client": "Zé; Estoque; Contábil Sul",
        }
        answer = client_for(rollout.people["pm"]).post(url("record", meeting), data)
        assert answer.status_code == 302, answer.text
        assert [(row.party, str(row)) for row in meeting.attendees.all()] == [
            ("presence", str(rollout.people["analyst"])), ("client", "Rita Alves"), ("client", "Zé")
        ]  # fmt: skip
        assert rollout.company("client").people.filter(name="Rita Alves", position="Fiscal").exists()

    @pytest.mark.parametrize("when", ["0001-01-01T00:00", "1999-12-31T10:00", "2101-01-01T10:00", "9999-12-31T23:59"])
    def test_a_date_that_nobody_means_is_refused_in_words(self, rollout, client_for, when):
        typed = {"kind": "other", "title": "Prazos", "planned_start": when, "planned_minutes": "1h"}
        page = client_for(rollout.people["pm"]).post(reverse("meetings:plan", args=[rollout.pk]), typed)
        assert page.status_code == 422
        assert "Informe uma data entre 2000 e 2100." in page.content.decode()
        assert when in page.content.decode()

    def test_what_was_typed_is_still_there_when_it_is_refused_and_nobody_was_added(self, rollout, client_for):
        meeting = meet(rollout, WEDNESDAY - timedelta(days=2))
        data = {"started_at": "2026-09-08T10:00", "minutes": "1h", "note": "Foi bem", "present_1_name": "Rita Alves",
                "present_1_company": rollout.company("client").pk}  # fmt: skip
        answer = client_for(rollout.people["pm"]).post(url("record", meeting), data)
        assert answer.status_code == 422
        for text in ("no futuro", "Foi bem", "Rita Alves"):
            assert text in answer.text
        assert not rollout.company("client").people.filter(name="Rita Alves").exists()

    def test_the_people_of_a_meeting_are_invited_moved_and_taken_off(self, rollout, client_for):
        meeting = meet(rollout)
        pm = client_for(rollout.people["pm"])
        assert pm.post(url("invite", meeting), {"present": marks(rollout.people["client"])}).status_code == 302
        assert pm.post(url("invite", meeting), {"present": marks(rollout.people["client"])}).status_code == 422
        row = meeting.attendees.get()
        off = reverse("meetings:uninvite", args=[rollout.pk, meeting.pk, row.pk])
        assert client_for(rollout.people["client"]).post(off).status_code == 403
        assert pm.post(off).status_code == 302
        assert not meeting.attendees.exists()

    def test_nobody_came_has_its_own_way_out(self, rollout, client_for):
        meeting = meet(rollout, WEDNESDAY - timedelta(days=3))
        data = {"cause": "client", "reason": "Ninguém entrou"}
        assert client_for(rollout.people["analyst"]).post(url("not_held", meeting), data).status_code == 302
        page = client_for(rollout.people["client"]).get(reverse("training:room", args=[rollout.pk])).text
        assert "Não realizada" in page
        assert "Ninguém entrou" in page
