"""The quick log: from anywhere, with the class before saving; what is refused, and the overlap that is told."""

from datetime import UTC, datetime

import pytest

from apps.core import clock
from apps.core.process import Stage
from apps.hours.agreement import actions as agree
from apps.hours.ledger import actions
from apps.hours.models import TimeEntry
from tests.hours.factories import ExtraHoursRequestFactory, ProposalFactory, close_month
from tests.hours.test_actions import a_nonconformity
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 8, 20, tzinfo=UTC)


@pytest.fixture
def rollout():
    with clock.at(NOW):
        yield at_stage(RolloutFactory(), Stage.HOMOLOGATION)


@pytest.fixture
def analyst(rollout):
    return rollout.people["analyst"]


@pytest.fixture
def browser(analyst, client_for):
    return client_for(analyst)


def typed(rollout, **fields):
    return {
        "rollout": rollout.pk,
        "activity": "homologation",
        "day": "2026-03-10",
        "minutes": "1h30",
        "note": "x",
        **fields,
    }


def preview(browser, rollout, **fields):
    return browser.get("/horas/previa/", typed(rollout, **fields), headers={"HX-Request": "true"}).content.decode()


def test_a_page_of_the_rollout_offers_it_with_a_key_and_presence_alone(rollout, browser, client_for):
    page = browser.get(f"/projetos/{rollout.pk}/historico/").content.decode()
    assert f'href="/horas/apontar/?rollout={rollout.pk}"' in page
    assert 'data-shortcut="h"' in page
    page = client_for(rollout.people["client"]).get(f"/projetos/{rollout.pk}/historico/").content.decode()
    assert "/horas/apontar/" not in page


def test_the_activity_is_the_usual_one_and_the_day_is_today(rollout, browser):
    form = browser.get("/horas/apontar/", {"rollout": rollout.pk}).context["form"]
    assert (form["activity"].value(), str(form["day"].value())) == ("homologation", "2026-04-08")


def test_the_class_and_the_reason_show_before_saving(rollout, browser):
    found = a_nonconformity(rollout)
    text = preview(browser, rollout, nonconformity=found.pk)
    assert "Extra não cobrada" in text
    assert "NC-2" in text
    assert "10/03, das 09:00 às 10:30" in text
    assert not TimeEntry.objects.exists()


def test_what_nobody_approved_shows_before_saving_with_the_way_to_ask(rollout, browser):
    text = preview(browser, rollout, activity="follow_up")
    assert "1h30 sem aprovação do cliente" in text
    assert "Peça à gerência do projeto" in text
    request = ExtraHoursRequestFactory(rollout=rollout)
    agree.approve(request, by=rollout.people["client"])
    assert "0h30 sem aprovação do cliente" in preview(browser, rollout, activity="follow_up")


def test_the_preview_says_what_would_be_refused_and_what_overlaps(rollout, browser, analyst):
    assert "futuro" in preview(browser, rollout, day="2026-04-09")
    assert "1 minuto a 24 horas" in preview(browser, rollout, minutes="0m")
    assert "1h30 ou 1h18" in preview(browser, rollout, minutes="1,30")
    actions.log(
        rollout,
        by=analyst,
        activity="internal",
        started_at=datetime(2026, 3, 10, 13, tzinfo=UTC),
        minutes=60,
        note="Antes",
    )
    assert "coincide com #1" in preview(browser, rollout, start="10:30")


