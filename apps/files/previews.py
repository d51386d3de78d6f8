"""Pictures of what a file shows, drawn in a process of its own (``drawing``) once the file is out of quarantine."""

import base64
from typing import BinaryIO, cast

from django.core.files.base import ContentFile
from django.db import transaction

from apps.core.untrusted import confined
from apps.files import drawing
from apps.files.models import Preview, StoredFile

KINDS = ("pdf", "image")
READER = "apps.files.drawing"
LIMITS = confined.Limits(output=24 * 1024 * 1024)
PNG_BEGINS = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def draw(file_pk: str) -> None:
    """Make the pictures of a file that waits for them; one that cannot be drawn is told so and not tried again."""
    stored = StoredFile.objects.filter(pk=file_pk, drawn=StoredFile.Drawn.WAITING).first()
    if stored is None or not stored.can_be_read:
        return
    pictures = _pictures(stored)
    with transaction.atomic():
        stored = StoredFile.objects.select_for_update(no_key=True).get(pk=file_pk)
        if stored.drawn != StoredFile.Drawn.WAITING:
            return
        for page, picture in enumerate(pictures, start=1):
            Preview.objects.create(file=stored, page=page, picture=ContentFile(picture, name=f"{page}.png"))
        stored.drawn = StoredFile.Drawn.READY if pictures else StoredFile.Drawn.IMPOSSIBLE
        stored.save(update_fields=["drawn"])


def _pictures(stored: StoredFile) -> list[bytes]:
    """Those that are pictures of a fair size after all; none when the file could not be drawn within the limits."""
    try:
        with stored.content.open("rb") as content:
            drawn = confined.read(READER, cast(BinaryIO, content), limits=LIMITS, kind=stored.kind)
        pictures = [base64.b64decode(picture) for picture in drawn[: drawing.PAGES]]
    except (confined.ReadingFailed, LookupError, TypeError, ValueError):
        return []
    return pictures if all(_is_fair(picture) for picture in pictures) else []


def _is_fair(picture: bytes) -> bool:
    sides = int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")
    return picture.startswith(PNG_BEGINS) and max(sides) <= drawing.SIDE
