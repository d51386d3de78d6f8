"""What of a rollout goes into people's calendars; each room makes its own entries of this."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from apps.core.exports.calendar import Entry, Status
from apps.core.process import PartyRole, Stage
from apps.rollouts.models import Rollout

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def entry(
    rollout: Rollout,
    key: str,
    *,
    sequence: int,
    changed_at: datetime,
    status: Status,
    starts_at: datetime,
    ends_at: datetime,
    title: "StrOrPromise",
    facts: Iterable[tuple["StrOrPromise", object]],
    url: str,
) -> Entry:
    """The entry ``key`` of ``rollout`` in the reader's language; cancelled with it. ``sequence`` counts its changes, of which
    ``changed_at`` was the last. Of ``facts``, those that say something stand below the parties."""
    is_cancelled = rollout.stage == Stage.CANCELLED
    lines = [
        (_("Projeto"), rollout.code),
        *((PartyRole(role).label, rollout.company(role)) for role in PartyRole.values),
        (_("Gerente de projeto"), rollout.project_manager),
        *facts,
    ]
    return Entry(
        key=key,
        sequence=sequence + is_cancelled,
        status=Status.CANCELLED if is_cancelled else status,
        starts_at=starts_at,
        ends_at=ends_at,
        summary=f"{title}: {rollout.title}",
        description="\n".join(f"{label}: {value}" for label, value in lines if value),
        url=url,
        changed_at=rollout.closed_at or changed_at if is_cancelled else changed_at,
    )


def changes(rollout: Rollout, kinds: Collection[str]) -> tuple[int, datetime]:
    """How often events of ``kinds`` changed an entry of ``rollout`` after the first, and when the last one did."""
    times = list(rollout.events.filter(kind__in=kinds).values_list("at", flat=True))
    return max(len(times) - 1, 0), max(times, default=rollout.started_at)
