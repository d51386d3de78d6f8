"""To whom the notices of the window and of the dossier go."""

from collections.abc import Iterable

from apps.accounts.models import User
from apps.core.exports.calendar import Entry
from apps.core.process import PartyRole
from apps.hours import events as hours
from apps.rollouts.audiences import leads, project_manager, the_four
from apps.rollouts.models import Event
from apps.stages.golive import agenda, queries


def the_four_once_all_go(event: Event) -> Iterable[User]:
    """The four, of the answer after which all had said go; nobody of one that was not the last."""
    window = queries.window_in_force(event.rollout)
    if window is None or window.is_over or not queries.is_go(window):
        return []
    last = event.rollout.events.filter(kind__in=agenda.CHANGES).last()
    return the_four(event) if last == event else []


def the_four_before_the_window(event: Event) -> Iterable[User]:
    """The four, while the window of the rollout lies ahead."""
    window = queries.window_in_force(event.rollout)
    return the_four(event) if window and not window.is_over else []


def window_entry(event: Event) -> Entry | None:
    """The window in force as it stands when the message is sent."""
    return agenda.entry(event.rollout)


def whom_the_dossier_concerns(event: Event) -> list[User]:
    """The four; where it is another edition because a month was closed, those alone whom its hours concern: who answers for
    the client, and the project manager."""
    asked_by = event.rollout.events.filter(sequence=event.data["through"]).first()
    is_first = event.data["dossier"].endswith("-D1")
    if is_first or asked_by is None or asked_by.kind != hours.MonthClosed.kind:
        return the_four(event)
    return [*leads(PartyRole.CLIENT)(event), *project_manager(event)]
