"""Hours follow the month, not the stage: every stage × what is done with hours × who does it, by the views."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.process import Stage
from apps.hours.agreement import actions as agree
from apps.hours.ledger import actions
from apps.hours.models import Timer
from apps.stages.golive.dossier.later_hours import entries_after_the_dossier
from tests.golive.factories import DossierFactory
from tests.hours.factories import APRIL, MARCH, ContestFactory, ExtraHoursRequestFactory, close_month
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

TYPED = {
    "activity": "follow_up", "started_at": "2026-04-07T09:00", "minutes": "0h30", "note": "Dúvida da loja",
}  # fmt: skip


@pytest.fixture(params=list(Stage), ids=str)
def rollout(request):
    """A rollout in each stage, with an hour of follow-up on 10 March that no month holds yet."""
    with clock.at(APRIL):
        rollout = RolloutFactory()
        actions.log(
            rollout, by=rollout.people["analyst"], activity="follow_up", started_at=MARCH, minutes=60, note="Apoio"
        )
        yield at_stage(rollout, request.param)


def post(client_for, rollout, who, name, *args, **data):
    return client_for(rollout.people[who]).post(reverse(f"hours:{name}", args=[rollout.pk, *args]), data).status_code


def log(rollout, client_for, who):
    return post(client_for, rollout, who, "log", **TYPED)


def log_quickly(rollout, client_for, who):
    data = {"rollout": rollout.pk, "activity": "follow_up", "day": "2026-04-07", "minutes": "30m", "note": "Apoio"}
    return client_for(rollout.people[who]).post(reverse("hours:quick"), data).status_code


def edit(rollout, client_for, who):
    return post(client_for, rollout, who, "edit", 1, **TYPED)


def delete(rollout, client_for, who):
    return post(client_for, rollout, who, "delete", 1, reason="Em dobro")


def start_the_timer(rollout, client_for, who):
    return post(client_for, rollout, who, "timer_start")


def ask(rollout, client_for, who):
    return post(client_for, rollout, who, "ask", activity="follow_up", minutes="1h", purpose="Apoio")


def answer(rollout, client_for, who):
    request = ExtraHoursRequestFactory(rollout=rollout)
    return post(client_for, rollout, who, "answer_extra", request.number, answer="yes", reason="")


def contest(rollout, client_for, who):
    return post(client_for, rollout, who, "contest", 1, 1, text="Foi meia hora")


def resolve(rollout, client_for, who):
    contested = rollout.contests.first() or ContestFactory(rollout=rollout, entry=rollout.time_entries.get())
    return post(client_for, rollout, who, "resolve_contest", contested.number, outcome="kept", text="Fica como está")


WHO_MAY = {
    log: {"pm", "analyst"},
    log_quickly: {"pm", "analyst"},
    edit: {"pm", "analyst"},
    delete: {"pm", "analyst"},
    start_the_timer: {"pm", "analyst"},
    ask: {"pm"},
    answer: {"client"},
    contest: {"client"},
    resolve: {"pm"},
}
PEOPLE = ("pm", "analyst", "client", "integrator", "platform")


@pytest.mark.parametrize("act", WHO_MAY, ids=lambda act: act.__name__)
def test_whatever_the_stage_the_right_people_may_and_nobody_else(rollout, client_for, act):
    may = WHO_MAY[act]
    statuses = {who: act(rollout, client_for, who) for who in PEOPLE if who not in may}
    assert set(statuses.values()) <= {403, 404}, statuses
    for who in sorted(may)[:1]:
        assert act(rollout, client_for, who) == 302


class TestACompletedRollout:
    @pytest.fixture
    def rollout(self):
        with clock.at(APRIL):
            rollout = at_stage(RolloutFactory(), Stage.COMPLETED)
            yield rollout

    def log(self, rollout, **fields):
        fields = {"activity": "follow_up", "started_at": APRIL - timedelta(hours=2), "minutes": 30, **fields}
        return actions.log(rollout, by=rollout.people["analyst"], note="Dúvida da loja", **fields)

    def test_it_is_offered_in_its_pages_in_the_quick_log_and_by_the_timer(self, rollout, client_for):
        browser = client_for(rollout.people["analyst"])
        assert 'data-shortcut="h"' in browser.get(reverse("hours:room", args=[rollout.pk])).content.decode()
        form = browser.get(reverse("hours:quick"), {"rollout": rollout.pk}).context["form"]
        assert (form["rollout"].value(), form["activity"].value()) == (rollout.pk, "follow_up")
        browser.post(reverse("hours:timer_start", args=[rollout.pk]))
        assert Timer.objects.get().rollout == rollout

    def test_open_rollouts_come_first_in_the_quick_log(self, rollout, client_for):
        still_open = RolloutFactory()
        still_open.parties.filter(role="presence").update(company=rollout.company("presence"))
        form = client_for(rollout.people["analyst"]).get(reverse("hours:quick")).context["form"]
        assert list(form.fields["rollout"].queryset) == [still_open, rollout]

    def test_an_entry_worked_after_the_end_is_marked(self, rollout, client_for):
        rollout.closed_at = APRIL - timedelta(hours=1)
        rollout.save(update_fields=["closed_at"])
        browser, url = client_for(rollout.people["client"]), reverse("hours:room", args=[rollout.pk])
        self.log(rollout)
        assert "depois do encerramento" not in browser.get(url).content.decode()
        self.log(rollout, started_at=APRIL - timedelta(minutes=40))
        assert "depois do encerramento" in browser.get(url).content.decode()

    def test_what_was_logged_after_the_dossier_shows_as_such(self, rollout, client_for):
        self.log(rollout)
        rollout.refresh_from_db()
        DossierFactory(rollout=rollout, through=rollout.version)
        browser, url = client_for(rollout.people["client"]), reverse("hours:room", args=[rollout.pk])
        assert "Horas depois do dossiê" not in browser.get(url).content.decode()
        later = self.log(rollout, started_at=APRIL - timedelta(hours=5))
        mistaken = self.log(rollout, started_at=APRIL - timedelta(hours=7))
        actions.delete(mistaken, by=rollout.people["analyst"], reason="Em dobro")
        assert list(entries_after_the_dossier(rollout)) == [later]
        page = browser.get(url).content.decode()
        assert "Horas depois do dossiê" in page
        assert f"#{later.number}" in page

    def test_a_closed_month_takes_no_hours_and_an_adjustment_does(self, rollout, client_for):
        entry = self.log(rollout, started_at=MARCH)
        close_month(rollout)
        response = client_for(rollout.people["analyst"]).post(
            reverse("hours:log", args=[rollout.pk]), {**TYPED, "started_at": "2026-03-12T09:00"}
        )
        assert response.status_code == 422
        assert "já foram fechadas" in response.content.decode()
        adjustment = actions.adjust(entry, by=rollout.people["pm"], minutes=-10, reason="Foi menos")
        agree.contest(adjustment.lines.get(), by=rollout.people["client"], text="Menos ainda")
        assert rollout.contests.get().is_open
