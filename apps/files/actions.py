"""Take a file in, refusing what must not be kept."""

import hashlib
import os

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.refusals import Invalid
from apps.files.models import StoredFile

# The first bytes of programs: Windows, ELF and Mach-O executables, scripts, Java classes.
PROGRAMS = (b"MZ", b"\x7fELF", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")
PROGRAM_ENDINGS = {".exe", ".dll", ".bat", ".cmd", ".com", ".msi", ".scr", ".js", ".vbs", ".ps1", ".sh", ".jar", ".apk"}


def store(upload: File, *, by: User | None, field: str = "file") -> StoredFile:
    """Keep ``upload``. Raises ``Invalid`` (422, on ``field``) when it is empty, too large or a program."""
    name = os.path.basename(str(upload.name).replace("\\", "/"))[-180:]
    if not upload.size:
        raise Invalid(_("O arquivo “%(name)s” está vazio.") % {"name": name}, field=field)
    if upload.size > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
        raise Invalid(_("O arquivo passa do limite de %(limit)d MB.") % {"limit": limit}, field=field)
    head = upload.read(8)
    upload.seek(0)
    if head.startswith(PROGRAMS) or os.path.splitext(name)[1].lower() in PROGRAM_ENDINGS:
        raise Invalid(_("Programas e scripts não são aceitos. Envie documentos, imagens ou planilhas."), field=field)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    stored = StoredFile(name=name, size=upload.size, sha256=digest.hexdigest(), uploaded_by=by)
    stored.content.save(name, upload, save=False)
    stored.save(force_insert=True)
    return stored


def store_bytes(content: bytes, name: str, *, by: User | None = None) -> StoredFile:
    """Keep bytes that the application itself made."""
    return store(ContentFile(content, name=name), by=by)