@pytest.mark.parametrize(
    ("fields", "start", "minutes"),
    [
        ({"start": "14:00", "minutes": "", "end": "15:45"}, "17:00", 105),
        ({"start": "14:00"}, "17:00", 90),
        ({"end": "15:30"}, "17:00", 90),
        ({"start": "14:00", "end": "15:30"}, "17:00", 90),
    ],
)
def test_start_end_and_duration_in_any_pair(rollout, browser, fields, start, minutes):
    assert browser.post("/horas/apontar/", typed(rollout, **fields)).status_code == 302
    entry = TimeEntry.objects.get()
    assert (f"{entry.started_at:%H:%M}", entry.minutes) == (start, minutes)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"minutes": ""}, "Escreva a duração, ou o início e o fim"),
        ({"start": "15:00", "end": "14:00", "minutes": ""}, "O fim vem antes do início"),
        ({"start": "14:00", "end": "15:00"}, "Início e fim dão outra duração"),
        ({"minutes": "muito"}, "Não entendi"),
        ({"minutes": "0m"}, "1 minuto a 24 horas"),
        ({"day": "2026-05-01"}, "futuro"),
        ({"note": ""}, "obrigatório"),
    ],
)
def test_what_is_refused_says_why_and_keeps_what_was_typed(rollout, browser, fields, words):
    answer = browser.post("/horas/apontar/", typed(rollout, **fields))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not TimeEntry.objects.exists()


def test_a_time_that_the_clocks_skipped_is_refused(rollout, browser, analyst):
    analyst.time_zone = "America/New_York"
    analyst.save()
    answer = browser.post("/horas/apontar/", typed(rollout, day="2026-03-08", start="02:30"))
    assert answer.status_code == 422


def test_a_duration_over_a_change_of_clocks_is_the_time_that_passed(rollout, browser, analyst):
    analyst.time_zone = "America/New_York"
    analyst.save()
    browser.post("/horas/apontar/", typed(rollout, day="2026-03-08", start="01:00", end="04:00", minutes=""))
    assert TimeEntry.objects.get().minutes == 120


def test_an_overlap_is_told_once_and_saved_all_the_same(rollout, browser):
    browser.post("/horas/apontar/", typed(rollout, start="14:00"))
    answer = browser.post("/horas/apontar/", typed(rollout, start="15:00"))
    assert answer.status_code == 422
    assert "Registrar assim mesmo" in answer.content.decode()
    assert "coincide com #1" in answer.content.decode()
    assert browser.post("/horas/apontar/", typed(rollout, start="15:00", anyway="on")).status_code == 302
    assert TimeEntry.objects.count() == 2


def test_the_room_form_saves_and_tells_the_overlap(rollout, browser):
    browser.post("/horas/apontar/", typed(rollout, start="14:00"))
    work = {"activity": "homologation", "started_at": "2026-03-10T14:30", "minutes": "30m", "note": "y"}
    page = browser.post(f"/projetos/{rollout.pk}/horas/apontar/", work, follow=True).content.decode()
    assert "coincide com #1" in page


def test_from_a_dialog_one_stays_on_the_page(rollout, browser):
    htmx = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/projetos/{rollout.pk}/"}
    answer = browser.post("/horas/apontar/", typed(rollout), headers=htmx)
    assert (answer.status_code, answer.content) == (200, b"")
    assert "1h30 apontadas" in answer["HX-Trigger"]
    htmx["HX-Current-URL"] = f"http://testserver/projetos/{rollout.pk}/horas/"
    assert browser.post("/horas/apontar/", typed(rollout, day="2026-03-11"), headers=htmx)["HX-Refresh"] == "true"


def test_a_proposal_is_corrected_before_it_is_saved_and_only_once(rollout, browser, analyst):
    kept = ProposalFactory(person=analyst, rollout=rollout)
    form = browser.get("/horas/apontar/", {"source": kept.source}).context["form"]
    assert form["minutes"].value() == "0h45"
    fields = typed(rollout, source=kept.source, start="14:00", minutes="1h")
    assert browser.post("/horas/apontar/", fields).status_code == 302
    assert TimeEntry.objects.get().minutes == 60
    again = browser.post("/horas/apontar/", {**fields, "day": "2026-03-12"})
    assert again.status_code == 409
    assert TimeEntry.objects.count() == 1


def test_it_takes_a_rollout_that_ended_while_its_month_is_open(rollout, browser):
    at_stage(rollout, Stage.CANCELLED)
    assert browser.post("/horas/apontar/", typed(rollout)).status_code == 302
    close_month(rollout)
    assert browser.post("/horas/apontar/", typed(rollout, day="2026-03-11")).status_code == 422
