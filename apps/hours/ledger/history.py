"""What became of an entry: what it said before it was changed, and when a change elsewhere gave it other classes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock, minutes, moments
from apps.core.canonical import instant
from apps.hours.classification import Activity, HourClass
from apps.hours.models import Line, Reclassification, Revision, TimeEntry

Classes = dict[int, list[list[Any]]]


def values(entry: TimeEntry) -> dict[str, Any]:
    """What the entry says, as plain JSON: minutes, UTC."""
    return {
        "activity": entry.activity,
        "started_at": instant(entry.started_at),
        "minutes": entry.minutes,
        "note": entry.note,
        "nonconformity": entry.nonconformity.label if entry.nonconformity else "",
    }


def add_revision(entry: TimeEntry, before: dict[str, Any], *, by: User) -> None:
    """Keep what ``entry`` said; nothing when nothing was changed. Within the transaction of the change."""
    if entry.deleted_at or values(entry) != before:
        Revision.objects.create(entry=entry, by=by, before=before)


def classes(lines: Mapping[int, Iterable[Line]]) -> Classes:
    """``{entry pk: [[class, minutes], …]}`` of ``lines``, which are by the key of their entry."""
    minutes_by_class: dict[int, Counter] = defaultdict(Counter)
    for entry, entry_lines in lines.items():
        for line in entry_lines:
            minutes_by_class[entry][str(line.hour_class)] += line.minutes
    return {
        entry: [[hour_class, counted[hour_class]] for hour_class in HourClass.values if hour_class in counted]
        for entry, counted in minutes_by_class.items()
    }


def note_reclassified(before: Classes, after: Classes, cause: TimeEntry | None, how: str) -> None:
    """Keep, for each entry other than ``cause`` whose classes are others now, what they were and what they are."""
    Reclassification.objects.bulk_create(
        Reclassification(entry_id=entry, cause=cause, how=how, before=was, after=after[entry])
        for entry, was in before.items()
        if entry in after and after[entry] != was and not (cause and entry == cause.pk)
    )


def with_changes(lines: QuerySet[Line]) -> QuerySet[Line]:
    """``lines``, in the same query with whether their entry was corrected (``was_corrected``) and with what
    ``changes_of`` reads."""
    reclassifications = Reclassification.objects.filter(entry=OuterRef("entry")).order_by("pk")
    values_ = JSONObject(at="at", before="before", after="after", how="how", cause="cause__number")
    return lines.annotate(
        was_corrected=Exists(Revision.objects.filter(entry=OuterRef("entry"))),
        reclassified=ArraySubquery(reclassifications.values_list(values_)),
    )


def changes_of(line: Line) -> list[str]:
    """How the entry of a line from ``with_changes`` was reclassified, in the reader's language, the oldest change first."""
    return [
        describe(
            Reclassification(
                at=datetime.fromisoformat(change["at"]), before=change["before"], after=change["after"],
                how=change["how"], cause=TimeEntry(number=change["cause"]) if change["cause"] else None,
            )
        )
        for change in line.reclassified  # type: ignore[attr-defined]
    ]  # fmt: skip


def describe(change: Reclassification) -> str:
    """``Reclassificada em 12/03: antes 0h30 incluída, agora 0h30 extra cobrada, porque o apontamento #12 foi incluído``."""
    values = {
        "day": date_format(clock.day_of(change.at), "d/m"),
        "before": _classes(change.before),
        "after": _classes(change.after),
    }
    if change.cause is None and change.how:
        values["how"] = str(Reclassification.How(change.how).label)
        return _("Reclassificada em %(day)s: antes %(before)s, agora %(after)s, porque %(how)s") % values
    if change.cause is None:
        return _("Reclassificada em %(day)s: antes %(before)s, agora %(after)s") % values
    values |= {"entry": str(change.cause), "how": str(Reclassification.How(change.how).label)}
    return (
        _("Reclassificada em %(day)s: antes %(before)s, agora %(after)s, porque o apontamento %(entry)s %(how)s")
        % values
    )


def _classes(minutes_by_class: list[list[Any]]) -> str:
    return " + ".join(
        f"{minutes.show(duration)} {str(HourClass(hour_class).label).lower()}"
        for hour_class, duration in minutes_by_class
    )


def describe_revision(revision: Revision) -> str:
    """What the entry said: activity, start, duration, nonconformity and note, for the reader."""
    before = revision.before
    start = datetime.fromisoformat(before["started_at"])
    parts = [
        str(Activity(before["activity"]).label),
        moments.show(start),
        minutes.show(before["minutes"]),
        before["nonconformity"],
        before["note"],
    ]
    return " · ".join(filter(None, parts))
