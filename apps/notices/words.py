"""What stands in the messages, in the reader's language and time zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.companies.access import presence_role
from apps.companies.models import Role
from apps.core import clock, moments, plugins, sentences
from apps.core.exports import calendar
from apps.meetings.models import Meeting
from apps.meetings.rooms import room_of
from apps.rollouts import timeline
from apps.rollouts.anchors import saved_heads
from apps.rollouts.models import AnchorSheet, Event, OpenRequirement, Rollout


@contextmanager
def of_reader(user: User) -> Iterator[None]:
    """Within the block words and times are those of ``user``."""
    with translation.override(user.language), clock.read_in(clock.zone_named(user.time_zone)):
        yield


def notice(event: Event, user: User, *, with_link: bool = True) -> EmailMessage:
    """The message that tells ``user`` of ``event``; without a link for who sees the project no more."""
    with of_reader(user):
        announced = plugins.notices()[event.kind]
        values = _Values(
            plugins.events()[event.kind].shown(event.data),
            code=event.rollout.code,
            who=event.who,
            what=event.describe(),
        )
        facts = [
            (_("Projeto"), str(event.rollout) if announced.names_project else ""),
            (_("Item"), values.get("item", "")),
            (_("Quem"), _who(event) if announced.says_who else ""),
            (_("Quando"), moments.show_with_zone(event.at)),
            (_("Motivo"), values.get("reason", "")),
        ]
        message = _message(
            user,
            str(announced.subject) % values,
            "notices/email/notice.txt",
            sentence=sentences.without_doubled_stops(str(announced.sentence) % values),
            text=announced.text(event) if announced.text else "",
            facts=[(label, value) for label, value in facts if value],
            link=settings.SITE_URL + announced.url(event) if with_link else "",
            obligatory=announced.obligatory,
            record=_record([event.rollout]),
        )
        if announced.calendar_entry and (entry := announced.calendar_entry(event)):
            calendar.attach(message, entry)
        if announced.document and (document := announced.document(event)):
            message.attach(*document, "application/pdf")
        return message


@dataclass(frozen=True)
class Due:
    """A matter of a digest, as it stands when it is sent."""

    rollout: Rollout
    requirement: OpenRequirement

    @property
    def when(self) -> str:
        if self.requirement.due is None:
            return _("aberta desde %(day)s") % {"day": moments.show(clock.day_of(self.requirement.since))}
        days = (self.requirement.due - clock.today()).days
        if days == 0:
            return _("vence hoje")
        if days > 0:
            return ngettext("vence em %(days)d dia", "vence em %(days)d dias", days) % {"days": days}
        return ngettext("atrasado há %(days)d dia", "atrasado há %(days)d dias", -days) % {"days": -days}

    @property
    def link(self) -> str:
        return settings.SITE_URL + self.requirement.url


@dataclass(frozen=True)
class Upcoming:
    """A meeting of a digest, as it stands when it is sent: today, tomorrow, or beyond days off."""

    rollout: Rollout
    meeting: Meeting

    @property
    def when(self) -> str:
        days = (clock.day_of(self.meeting.starts_at) - clock.today()).days
        if days > 1:
            return ngettext("em %(days)d dia", "em %(days)d dias", days) % {"days": days}
        return _("amanhã") if days else _("hoje")

    @property
    def link(self) -> str:
        return settings.SITE_URL + room_of(self.meeting.kind).url(self.meeting)


def digest(matters: list[Due], meetings: list[Upcoming], user: User, *, asked_by: User | None = None) -> EmailMessage:
    """The message that reminds ``user`` of ``matters`` and ``meetings``, in the name of ``asked_by`` where somebody asked for
    it. Call it within ``of_reader``, where they were read too."""
    parts = []
    if count := len(meetings):
        parts.append(ngettext("%(count)d reunião", "%(count)d reuniões", count) % {"count": count})
    if count := len(matters):
        dated = ngettext("%(count)d pendência com prazo", "%(count)d pendências com prazo", count)
        undated = ngettext("%(count)d pendência", "%(count)d pendências", count)
        parts.append((dated if all(row.requirement.due for row in matters) else undated) % {"count": count})
    rollouts = list({row.rollout.pk: row.rollout for row in [*meetings, *matters]}.values())
    return _message(
        user,
        ", ".join(parts),
        "notices/email/digest.txt",
        asked_by=asked_by,
        matters=sorted(matters, key=lambda row: row.requirement.due or date.max),
        meetings=sorted(meetings, key=lambda upcoming: upcoming.meeting.starts_at),
        record=_record(rollouts),
    )


def _message(user: User, subject: str, template: str, **context: Any) -> EmailMessage:
    context |= {"name": user.get_short_name(), "switches": settings.SITE_URL + reverse("notices:preferences")}
    body = render_to_string(template, context)
    # No line of a subject may begin a header of its own; programs that answer by themselves leave this one alone.
    return EmailMessage(" ".join(subject.split()), body, to=[user.email], headers={"Auto-Submitted": "auto-generated"})


def _record(rollouts: list[Rollout]) -> list[str]:
    """How the timelines stand when the message is sent: whoever keeps it can later show that nothing was cut off or written
    anew (``verify_timeline --head``, which reads these lines)."""
    lines = [
        _("Registro do projeto %(code)s, até o evento %(event)d: %(hash)s")
        % {"code": rollout.code, "event": head["sequence"], "hash": str(head["hash"])[: saved_heads.SHOWN]}
        for rollout in rollouts
        if (head := timeline.head(rollout))["sequence"]
    ]
    if sheet := AnchorSheet.objects.order_by("-number").first():
        lines.append(
            _("Âncora: nº %(number)d, %(hash)s") % {"number": sheet.number, "hash": sheet.sha256[: saved_heads.SHOWN]}
        )
    return lines


def _who(event: Event) -> str:
    """Who acted, by their name and role as they are today."""
    role = presence_role(event.actor) if event.actor else None
    return f"{event.who} ({Role(role).label}, Presence)" if role else event.who


class _Values(dict):
    """Values for a sentence; an event written by an older version may lack a key."""

    def __missing__(self, key: str) -> str:
        return "–"
