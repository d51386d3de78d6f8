"""Take a file in, refusing what must not be kept."""

import hashlib
from collections.abc import Sequence
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile, File

from apps.accounts.models import User
from apps.core.background import queue
from apps.core.exports.filenames import tidy
from apps.files import antivirus, inspection, previews, uploads
from apps.files.models import StoredFile

FormFile = File | uploads.Claim
"""A file as a form hands it over: with the request, or by the number of an upload."""


def store(form_file: FormFile, *, by: User | None, field: str = "file") -> StoredFile:
    """Keep one file; where ``CLAMD`` is set it is in quarantine until it was scanned.

    Raises ``Invalid`` (422, on ``field``) when it is empty, too large, or of a kind that is not taken (``inspection``).
    """
    return store_all(received(form_file, by=by, field=field), by=by, field=field)[0]


def store_all(files: Sequence[File], *, by: User | None, field: str = "file") -> list[StoredFile]:
    """Keep ``files`` in their order, or none of them: each is inspected before the first is kept. What came in parts is
    then no longer on its way. Raises what ``store`` raises."""
    kinds = [inspection.check(file, field=field) for file in files]
    stored_files = []
    for file, kind in zip(files, kinds, strict=True):
        scan_state = StoredFile.Scan.WAITING if settings.CLAMD else StoredFile.Scan.NONE
        stored_files.append(_keep(file, tidy(file.name), kind, scan_state, by))
        if isinstance(file, uploads.JoinedUpload):
            uploads.drop(file.upload)
    return stored_files


def received(form_files: FormFile | Sequence[FormFile] | None, *, by: User | None, field: str = "file") -> list[File]:
    """The files that a form handed over: those of the request itself, and those that ``by`` sent in parts before.

    Raises ``Invalid`` (422, on ``field``) for an upload that is not theirs, is not whole or expired.
    """
    listed = [form_files] if isinstance(form_files, File | uploads.Claim) else form_files or []
    return [
        uploads.claim(form_file, by=by, field=field) if isinstance(form_file, uploads.Claim) else form_file
        for form_file in listed
    ]


def scan(file_pk: str) -> None:
    """Ask clamd about a file in quarantine: it comes out clean, or is deleted and only its name and hash stay.

    Raises ``antivirus.Unavailable`` while clamd is away: nothing changes, and a task asks again.
    """
    stored = StoredFile.objects.filter(pk=file_pk, scan=StoredFile.Scan.WAITING).first()
    if stored is None:
        return
    with stored.content.open("rb") as content:
        virus = antivirus.scan(cast(BinaryIO, content))
    stored.scan = StoredFile.Scan.INFECTED if virus else StoredFile.Scan.CLEAN
    stored.virus = virus[:120]
    if virus:
        stored.content.delete(save=False)
        stored.drawn = StoredFile.Drawn.NONE
    stored.save(update_fields=["scan", "virus", "content", "drawn"])
    _queue_drawing(stored)


def sha256(upload: File) -> str:
    """The hex SHA-256 of ``upload``, which is left at its beginning."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _keep(upload: File, name: str, kind: str, scan_state: str, by: User | None) -> StoredFile:
    drawn = StoredFile.Drawn.WAITING if kind in previews.KINDS else StoredFile.Drawn.NONE
    stored = StoredFile(
        name=name, size=upload.size, sha256=sha256(upload), uploaded_by=by, kind=kind, scan=scan_state, drawn=drawn
    )
    stored.content.save(name, upload, save=False)
    stored.save(force_insert=True)
    if stored.scan == StoredFile.Scan.WAITING:
        queue.after_commit("apps.files.tasks.scan_file", str(stored.pk))
    _queue_drawing(stored)
    return stored


def _queue_drawing(stored: StoredFile) -> None:
    """Ask the worker for the pictures of a file that left quarantine or was never in it."""
    if stored.can_be_read and stored.drawn == StoredFile.Drawn.WAITING:
        waiting = StoredFile.objects.filter(pk=stored.pk, drawn=StoredFile.Drawn.WAITING)
        queue.after_commit("apps.files.tasks.draw_file", str(stored.pk), when=waiting.exists)


def store_bytes(content: bytes, name: str, *, by: User | None = None) -> StoredFile:
    """Keep bytes that the application itself made."""
    return _keep(ContentFile(content, name=name), name, "document", StoredFile.Scan.NONE, by)
