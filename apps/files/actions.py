"""Take a file in, refusing what must not be kept."""

import hashlib
import logging
import os
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import queue
from apps.core.refusals import Invalid
from apps.files import antivirus, inspection
from apps.files.models import StoredFile

logger = logging.getLogger(__name__)


def store(upload: File, *, by: User | None, field: str = "file") -> StoredFile:
    """Keep ``upload``; where ``CLAMD`` is set it is in quarantine until it was scanned.

    Raises ``Invalid`` (422, on ``field``) when it is empty, too large, or of a kind that is not taken (``inspection``).
    """
    name = os.path.basename(str(upload.name).replace("\\", "/"))[-180:]
    if not upload.size:
        raise Invalid(_("O arquivo “%(name)s” está vazio.") % {"name": name}, field=field)
    if upload.size > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
        raise Invalid(_("O arquivo passa do limite de %(limit)d MB.") % {"limit": limit}, field=field)
    try:
        kind = inspection.inspect(cast(BinaryIO, upload), name)
    except Invalid as refusal:
        refusal.field = field
        raise
    scan_state = StoredFile.Scan.WAITING if settings.CLAMD else StoredFile.Scan.NONE
    return _keep(upload, name, kind, scan_state, by)


def scan(file_pk: str) -> None:
    """Ask clamd about a file in quarantine: it comes out clean, or is deleted and only its name and hash stay.

    While clamd is away nothing changes; a task asks again.
    """
    stored = StoredFile.objects.filter(pk=file_pk, scan=StoredFile.Scan.WAITING).first()
    if stored is None:
        return
    try:
        with stored.content.open("rb") as content:
            found = antivirus.scan(cast(BinaryIO, content))
    except antivirus.Unavailable as error:
        logger.warning("clamd did not answer: %s", error)
        return
    stored.scan = StoredFile.Scan.INFECTED if found else StoredFile.Scan.CLEAN
    stored.found = found[:120]
    if found:
        stored.content.delete(save=False)
    stored.save(update_fields=["scan", "found", "content"])


def sha256(upload: File) -> str:
    """The hex SHA-256 of ``upload``, which is left at its beginning."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _keep(upload: File, name: str, kind: str, scan_state: str, by: User | None) -> StoredFile:
    stored = StoredFile(name=name, size=upload.size, sha256=sha256(upload), uploaded_by=by, kind=kind, scan=scan_state)
    stored.content.save(name, upload, save=False)
    stored.save(force_insert=True)
    if stored.scan == StoredFile.Scan.WAITING:
        queue.after_commit("apps.files.tasks.scan_file", str(stored.pk))
    return stored


def store_bytes(content: bytes, name: str, *, by: User | None = None) -> StoredFile:
    """Keep bytes that the application itself made."""
    return _keep(ContentFile(content, name=name), name, "document", StoredFile.Scan.NONE, by)
