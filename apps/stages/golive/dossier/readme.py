"""The README of a dossier: what is in it, what is new in this edition, and which hours were not closed when it was made."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.template.loader import render_to_string

from apps.core import clock, minutes
from apps.core.process import Stage
from apps.hours import events as hours
from apps.hours import queries
from apps.rollouts import events as rollouts
from apps.rollouts.models import Rollout
from apps.stages.golive.models import Dossier


@dataclass(frozen=True)
class News:
    """What happened from the last event of the edition before (``Dossier.through``) to that of this one: the months whose
    hours were closed, as ``03/2026``, and whether the rollout was completed again."""

    months: list[str]
    was_completed_again: bool


def written(rollout: Rollout, facts: dict[str, Any], through: int) -> bytes:
    """The README of the edition that ``facts`` (those of the manifest) describe, in Portuguese and English."""
    context = {
        **facts,
        "news": _news(rollout, facts["edition"], through),
        "open_hours": [f"{month:%m/%Y}: {minutes.show(spent)}" for month, spent in _open_hours(rollout)],
    }
    return render_to_string("golive/dossier_readme.txt", context).encode()


def _news(rollout: Rollout, number: int, through: int) -> News | None:
    """None for the first edition."""
    earlier = Dossier.objects.filter(rollout=rollout, number__lt=number).order_by("-number").first()
    if earlier is None:
        return None
    events = rollout.events.filter(sequence__gt=earlier.through, sequence__lte=through)
    closings = events.filter(kind=hours.MonthClosed.kind).order_by("sequence")
    completions = events.filter(kind=rollouts.Advanced.kind, data__stage=Stage.COMPLETED)
    return News(
        months=[hours.shown_month(month) for month in closings.values_list("data__month", flat=True)],
        was_completed_again=completions.exists(),
    )


def _open_hours(rollout: Rollout) -> Iterator[tuple[date, int]]:
    """The months (their first days) with hours that no statement has, and how many minutes each, in order."""
    spent: Counter[date] = Counter()
    for started_at, line_minutes in queries.open_lines(rollout).values_list("entry__started_at", "minutes"):
        spent[clock.day_of(started_at).replace(day=1)] += line_minutes
    yield from sorted(spent.items())
