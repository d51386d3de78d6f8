"""Bytes that no row names: a process that died between writing a file and keeping its row leaves them behind."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.background import work
from apps.core.jobs import Job
from apps.files.models import Preview, StoredFile, UploadPart

logger = logging.getLogger(__name__)

LIFE = timedelta(days=1)
"""How long bytes may wait for their row: no transaction lasts so long."""
ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# The storage adds an underscore and letters where a name is taken. What lies elsewhere was not put there by this app.
STORED_NAMES = re.compile(rf"([0-9a-f]{{2}}/{ID}|previews/{ID}/\d+|uploads/{ID}/\d+)(_\w+)?(\.png)?")
FOLDERS = re.compile(rf"([0-9a-f]{{2}}|(previews|uploads)(/{ID})?)/")
AT_ONCE = 500


ORPHAN = Job(
    "files.orphan",
    gettext_lazy("Limpeza de arquivos sem dono"),
    gettext_lazy("Não foi possível apagar um arquivo que nada mais usa"),
    task="apps.files.tasks.sweep_orphan",
)


def sweep() -> int:
    """Delete the bytes older than ``LIFE`` that no row names; how many files. Running it twice deletes nothing more.

    A folder that cannot be read, or a file that cannot be deleted, keeps no other waiting.
    """
    swept = sum(_delete_all(names) for names in _folders())
    if swept:
        logger.warning("%s files that nothing names were deleted", swept)
    return swept


def again(name: str) -> None:
    """Delete the file ``name`` if nothing names it, or what lies in a folder (with ``/`` at its end)."""
    if name.endswith("/"):
        for names in _folders("" if name == "/" else name):
            _delete_all(names)
    else:
        work.do_all(ORPHAN, {name} - _with_a_row({name}), _delete)


def _delete_all(names: set[str]) -> int:
    deletable = [name for name in sorted(names - _with_a_row(names)) if _is_old(name)]
    return work.do_all(ORPHAN, deletable, _delete, most=len(deletable))


def _is_old(name: str) -> bool:
    """What cannot be judged is handed on, where its failure is noted."""
    try:
        # An upload that was just dropped lost its row first.
        return default_storage.exists(name) and default_storage.get_modified_time(name) < clock.now() - LIFE
    except OSError:
        return True


def _delete(name: str) -> None:
    if default_storage.exists(name) and default_storage.get_modified_time(name) < clock.now() - LIFE:
        default_storage.delete(name)


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


def _with_a_row(names: set[str]) -> set[str]:
    """Those of ``names`` that a row has."""
    return {
        *StoredFile.objects.filter(content__in=names).values_list("content", flat=True),
        *Preview.objects.filter(picture__in=names).values_list("picture", flat=True),
        *UploadPart.objects.filter(content__in=names).values_list("content", flat=True),
    }
