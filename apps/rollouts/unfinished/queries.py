"""Work that a worker gave up (``core.background.work``): what of it people see, and how they ask for it again."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.background import queue, work
from apps.core.jobs import Job
from apps.core.models import UnfinishedWork
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import events, timeline
from apps.rollouts.models import Rollout


@dataclass(frozen=True)
class Failure:
    """Work that did not end well, with its item: an object, or None where it is gone or is only a name."""

    row: UnfinishedWork
    kind: Job
    item: Any

    @property
    def rollout(self) -> Rollout | None:
        return self.item if isinstance(self.item, Rollout) else getattr(self.item, "rollout", None)

    @property
    def what(self) -> str:
        """What it was to be done for; the rollout stands beside it."""
        if self.item is None:
            return self.row.key
        return "" if isinstance(self.item, Rollout) else str(self.item)

    @property
    def is_running(self) -> bool:
        """As far as is known a worker is at it."""
        waits = self.row.next_try_at is not None and self.row.next_try_at > clock.now()
        return waits and self.row.reason == UnfinishedWork.Reason.INTERRUPTED


def given_up() -> QuerySet[UnfinishedWork]:
    """What nobody tries any more until a person asks for it, the newest first."""
    return UnfinishedWork.objects.exclude(given_up_at=None).order_by("-given_up_at", "-pk")


def waiting() -> QuerySet[UnfinishedWork]:
    """What failed, or ended with its process, and is tried again, the next one first."""
    failed = ~Q(failed_at=None) | Q(next_try_at__lte=clock.now())
    return UnfinishedWork.objects.filter(failed, given_up_at=None).order_by("next_try_at", "pk")


def with_items(rows: Iterable[UnfinishedWork]) -> list[Failure]:
    """``rows`` with what they were to be done for, in a query a model; those of kinds that are no more are left out."""
    kinds = work.jobs()
    declared_rows = [row for row in rows if row.kind in kinds]
    keys: dict[str, set[str]] = defaultdict(set)
    for row in declared_rows:
        keys[kinds[row.kind].model].add(row.key)
    items = {
        (model, str(pk)): item
        for model, of_model in keys.items()
        if model
        for pk, item in apps.get_model(model)._default_manager.in_bulk(list(of_model)).items()
    }
    return [Failure(row, kinds[row.kind], items.get((kinds[row.kind].model, row.key))) for row in declared_rows]


def failure(pk: int) -> Failure | None:
    """One of them; None when it is settled."""
    return next(iter(with_items(UnfinishedWork.objects.filter(pk=pk))), None)


def given_up_by_item() -> dict[tuple[str, str], list[Failure]]:
    """What was given up, by the label of its item's model and the item's key; in one query."""
    kinds = work.jobs()
    failures: dict[tuple[str, str], list[Failure]] = defaultdict(list)
    for row in given_up().filter(kind__in=kinds):
        failures[kinds[row.kind].model, row.key].append(Failure(row, kinds[row.kind], None))
    return failures


def try_again(failure: Failure, *, by) -> None:
    """Have a worker try again, with as many attempts as at first.

    Raises ``Refusal`` (409) when somebody asked before, or a worker is at it.
    """
    require(by, "rollouts.try_again", failure.rollout)
    with _changing(failure.rollout) as rollout:
        row = UnfinishedWork.objects.select_for_update(no_key=True).filter(pk=failure.row.pk).first()
        if row is None or Failure(row, failure.kind, None).is_running:
            raise Refusal(_("A nova tentativa já foi pedida ou está em andamento."))
        work.renew(row.kind, row.key)
        if rollout is not None:
            timeline.record(rollout, events.TriedAgain(work=row.kind), by)
        queue.after_commit(failure.kind.task, failure.kind.argument(row.key))


def try_all_again(name: str, *, by) -> int:
    """``try_again`` of everything of one kind that was given up, for when what it depends on is back; how many.

    Raises ``Invalid`` (422) for a kind that is none.
    """
    require(by, "rollouts.see_unfinished")
    if name not in work.jobs():
        raise Invalid(_("Escolha o tipo de trabalho na lista."), field="kind")
    new_attempts = 0
    for failure in with_items(given_up().filter(kind=name)):
        try:
            try_again(failure, by=by)
        except Refusal:
            continue  # Somebody else asked for it.
        new_attempts += 1
    return new_attempts


def _changing(rollout: Rollout | None) -> AbstractContextManager[Rollout | None]:
    return timeline.changing(rollout, even_closed=True) if rollout else transaction.atomic()
