"""Pictures of what a file shows, drawn in a process of its own (``drawing``) once the file is out of quarantine."""

import subprocess
import sys
import tempfile
from pathlib import Path

from django.core.files.base import ContentFile
from django.db import transaction

from apps.files import drawing
from apps.files.models import Preview, StoredFile

KINDS = ("pdf", "image")
SECONDS = 30.0
"""The most that the drawing of one file may take."""
PNG = b"\x89PNG\r\n\x1a\n"


def draw(file_pk: str) -> None:
    """Make the pictures of a file that waits for them; one that cannot be drawn is told so and not tried again."""
    stored = StoredFile.objects.filter(pk=file_pk, drawn=StoredFile.Drawn.WAITING).first()
    if stored is None or not stored.can_be_read:
        return
    with tempfile.TemporaryDirectory() as folder:
        pictures = _pictures(stored, Path(folder))
    with transaction.atomic():
        stored = StoredFile.objects.select_for_update().get(pk=file_pk)
        if stored.drawn != StoredFile.Drawn.WAITING:
            return
        for page, picture in enumerate(pictures, start=1):
            Preview.objects.create(file=stored, page=page, picture=ContentFile(picture, name=f"{page}.png"))
        stored.drawn = StoredFile.Drawn.READY if pictures else StoredFile.Drawn.IMPOSSIBLE
        stored.save(update_fields=["drawn"])


def _pictures(stored: StoredFile, folder: Path) -> list[bytes]:
    source, out = folder / "source", folder / "out"
    out.mkdir()
    with stored.content.open("rb") as content, source.open("wb") as copy:
        for chunk in content.chunks():
            copy.write(chunk)
    command = [sys.executable, "-I", str(drawing.__file__), stored.kind, str(source), str(out)]
    try:
        done = subprocess.run(
            command, cwd=folder, env={}, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return []
    if done.returncode:
        return []
    found = [path.read_bytes() for page in range(1, drawing.PAGES + 1) if (path := out / f"{page}.png").is_file()]
    return found if all(picture.startswith(PNG) for picture in found) else []
