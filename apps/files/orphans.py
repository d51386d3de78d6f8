"""Bytes that no row names: a process that died between writing a file and keeping its row leaves them behind."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import default_storage

from apps.core import clock
from apps.files.models import Preview, StoredFile, UploadPart

logger = logging.getLogger(__name__)

LIFE = timedelta(days=1)
"""How long bytes may wait for their row: no transaction lasts so long."""
ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# The storage adds an underscore and letters where a name is taken. What lies elsewhere was not put there by this app.
OURS = re.compile(rf"([0-9a-f]{{2}}/{ID}|previews/{ID}/\d+|uploads/{ID}/\d+)(_\w+)?(\.png)?")
AT_ONCE = 500


def sweep() -> int:
    """Delete the bytes older than ``LIFE`` that no row names; how many files. Running it twice deletes nothing more."""
    swept = 0
    for names in _folders():
        for name in sorted(names - _named(names)):
            # An upload that was just dropped lost its row first.
            if default_storage.exists(name) and default_storage.get_modified_time(name) < clock.now() - LIFE:
                default_storage.delete(name)
                swept += 1
    if swept:
        logger.warning("%s files that nothing names were deleted", swept)
    return swept


def _folders(folder: str = "") -> Iterator[set[str]]:
    """The names of our files, folder by folder, up to ``AT_ONCE`` together."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # Nothing was ever stored, or another run was here.
        return
    names = [f"{folder}{name}" for name in files]
    ours = [name for name in names if OURS.fullmatch(name)]
    for start in range(0, len(ours), AT_ONCE):
        yield set(ours[start : start + AT_ONCE])
    for each in folders:
        yield from _folders(f"{folder}{each}/")


def _named(names: set[str]) -> set[str]:
    """Those of ``names`` that a row has."""
    return {
        *StoredFile.objects.filter(content__in=names).values_list("content", flat=True),
        *Preview.objects.filter(picture__in=names).values_list("picture", flat=True),
        *UploadPart.objects.filter(content__in=names).values_list("content", flat=True),
    }
