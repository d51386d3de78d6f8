"""What a calendar reads is what was meant, whatever people typed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from apps.core.exports import calendar
from apps.core.exports.calendar import Entry, Status

HOSTILE = 'Loja; "Aurora", \\n\nEND:VEVENT\r\nBEGIN:VEVENT\rATTACH:http://x.example\u2028SUMMARY:outro\x00\x1b[31m'


def an_entry(**fields) -> Entry:
    given = {
        "key": "INT-0001-producao",
        "sequence": 2,
        "status": Status.TENTATIVE,
        "starts_at": datetime(2026, 8, 12, 12, tzinfo=UTC),
        "ends_at": datetime(2026, 8, 12, 16, tzinfo=UTC),
        "summary": "Entrada em produção",
        "description": "Projeto: INT-0001\nCliente: Aurora",
        "url": "/projetos/1/producao/#janela",
        "changed_at": datetime(2026, 8, 10, 13, tzinfo=UTC),
    }
    return Entry(**given | fields)


def read(content: bytes):
    """The one event of a file, as another program finds it."""
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    return event


def test_it_says_what_when_where_and_how_far(settings):
    settings.SITE_URL, settings.DEFAULT_FROM_EMAIL = "https://rollout.example", "Presence Rollout <avisos@example.com>"
    content = calendar.ics(an_entry())
    event = read(content)
    assert Calendar.from_ical(content)["METHOD"] == "PUBLISH"
    assert event["UID"] == "INT-0001-producao@rollout.example"
    assert (event["SEQUENCE"], event["STATUS"]) == (2, "TENTATIVE")
    assert (event.start, event.end) == (an_entry().starts_at, an_entry().ends_at)
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == an_entry().changed_at
    assert event["DESCRIPTION"] == "Projeto: INT-0001\nCliente: Aurora"
    assert event["URL"] == "https://rollout.example/projetos/1/producao/#janela"
    assert event["ORGANIZER"] == "mailto:avisos@example.com"
    assert "ATTENDEE" not in event  # Nobody is asked to accept or decline.
    assert b"DTSTART:20260812T120000Z\r\n" in content


def test_the_same_entry_gives_the_same_bytes():
    assert calendar.ics(an_entry()) == calendar.ics(an_entry())


def test_what_people_typed_is_text():
    event = read(calendar.ics(an_entry(summary=HOSTILE, description=HOSTILE)))
    assert "ATTACH" not in event
    assert event["DESCRIPTION"].startswith('Loja; "Aurora", \\n\nEND:VEVENT\nBEGIN:VEVENT\nATTACH:')
    assert event["SUMMARY"].startswith('Loja; "Aurora", \\n END:VEVENT BEGIN:VEVENT ATTACH:')
    assert "\x1b" not in event["DESCRIPTION"]


@given(st.text(max_size=200))
def test_whatever_it_is_the_file_holds_one_event_and_no_line_is_too_long(typed):
    content = calendar.ics(an_entry(summary=typed, description=typed))
    event = read(content)
    assert event["SEQUENCE"] == 2
    assert event["STATUS"] == "TENTATIVE"
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    assert {line.partition(b":")[0] for line in lines if line.startswith((b"BEGIN", b"END"))} == {b"BEGIN", b"END"}
    assert sum(line.startswith(b"BEGIN:") for line in lines) == 2


@pytest.mark.parametrize("status", Status)
def test_it_is_downloaded_and_never_shown(status):
    answer = calendar.download(an_entry(status=status))
    assert answer["Content-Disposition"] == 'attachment; filename="INT-0001-producao.ics"'
    assert answer["Content-Type"].startswith("text/calendar")
    assert read(answer.content)["STATUS"] == status.value
