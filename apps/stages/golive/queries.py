from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Prefetch

from apps.core.process import PartyRole
from apps.core.requirements import Requirement, asked_once
from apps.rollouts.models import OpenRequirement, Rollout
from apps.stages.golive.models import ChecklistItem, Incident, Release, Window, WindowAnswer

T = TypeVar("T", Requirement, OpenRequirement)
LAST_STEPS = ("golive:confirmation", "golive:release")


@asked_once
def window_in_force(rollout: Rollout) -> Window | None:
    """The newest window, unless it lapsed; those before it are history."""
    return in_force(windows(rollout))


def in_force(windows: list[Window]) -> Window | None:
    """The same of ``windows``, which are those of a rollout, the newest first."""
    newest = next(iter(windows), None)
    return newest if newest and newest.lapsed_at is None else None


def windows(rollout: Rollout) -> list[Window]:
    """The windows, the newest first, each with its answers."""
    answers = Prefetch("answers", WindowAnswer.objects.select_related("by"))
    return list(rollout.golive_windows.select_related("proposed_by").prefetch_related(answers).order_by("-number"))


def seats(window: Window) -> list[WindowAnswer]:
    """The answer of each of the four parties; of one that has not spoken, an answer that is not kept and says nothing."""
    answers_by_role = {answer.role: answer for answer in window.answers.all()}
    for answer in answers_by_role.values():
        answer.window = window
    return [answers_by_role.get(role) or WindowAnswer(window=window, role=role) for role in PartyRole.values]


def is_go(window: Window) -> bool:
    """All four said go."""
    return all(seat.answer == WindowAnswer.Answer.GO for seat in seats(window))


@asked_once
def open_incidents(rollout: Rollout) -> list[Incident]:
    return list(rollout.incidents.filter(until=None))


def open_severe(rollout: Rollout) -> list[Incident]:
    return [incident for incident in open_incidents(rollout) if incident.severity == Incident.Severity.SEVERE]


@asked_once
def release_of(rollout: Rollout) -> Release | None:
    return Release.objects.filter(rollout=rollout).first()


@asked_once
def items_of(rollout: Rollout) -> list[ChecklistItem]:
    """The go-live checklist, in order."""
    return list(rollout.golive_items.all())


def before_the_release(unmet: Iterable[T]) -> list[T]:
    """What of the go-live, among the requirements ``unmet`` or their kept rows, must be settled before the client confirms
    and Presence records the release."""
    return [item for item in unmet if item.key.startswith("golive:") and item.key not in LAST_STEPS]
