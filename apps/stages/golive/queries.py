from collections.abc import Iterable
from typing import TypeVar

from django.db.models import OuterRef, Prefetch, QuerySet

from apps.core.database.compiled import compiled_once
from apps.core.database.rows import JSON, embedded, embedded_first, row_of, rows_of
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
    return _windows(rollout.pk, rollout=rollout)


@compiled_once
def _windows(rollout_pk: int) -> QuerySet[Window]:
    answers = Prefetch("answers", WindowAnswer.objects.select_related("by"))
    windows = Window.objects.filter(rollout=rollout_pk).order_by("-number")
    return windows.select_related("proposed_by").prefetch_related(answers)


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
def _stored(rollout: Rollout) -> tuple[list[JSON], list[JSON], JSON | None]:
    """The checklist, the open incidents and the release, embedded."""
    return _stored_of_rollout(rollout.pk)[0]


@compiled_once
def _stored_of_rollout(rollout_pk: int) -> "QuerySet[Rollout, tuple[list[JSON], list[JSON], JSON | None]]":
    items = ChecklistItem.objects.filter(rollout=OuterRef("pk")).order_by("position")
    incidents = Incident.objects.filter(rollout=OuterRef("pk"), until=None).order_by("number")
    rows = {
        "stored_items": embedded(items),
        "stored_incidents": embedded(incidents),
        "stored_release": embedded_first(Release.objects.filter(rollout=OuterRef("pk"))),
    }
    return Rollout.objects.filter(pk=rollout_pk).annotate(**rows).values_list(*rows)


@asked_once
def open_incidents(rollout: Rollout) -> list[Incident]:
    return rows_of(Incident, _stored(rollout)[1])


def open_severe(rollout: Rollout) -> list[Incident]:
    return [incident for incident in open_incidents(rollout) if incident.severity == Incident.Severity.SEVERE]


@asked_once
def release_of(rollout: Rollout) -> Release | None:
    return row_of(Release, _stored(rollout)[2])


@asked_once
def items_of(rollout: Rollout) -> list[ChecklistItem]:
    """The go-live checklist, in order."""
    return rows_of(ChecklistItem, _stored(rollout)[0])


def before_the_release(unmet: Iterable[T]) -> list[T]:
    """What of the go-live, among the requirements ``unmet`` or their kept rows, must be settled before the client confirms
    and Presence records the release."""
    return [item for item in unmet if item.key.startswith("golive:") and item.key not in LAST_STEPS]
