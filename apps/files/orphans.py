"""Bytes that no row names: a process that died between writing a file and keeping its row leaves them behind.

They are moved into a bin, and deleted from there a month later. Nothing is moved when the store is not this database's
(``identity``), nor when more of it than ever happens looks forgotten: then a person looks (``manage.py sweep_orphans``).
"""

import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.background import machine_clock, work
from apps.core.jobs import Job
from apps.files import identity, rows

logger = logging.getLogger(__name__)

LIFE = timedelta(days=1)
"""How long bytes may wait for their row: no transaction lasts so long."""
ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PROBE = rf"health-{ID}"
"""What ``files.health`` writes and deletes at once; a process that was killed in between leaves it behind."""
# The storage adds an underscore and letters where a name is taken. What lies elsewhere was not put there by this app.
STORED_NAMES = re.compile(rf"([0-9a-f]{{2}}/{ID}|previews/{ID}/\d+|uploads/{ID}/\d+|{PROBE})(_\w+)?(\.png)?")
FOLDERS = re.compile(rf"([0-9a-f]{{2}}|(previews|uploads)(/{ID})?)/")
AT_ONCE = 500
BIN = "bin"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
BIN_LIFE = timedelta(days=30)
"""How long the bin keeps what was moved there."""
MOST_SHARE, NEVER_TOO_MANY = 0.05, 20
"""More than this share of the files, and more than so many, never look forgotten by accident."""


ORPHAN = Job(
    "files.orphan",
    gettext_lazy("Limpeza de arquivos sem dono"),
    gettext_lazy("Não foi possível apagar um arquivo que nada mais usa"),
    task="apps.files.tasks.sweep_orphan",
)


@dataclass(frozen=True)
class Findings:
    """What a look through the store found: how many files of ours lie there, and the names of those that nothing names."""

    files: int
    orphans: tuple[str, ...]

    @property
    def are_too_many(self) -> bool:
        """More than processes that died could have left: rather the rows are missing than the files forgotten."""
        return len(self.orphans) > max(NEVER_TOO_MANY, self.files * MOST_SHARE)


class NotSwept(Exception):
    """Why nothing was moved, in a sentence for an operator."""


def look() -> Findings:
    """Look through the store, and move nothing. Raises ``NotSwept`` when it is not this database's."""
    try:
        machine_clock.require_agreement()
    except machine_clock.WrongClock as error:
        raise NotSwept(str(error)) from None
    if not identity.is_of_this_database():
        raise NotSwept(
            f"The files carry no marker of this database ({identity.MARKER}): is DATABASE_URL right? "
            "If it is, say so with: manage.py sweep_orphans --claim"
        )
    files, orphans = 0, list[str]()
    for names in _folders():
        files += len(names)
        orphans += [name for name in sorted(names - rows.with_a_row(names)) if _is_old(name)]
    return Findings(files, tuple(orphans))


def sweep(*, however_many: bool = False) -> int:
    """Move the bytes older than ``LIFE`` that no row names into the bin, and delete what lay there for ``BIN_LIFE``; how many
    files were moved. Running it twice moves nothing more. Raises ``NotSwept``.

    A folder that cannot be read, or a file that cannot be moved, keeps no other waiting.
    """
    findings = look()
    if findings.are_too_many and not however_many:
        raise NotSwept(
            f"{len(findings.orphans)} of {findings.files} files look forgotten, which is too many to be true. "
            "See them with: manage.py sweep_orphans --dry-run"
        )
    moved = work.do_all(ORPHAN, findings.orphans, _to_the_bin, most=len(findings.orphans))
    if moved:
        logger.warning("%s files that nothing names were moved to %s", moved, _today())
    _empty_the_bin()
    return moved


def put_back(day: date) -> int:
    """Bring back what was moved into the bin on ``day``; how many files. What was stored there anew stays as it is."""
    brought = 0
    for name in list(_lying(f"{BIN}/{day.isoformat()}/")):
        place = name.removeprefix(f"{BIN}/{day.isoformat()}/")
        if not default_storage.exists(place):
            _move(name, place)
            brought += 1
    return brought


def take_back(names: Collection[str]) -> list[str]:
    """Bring those of ``names`` that the store lacks back from the bin, each from the latest day; which ones were there."""
    names_brought_back = []
    days = sorted(_listed(f"{BIN}/")[0], reverse=True)
    for name in names:
        place = next((place for day in days if default_storage.exists(place := f"{BIN}/{day}/{name}")), None)
        if place is not None and not default_storage.exists(name):
            _move(place, name)
            names_brought_back.append(name)
    return names_brought_back


def again(name: str) -> None:
    """Move the file ``name`` if nothing names it; a folder that could not be read (with ``/`` at its end) has its sweep."""
    if name.endswith("/"):
        sweep()
    elif identity.is_of_this_database():
        work.do_all(ORPHAN, {name} - rows.with_a_row({name}), _to_the_bin)


def _is_old(name: str) -> bool:
    """What cannot be judged is handed on, where its failure is noted."""
    try:
        # An upload that was just dropped lost its row first.
        return default_storage.exists(name) and default_storage.get_modified_time(name) < clock.now() - LIFE
    except OSError:
        return True


def _to_the_bin(name: str) -> None:
    if default_storage.exists(name) and default_storage.get_modified_time(name) < clock.now() - LIFE:
        _move(name, f"{_today()}{name}")


def _today() -> str:
    return f"{BIN}/{clock.today().isoformat()}/"


def _move(name: str, place: str) -> None:
    with default_storage.open(name) as content:
        default_storage.save(place, content)
    default_storage.delete(name)


def _empty_the_bin() -> None:
    last = (clock.today() - BIN_LIFE).isoformat()
    for day in _listed(f"{BIN}/")[0]:
        # What somebody else put there is not ours to delete.
        if DAY.fullmatch(day) and day < last:
            for name in list(_lying(f"{BIN}/{day}/")):
                default_storage.delete(name)


def _lying(folder: str) -> Iterator[str]:
    """All names in ``folder`` and below."""
    folders, files = _listed(folder)
    yield from (f"{folder}{name}" for name in files)
    for name in folders:
        yield from _lying(f"{folder}{name}/")


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _folders(folder: str = "") -> Iterator[set[str]]:
    """The names of our files, folder by folder, up to ``AT_ONCE`` together."""
    folders: list[str] = []
    stored_names: list[str] = []

    def look(_key: str) -> None:
        try:
            subfolders, files = default_storage.listdir(folder)
        except FileNotFoundError:  # Nothing was ever stored, or another run was here.
            return
        folders.extend(subfolders)
        stored_names.extend(name for file in files if STORED_NAMES.fullmatch(name := f"{folder}{file}"))

    work.do(ORPHAN, folder or "/", look)
    for start in range(0, len(stored_names), AT_ONCE):
        yield set(stored_names[start : start + AT_ONCE])
    for name in folders:
        if FOLDERS.fullmatch(f"{folder}{name}/"):
            yield from _folders(f"{folder}{name}/")
