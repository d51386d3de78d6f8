"""What timelines keep of the training from before meetings had an app of their own (``meetings.events``)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from apps.core.events import EventData, Minutes


class SessionPlanned(
    EventData,
    kind="training.planned",
    sentence=_("agendou a sessão %(number)s para %(scheduled_at)s"),
    icon="calendar-plus",
):
    number: int
    scheduled_at: datetime


class SessionHeld(
    EventData,
    kind="training.held",
    sentence=_("registrou a sessão %(number)s: %(held_minutes)s, %(people)s presentes"),
    icon="graduation-cap",
):
    """``people`` is how many were there."""

    number: int
    held_minutes: Minutes
    people: int


class SessionCancelled(
    EventData,
    kind="training.cancelled",
    sentence=_("cancelou a sessão %(number)s: %(reason)s"),
    icon="calendar-x",
):
    number: int
    reason: str
