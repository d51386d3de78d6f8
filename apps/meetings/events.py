"""What can happen to a meeting, of whichever kind. Those of before are in the apps of the stages, and stay readable there."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from apps.core.events import EventData, Minutes, Notice
from apps.core.process import PartyRole
from apps.meetings import audiences
from apps.meetings.models import Meeting, MeetingKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def shown_meeting(data: dict[str, Any]) -> str:
    """A kept reference to a meeting in the reader's words, to stand in a sentence: "a sessão 2 do treinamento"."""
    sentences = {
        MeetingKind.KICKOFF: pgettext("in a sentence", "a reunião inaugural"),
        MeetingKind.TRAINING: gettext("a sessão %(number)s do treinamento"),
        MeetingKind.HOMOLOGATION: gettext("a sessão %(number)s da homologação"),
        MeetingKind.GO_LIVE: gettext("a reunião %(number)s da entrada em produção"),
    }
    sentence = sentences.get(data.get("kind", ""), gettext("a reunião “%(title)s”"))
    return sentence % {"title": "", "number": "", **data}


def shown_results(count: int) -> str:
    """``1 resultado``, ``12 resultados``."""
    return ngettext("%(count)d resultado", "%(count)d resultados", count) % {"count": count}


MeetingReference = Annotated[dict[str, Any], shown_meeting]
"""The kind and number of a meeting, and the title of one that has its own."""


def reference(meeting: Meeting) -> dict[str, Any]:
    """``meeting`` as an event keeps it."""
    data: dict[str, Any] = {"kind": meeting.kind, "number": meeting.number}
    return data | {"title": meeting.title} if meeting.title else data


def _notice(subject: "StrOrPromise") -> Notice:
    """A message to who is invited, with the entry for their calendar."""
    return Notice(
        to=audiences.who_is_invited,
        subject=subject,
        sentence=_("%(who)s %(what)s."),
        url=audiences.own_page,
        calendar_entry=audiences.entry,
    )


class Planned(
    EventData,
    kind="meetings.planned",
    sentence=_("agendou %(meeting)s para %(when)s"),
    icon="calendar-plus",
    notice=_notice(_("%(code)s: reunião agendada para %(when)s")),
):
    meeting: MeetingReference
    when: datetime


class Moved(
    EventData,
    kind="meetings.moved",
    sentence=_("mudou %(meeting)s para %(when)s"),
    icon="calendar-clock",
    notice=_notice(_("%(code)s: reunião mudou para %(when)s")),
):
    """``before`` is the date that no longer stands."""

    meeting: MeetingReference
    when: datetime
    before: datetime


class Changed(
    EventData, kind="meetings.changed", sentence=_("mudou a duração, o local ou o link: %(meeting)s"), icon="calendar"
):
    meeting: MeetingReference


class Invited(EventData, kind="meetings.invited", sentence=_("convidou %(people)s: %(meeting)s"), icon="user-plus"):
    """``people`` is how many were invited besides those who were before."""

    meeting: MeetingReference
    people: int


class NewCompanyInvited(
    EventData,
    kind="meetings.new_company_invited",
    sentence=_("convidou quem responde pela empresa nova (%(side)s): %(meeting)s"),
    icon="user-plus",
    notice=Notice(
        to=audiences.who_is_invited_of_the_side,
        subject=_("%(code)s: reunião com a sua empresa"),
        sentence=_("%(who)s %(what)s."),
        url=audiences.own_page,
        calendar_entry=audiences.entry,
    ),
):
    """Another company took the place of the one whose people were invited: ``people`` is how many of it are since, for the
    party ``side``."""

    meeting: MeetingReference
    side: PartyRole
    people: int


class Uninvited(
    EventData, kind="meetings.uninvited", sentence=_("retirou uma pessoa da lista: %(meeting)s"), icon="user-minus"
):
    """``side`` is the party that the person belongs to."""

    meeting: MeetingReference
    side: PartyRole


class Confirmed(
    EventData, kind="meetings.confirmed", sentence=_("confirmou a data: %(meeting)s, %(when)s"), icon="calendar-check"
):
    meeting: MeetingReference
    when: datetime


class Declined(
    EventData,
    kind="meetings.declined",
    sentence=_("pediu outra data: %(meeting)s, %(when)s. %(reason)s"),
    icon="calendar-x",
):
    meeting: MeetingReference
    when: datetime
    reason: str


class Started(
    EventData, kind="meetings.started", sentence=_("começou %(meeting)s com %(people)s presentes"), icon="presentation"
):
    """``people`` is how many were there; ``absent`` are the parties that sent nobody."""

    meeting: MeetingReference
    people: int
    absent: list[PartyRole]


class Joined(
    EventData,
    kind="meetings.joined",
    sentence=_("registrou quem chegou depois: %(meeting)s, %(people)s"),
    icon="user-plus",
):
    """``people`` is how many came."""

    meeting: MeetingReference
    people: int


class LeftEarly(
    EventData, kind="meetings.left", sentence=_("registrou quem saiu antes do fim: %(meeting)s"), icon="log-out"
):
    """``side`` is the party that the person belongs to."""

    meeting: MeetingReference
    side: PartyRole


class Ended(EventData, kind="meetings.ended", sentence=_("encerrou %(meeting)s: %(minutes)s"), icon="flag"):
    """``results`` is how many results were recorded meanwhile, where the meeting was for that."""

    meeting: MeetingReference
    minutes: Minutes
    results: int | None = None

    @classmethod
    def described(cls, data: Mapping[str, Any]) -> str:
        sentence = super().described(data)
        if "results" not in data:
            return sentence
        return f"{sentence}, {shown_results(data['results'])}"


class Recorded(
    EventData,
    kind="meetings.held",
    sentence=_("registrou %(meeting)s: %(minutes)s, %(people)s presentes"),
    icon="users",
):
    """``people`` is how many were there; ``started_at`` is when it began."""

    meeting: MeetingReference
    started_at: datetime
    minutes: Minutes
    people: int


class Cancelled(
    EventData,
    kind="meetings.cancelled",
    sentence=_("cancelou %(meeting)s: %(reason)s"),
    icon="calendar-x",
    notice=_notice(_("%(code)s: reunião cancelada")),
):
    meeting: MeetingReference
    reason: str


class NotHeld(
    EventData,
    kind="meetings.not_held",
    sentence=_("registrou que %(meeting)s não aconteceu, por causa de %(caused_by)s: %(reason)s"),
    icon="calendar-x",
):
    """``when`` it was to begin; ``caused_by`` is the party to which that counts, as it does in a hold."""

    meeting: MeetingReference
    when: datetime
    caused_by: PartyRole
    reason: str


class GuestNamed(
    EventData,
    kind="meetings.guest_named",
    sentence=_("incluiu nas pessoas da empresa quem participou: %(meeting)s"),
    icon="contact",
):
    """A guest was given a record among the people of ``side``."""

    meeting: MeetingReference
    side: PartyRole
