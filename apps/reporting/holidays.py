"""The holidays that the database counts by, as ``core.workdays`` knows them."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import translation

from apps.core import workdays
from apps.core.clock import FIRST_YEAR, LAST_YEAR


def update(model: type) -> int:
    """Make the rows of ``model`` (``Holiday``) those of the years in which anybody means a day; gives how many there are."""
    names = {}
    day, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
    with translation.override("pt-br"):
        while day <= last:
            if name := workdays.holiday(day):
                names[day] = name[:120]
            day += timedelta(days=1)
    with transaction.atomic():
        rows = model.objects  # type: ignore[attr-defined]
        rows.exclude(day__in=list(names)).delete()
        rows.bulk_create(
            [model(day=day, name=name) for day, name in names.items()],
            update_conflicts=True,
            update_fields=["name"],
            unique_fields=["day"],
        )
    return len(names)
