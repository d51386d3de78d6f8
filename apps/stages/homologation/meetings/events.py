"""The sessions of a homologation, as timelines from before meetings had an app of their own keep them."""

from datetime import datetime
from typing import Annotated

from django.utils.translation import gettext_lazy as _

from apps.core.events import EventData, Minutes
from apps.core.process import PartyRole
from apps.meetings.events import shown_results


class SessionPlanned(
    EventData,
    kind="homologation.session_planned",
    sentence=_("agendou a sessão %(number)s da homologação para %(planned_start)s"),
    icon="calendar-plus",
):
    number: int
    planned_start: datetime


class SessionCancelled(
    EventData,
    kind="homologation.session_cancelled",
    sentence=_("desmarcou a sessão %(number)s da homologação"),
    icon="calendar-x",
):
    number: int


class SessionStarted(
    EventData,
    kind="homologation.session_started",
    sentence=_("começou a sessão %(number)s da homologação com %(people)s presentes"),
    icon="presentation",
):
    """``people`` is how many were there; ``absent`` are the parties that sent nobody."""

    number: int
    people: int
    absent: list[PartyRole]


class SessionJoined(
    EventData,
    kind="homologation.session_joined",
    sentence=_("registrou na sessão %(number)s da homologação quem chegou depois: %(people)s"),
    icon="user-plus",
):
    """``people`` is how many came."""

    number: int
    people: int


class SessionEnded(
    EventData,
    kind="homologation.session_ended",
    sentence=_("encerrou a sessão %(number)s da homologação: %(minutes)s, %(results)s"),
    icon="flag",
):
    """``results`` is how many were recorded meanwhile."""

    number: int
    minutes: Minutes
    results: Annotated[int, shown_results]
