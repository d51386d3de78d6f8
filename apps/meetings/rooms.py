"""What the app of a stage adds to the meetings of its kind, announced in its ``plugin.py``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from apps.core import plugins
from apps.core.process import PartyRole
from apps.rollouts.models import Rollout

if TYPE_CHECKING:
    from django import forms

    from apps.meetings.models import Meeting


def _nothing(*_args: Any) -> None:
    pass


def _own_page(meeting: "Meeting") -> str:
    return reverse("meetings:meeting", args=[meeting.rollout_id, meeting.pk])


@dataclass(frozen=True, kw_only=True)
class Room:
    """The rules of one kind of meetings; what is left out is as for any meeting.

    ``url`` gives the page where the meeting stands among what else its stage does. ``asks_client``: the client confirms its
    date. ``is_live``: it is started and ended from that page, while it goes on; others are recorded when they are over.
    ``only_one``: a rollout has one that is planned or was held. ``may_be_corrected``: one that was held is recorded again.
    ``needed`` are the parties of which somebody has to be there.

    ``refuse`` takes the rollout and raises ``Refusal`` when none of the kind may be planned, changed or recorded now.
    ``fields`` gives what is asked besides when the meeting is recorded; ``recorded`` gets the meeting and the cleaned data of
    those fields. ``attendance_changed`` gets the meeting. These two are called within the transaction, before the event.
    """

    url: Callable[["Meeting"], str] = _own_page
    asks_client: bool = True
    is_live: bool = False
    only_one: bool = False
    may_be_corrected: bool = False
    needed: tuple[PartyRole, ...] = ()
    refuse: Callable[[Rollout], None] = _nothing
    fields: Callable[["Meeting | None", Rollout], "Mapping[str, forms.Field]"] = lambda _meeting, _rollout: {}
    recorded: Callable[["Meeting", Mapping[str, Any]], None] = _nothing
    attendance_changed: Callable[["Meeting"], None] = _nothing


ANY = Room()


def room_of(kind: str) -> Room:
    """The rules of the meetings of ``kind``."""
    return next((plugin.meetings[kind] for plugin in plugins.plugins() if kind in plugin.meetings), ANY)
