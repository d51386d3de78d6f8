"""Bring the read model up to date where no action did: time has passed, or something outside the rollout changed."""

import logging
from datetime import timedelta

from django.db.models import F, Q, QuerySet

from apps.core import clock, plugins
from apps.core.process import CLOSED, PartyRole
from apps.rollouts import events, read_model, timeline
from apps.rollouts.models import OpenRequirement, Rollout

logger = logging.getLogger(__name__)

CHECKED_EVERY = timedelta(hours=20)
CLOSED_CHECKED_EVERY = timedelta(days=7)


def refresh(rollout_pk: int) -> bool:
    """Work out anew what is open in a rollout; whether that changed anything. Where it passes the ball, the timeline says so:
    every day of a rollout is somebody's by its record alone."""
    with timeline.changing(Rollout(pk=rollout_pk), even_closed=True) as rollout:
        return _keep(rollout, None)


def heal(rollout_pk: int) -> None:
    """``refresh`` where nothing should have changed: what did is a fault of the house, and the log says so."""
    due = changed_by_time().filter(pk=rollout_pk).exists()
    with timeline.changing(Rollout(pk=rollout_pk), even_closed=True) as rollout:
        for plugin in plugins.plugins():
            for work_out in plugin.derived:
                work_out(rollout)
        changed = _keep(rollout, None)
    if changed and not due:
        logger.error("What was open in the rollout %s had not followed what happened in it.", rollout_pk)


def changed_by_time() -> QuerySet[Rollout]:
    """The rollouts in which something that was open has become another thing, or nothing, because its hour has come."""
    over = OpenRequirement.objects.filter(until__lte=clock.now())
    return Rollout.objects.filter(pk__in=over.values("rollout")).order_by("pk")


def compared(rollout_pk: int, *, mend: bool) -> tuple[str, list[str]]:
    """The code of a rollout and how what is kept of it differs from what the rules answer now; ``mend`` works it out anew.

    What differs is compared a second time under the lock: somebody may have acted meanwhile."""
    rollout = Rollout.objects.get(pk=rollout_pk)
    if not read_model.differences(rollout):
        return rollout.code, []
    with timeline.changing(rollout, even_closed=True) as locked:
        differences = read_model.differences(locked)
        if differences and mend:
            _keep(locked, None)
        return locked.code, differences


def unchecked() -> QuerySet[Rollout]:
    """The rollouts whose rules were not all asked since yesterday, of closed ones since a week, the longest first: hours go
    on after the end, and what a page says in short follows them."""
    now = clock.now()
    stale = Q(requirements_at=None) | Q(requirements_at__lte=now - CLOSED_CHECKED_EVERY)
    stale |= Q(requirements_at__lte=now - CHECKED_EVERY) & ~Q(stage__in=CLOSED)
    return Rollout.objects.filter(stale).order_by(F("requirements_at").asc(nulls_first=True))


def _keep(rollout: Rollout, apps: set[str] | None) -> bool:
    holder = rollout.holder
    changed = read_model.keep(rollout, apps)
    if rollout.holder != holder:
        timeline.record(rollout, events.BallPassed(holder=PartyRole(rollout.holder)), None, party="")
    else:
        rollout.save(update_fields=read_model.SAVED)
    return changed
