"""Entries for anybody's calendar, as iCalendar files (RFC 5545). A later file of an entry changes it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from icalendar import Calendar, Event, vCalAddress, vText

from apps.core.exports import downloads

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

# No line may end inside what somebody typed, and iCalendar has no other control characters.
ENDS_A_LINE = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
CONTROL = re.compile("[\x00-\x09\x0e-\x1f\x7f]")


class Status(StrEnum):
    """Whether an entry is still to be agreed, agreed or called off, in the words of iCalendar."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class Entry:
    """``key`` says which entry it is, within this installation and for good; ``sequence`` grows with every change of it and
    ``changed_at`` is when the last one was. Instants are aware; ``url`` is a path of the application."""

    key: str
    sequence: int
    status: Status
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    url: str
    changed_at: datetime

    @property
    def filename(self) -> str:
        return f"{self.key}.ics"


def ics(entry: Entry) -> bytes:
    """The file of ``entry``: equal entries give equal bytes. It is published to be kept, and asks nobody for an answer
    (docs/decisions/0018); times are in UTC, which every calendar shows in its owner's time zone."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    organizer = vCalAddress(f"mailto:{address}")
    organizer.params["CN"] = vText(name)
    event = Event()
    event.add("uid", f"{entry.key}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("last-modified", entry.changed_at.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("status", entry.status.value)
    event.add("summary", " ".join(_text(entry.summary).split()))
    event.add("description", _text(entry.description))
    event.add("url", settings.SITE_URL + entry.url)
    event.add("organizer", organizer, encode=False)
    calendar = Calendar()
    calendar.add("prodid", "-//Presence//Presence Rollout//PT-BR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return calendar.to_ical()


def download(entry: Entry) -> HttpResponse:
    """``entry`` as a file to be opened by a calendar. The caller has checked access."""
    return downloads.download(ics(entry), entry.filename, "text/calendar; charset=utf-8; method=PUBLISH")


def attach(message: "EmailMessage", entry: Entry) -> None:
    """Add the calendar file of ``entry`` to an e-mail."""
    message.attach(entry.filename, ics(entry).decode(), "text/calendar; method=PUBLISH")


def _text(typed: str) -> str:
    return CONTROL.sub(" ", ENDS_A_LINE.sub("\n", typed))
