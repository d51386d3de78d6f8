"""How the latest run of each scheduled task went, kept in the database for the people who run the installation."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from apps.core import clock
from apps.core.background import work
from apps.core.models import ScheduledRun


@contextmanager
def record_run(entry: str) -> Iterator[None]:
    """Keep when the block began, how long it took, how many items it did and how many failed, and the error that ended it,
    which is raised on. A block whose process is killed has no end."""
    begun = time.monotonic()
    ScheduledRun.objects.bulk_create(
        [ScheduledRun(entry=entry, started_at=clock.now())],
        update_conflicts=True,
        unique_fields=["entry"],
        update_fields=["started_at", "finished_at"],
    )
    error = ""
    with work.count_items() as items:
        try:
            yield
        except Exception as exception:
            error = type(exception).__name__[:80]
            raise
        finally:
            outcome: dict[str, Any] = {
                "finished_at": clock.now(),
                "milliseconds": round((time.monotonic() - begun) * 1000),
                "done": items["done"],
                "failed": items["failed"],
                "error": error,
            }
            if error or items["failed"]:
                outcome["failed_at"] = clock.now()
            _keep(entry, outcome)


def _keep(entry: str, outcome: dict[str, Any]) -> None:
    run = ScheduledRun.objects.filter(entry=entry)
    try:
        run.update(**outcome)
    except (OperationalError, InterfaceError):
        # A time limit that strikes within a query may leave the connection of no use.
        connection.close()
        run.update(**outcome)
