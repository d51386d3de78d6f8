"""What of a rollout goes into people's calendars; each room makes its own entries of this."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from apps.core.exports.calendar import Entry, Status
from apps.core.process import PartyRole, Stage
from apps.rollouts.events import Cancelled
from apps.rollouts.models import Rollout

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def entry(
    rollout: Rollout,
    name: str,
    *,
    changes: Collection[str],
    status: Status,
    starts_at: datetime,
    ends_at: datetime,
    title: "StrOrPromise",
    facts: Iterable[tuple["StrOrPromise", object]],
    url: str,
) -> Entry:
    """The entry ``name`` of ``rollout`` in the reader's language; cancelled with it.

    ``changes`` are the kinds of event that change it: how many there were is its sequence. Of ``facts``, those that say
    something stand below the parties.
    """
    change_times = list(rollout.events.filter(kind__in={*changes, Cancelled.kind}).values_list("at", flat=True))
    lines = [
        (_("Projeto"), rollout.code),
        *((PartyRole(role).label, rollout.company(role)) for role in PartyRole.values),
        (_("Gerente de projeto"), rollout.project_manager),
        *facts,
    ]
    return Entry(
        key=f"{rollout.code}-{name}",
        sequence=max(len(change_times) - 1, 0),
        status=Status.CANCELLED if rollout.stage == Stage.CANCELLED else status,
        starts_at=starts_at,
        ends_at=ends_at,
        summary=f"{title}: {rollout.title}",
        description="\n".join(f"{label}: {value}" for label, value in lines if value),
        url=url,
        changed_at=max(change_times, default=rollout.started_at),
    )
