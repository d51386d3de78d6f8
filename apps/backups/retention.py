"""Which backups stay: the newest of each of the last days, weeks and months that have one. What no backup names goes too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from apps.backups import manifest, objects
from apps.backups.errors import BackupError
from apps.backups.manifest import Manifest
from apps.backups.targets import Target
from apps.core import clock

OBJECT_LIFE = timedelta(days=1)
"""An object younger than this stays: whoever wrote it may be about to name it."""


@dataclass(frozen=True)
class Retention:
    """How many days, weeks (from Monday) and months keep their newest backup; days are the installation's."""

    daily: int = 0
    weekly: int = 0
    monthly: int = 0

    def __bool__(self) -> bool:
        return bool(self.daily or self.weekly or self.monthly)

    def staying(self, manifests: Sequence[Manifest]) -> set[str]:
        """The ids of those of ``manifests`` that stay. The newest always does.

        A backup that lacks files takes no whole one's place: whole ones stay as if there were no others.
        """
        return self._newest(manifests) | self._newest([row for row in manifests if not row.lacking])

    def _newest(self, manifests: Sequence[Manifest]) -> set[str]:
        newest_first = sorted(manifests, key=lambda row: (row.moment, row.id), reverse=True)
        staying = {row.id for row in newest_first[:1]}
        periods: list[tuple[int, Callable[[date], object]]] = [
            (self.daily, lambda day: day),
            (self.weekly, lambda day: day.isocalendar()[:2]),
            (self.monthly, lambda day: (day.year, day.month)),
        ]
        for count, period_of in periods:
            newest_by_period: dict[object, str] = {}
            for row in newest_first:
                newest_by_period.setdefault(period_of(clock.day_of(row.moment)), row.id)
            staying |= set(list(newest_by_period.values())[:count])
        return staying


@dataclass(frozen=True)
class Removed:
    backups: tuple[str, ...] = ()
    objects: int = 0
    bytes: int = 0


def apply(target: Target, retention: Retention) -> Removed:
    """Delete the backups of ``target`` that ``retention`` does not keep, then the objects that no backup names; the caller is
    ``alone``. A manifest that cannot be read may name any of them: then nothing is deleted, and ``BackupError`` says so."""
    try:
        manifests = [manifest.read(target, name) for name in manifest.ids(target)]
    except BackupError as error:
        raise BackupError(f"Nothing was deleted, since one manifest cannot be read. {error}") from None
    staying_ids = retention.staying(manifests)
    going = [row for row in manifests if row.id not in staying_ids]
    for row in going:
        target.delete(f"{manifest.FOLDER}{row.id}.json")
    named = {name for row in manifests if row.id in staying_ids for name in row.objects}
    oldest = clock.now() - OBJECT_LIFE
    entries = target.entries(objects.FOLDER)
    forgotten = {
        name: entry.size
        for name, entry in entries.items()
        if name not in named and objects.NAME.fullmatch(name) and entry.written_at < oldest
    }
    for name in forgotten:
        target.delete(name)
    return Removed(tuple(row.id for row in going), len(forgotten), sum(forgotten.values()))
