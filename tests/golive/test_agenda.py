"""The window in people's calendars: one entry that moves, and says how far the four are."""

import pytest
from django.urls import reverse
from django.utils import translation
from icalendar import Calendar

from apps.core import clock
from apps.core.exports import calendar
from apps.core.process import PartyRole
from apps.rollouts import actions as rollouts
from apps.rollouts.models import Rollout
from apps.stages.golive import agenda, events, windows
from tests.core.test_calendar import read
from tests.golive.factories import WindowFactory, a_rollout_going_live, local
from tests.golive.test_windows import NOW, SPEAKERS, propose, says

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_monday():
    with clock.at(NOW):
        yield


@pytest.fixture
def rollout():
    return a_rollout_going_live()


def test_what_moves_the_entry_is_declared():
    assert {event.kind for event in (events.WindowProposed, events.Go, events.NoGo)} == agenda.CHANGES


def entry(rollout):
    """The entry as a calendar reads it, of the rollout as it is now."""
    return read(calendar.ics(agenda.entry(Rollout.objects.get(pk=rollout.pk))))


def cancel(rollout):
    rollout = Rollout.objects.get(pk=rollout.pk)
    rollouts.cancel(rollout, by=rollout.project_manager, reason="Contrato encerrado", seen_version=rollout.version)


def test_it_has_the_time_the_parties_and_the_way_to_the_page(rollout, settings):
    window = propose(rollout, "2026-08-14T09:00", "2026-08-14T12:00", reason="A loja fecha para inventário")
    event = entry(rollout)
    assert (event.start, event.end) == (local("2026-08-14T09:00"), local("2026-08-14T12:00"))
    assert (event.start, event.end) == (window.starts_at, window.ends_at)
    assert event["SUMMARY"] == f"Entrada em produção: {rollout.title}"
    for told in (rollout.code, "A loja fecha para inventário", str(rollout.project_manager)):
        assert told in event["DESCRIPTION"]
    for role in PartyRole:
        assert f"{role.label}: {rollout.company(role)}" in event["DESCRIPTION"]
    assert event["URL"] == settings.SITE_URL + reverse("golive:room", args=[rollout.pk]) + "#janela"


def test_another_window_moves_the_same_entry(rollout):
    propose(rollout)
    first = entry(rollout)
    with clock.at(local("2026-08-10T11:00")):
        propose(rollout, "2026-08-13T09:00", "2026-08-13T12:00")
    second = entry(rollout)
    assert second["UID"] == first["UID"]
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)
    assert second.start == local("2026-08-13T09:00")
    assert first["DTSTAMP"].dt < second["DTSTAMP"].dt == local("2026-08-10T11:00")


def test_the_entries_of_two_rollouts_are_two(rollout):
    other = a_rollout_going_live()
    propose(rollout)
    propose(other)
    assert entry(rollout)["UID"] != entry(other)["UID"]


def test_it_is_tentative_until_all_four_said_go_and_again_after_a_no(rollout):
    window = propose(rollout)
    seen = []
    for role in SPEAKERS:
        seen.append((entry(rollout)["SEQUENCE"], entry(rollout)["STATUS"]))
        says(rollout, window, role)
    assert seen == [(number, "TENTATIVE") for number in range(4)]
    event = entry(rollout)
    assert (event["SEQUENCE"], event["STATUS"]) == (4, "CONFIRMED")
    assert "as quatro partes disseram que pode entrar" in event["DESCRIPTION"]
    says(rollout, window, "client", "no_go", reason="Faltam fotos", owner="platform")
    event = entry(rollout)
    assert (event["SEQUENCE"], event["STATUS"]) == (5, "TENTATIVE")
    assert "ainda não pode entrar: Cliente" in event["DESCRIPTION"]


def test_it_says_who_has_yet_to_answer(rollout):
    says(rollout, propose(rollout), "presence")
    assert "falta responder: Plataforma, Integrador, Cliente" in entry(rollout)["DESCRIPTION"]


def test_it_is_cancelled_with_its_rollout(rollout):
    propose(rollout)
    before = entry(rollout)
    cancel(rollout)
    event = entry(rollout)
    assert (event["SEQUENCE"], event["STATUS"]) == (before["SEQUENCE"] + 1, "CANCELLED")
    assert "o projeto foi cancelado" in event["DESCRIPTION"]
    assert event["UID"] == before["UID"]


def test_what_else_happens_does_not_change_it(rollout):
    propose(rollout)
    before = calendar.ics(agenda.entry(rollout))
    rollouts.hold(
        Rollout.objects.get(pk=rollout.pk), by=rollout.people["pm"], caused_by="client", reason="Inventário",
        seen_version=rollout.events.count(),
    )  # fmt: skip
    assert calendar.ics(agenda.entry(Rollout.objects.get(pk=rollout.pk))) == before


def test_what_people_typed_stays_text(rollout):
    windows.propose(
        rollout, by=rollout.people["pm"], starts_at=local("2026-08-14T09:00"), ends_at=local("2026-08-14T12:00"),
        reason="x\r\nEND:VEVENT\r\nBEGIN:VEVENT;",
    )  # fmt: skip
    assert "END:VEVENT\nBEGIN:VEVENT;" in entry(rollout)["DESCRIPTION"]


class TestTheFile:
    def url(self, rollout):
        return reverse("golive:agenda", args=[rollout.pk])

    def test_whoever_sees_the_project_downloads_it_in_their_language(self, rollout, client_for):
        propose(rollout)
        for name in ("client_member", "platform", "integrator", "analyst", "manager"):
            answer = client_for(rollout.people[name]).get(self.url(rollout))
            assert answer["Content-Disposition"] == f'attachment; filename="{rollout.code}-producao.ics"'
            assert read(answer.content)["SUMMARY"].startswith("Entrada em produção")
        reader = rollout.people["client"]
        reader.language = "en"
        reader.save()
        assert read(client_for(reader).get(self.url(rollout)).content)["SUMMARY"].startswith("Go-live")

    def test_for_others_it_does_not_exist(self, rollout, client_for):
        propose(rollout)
        assert client_for(rollout.people["stranger"]).get(self.url(rollout)).status_code == 404

    def test_without_a_window_there_is_none_and_the_page_offers_none(self, rollout, client_for):
        browser = client_for(rollout.people["client"])
        assert browser.get(self.url(rollout)).status_code == 404
        room = reverse("golive:room", args=[rollout.pk])
        assert self.url(rollout) not in browser.get(room).content.decode()
        window = WindowFactory(rollout=rollout)
        assert self.url(rollout) in browser.get(room).content.decode()
        with clock.at(window.ends_at):
            assert self.url(rollout) not in browser.get(room).content.decode()

    def test_it_holds_no_more_of_people_than_the_projects_page(self, rollout, client_for):
        window = propose(rollout)
        for role in SPEAKERS:
            says(rollout, window, role)
        content = client_for(rollout.people["client"]).get(self.url(rollout)).content
        told = str(Calendar.from_ical(content).to_ical(), "utf-8")
        for name, person in rollout.people.items():
            assert person.email not in told
            assert name == "pm" or str(person) not in read(content)["DESCRIPTION"]


def test_the_english_words_are_there(rollout):
    propose(rollout)
    with translation.override("en"):
        assert "still to answer: Presence" in entry(rollout)["DESCRIPTION"]
