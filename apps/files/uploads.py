"""Files that come in parts, so that a lost connection loses nothing: start, append at an offset, cancel, claim."""

import tempfile
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.exports.filenames import tidy
from apps.core.refusals import Invalid, Refusal
from apps.files.inspection import check
from apps.files.models import Upload

PART_BYTES = 512 * 1024
"""The most that one part may hold."""
LIFE = timedelta(hours=24)
"""How long an upload waits for its next part, or for its form to be sent."""
AT_ONCE = 60
"""The most uploads a person may have under way."""


@dataclass(frozen=True)
class Claim:
    """A form's word that a file came before, under this number; whose it is, is looked at when it is taken (``claim``)."""

    pk: str


class JoinedUpload(File):
    """An upload put together again."""

    def __init__(self, file, upload: Upload) -> None:
        super().__init__(file, name=upload.name)
        self.upload = upload
        self.size = upload.size


class WrongOffset(Refusal):
    """The part does not begin where the upload stands; ``offset`` is where it should."""

    def __init__(self, offset: int) -> None:
        super().__init__(_("Esta parte do arquivo não começa onde o envio parou."))
        self.offset = offset


def start(*, by: User, name: str, size: int) -> Upload:
    """Announce a file of ``size`` bytes. Raises ``Invalid`` (422) for an empty or too large one, ``Refusal`` (409) when
    the person has ``AT_ONCE`` under way."""
    if not name.strip():
        raise Invalid(_("O arquivo precisa de um nome."))
    name = tidy(name)
    if size <= 0:
        raise Invalid(_("O arquivo “%(name)s” está vazio.") % {"name": name})
    if size > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
        raise Invalid(_("O arquivo passa do limite de %(limit)d MB.") % {"limit": limit})
    if Upload.objects.filter(owner=by, expires_at__gt=clock.now()).count() >= AT_ONCE:
        raise Refusal(_("Há envios demais em aberto. Conclua ou cancele alguns antes de começar outro."))
    return Upload.objects.create(owner=by, name=name, size=size, expires_at=clock.now() + LIFE)


def append(upload: Upload, *, by: User, offset: int, content: bytes) -> Upload:
    """Add the bytes from ``offset`` on; with the last ones the whole file is inspected.

    Raises ``WrongOffset`` (409) when the upload stands elsewhere, ``Invalid`` (422) when more comes than was announced or
    the whole file is not taken; nothing of it is then kept.
    """
    with transaction.atomic():
        upload = Upload.objects.select_for_update(no_key=True).get(pk=upload.pk, owner=by)
        if offset != upload.received or upload.checked:
            raise WrongOffset(upload.received)
        if not content or len(content) > PART_BYTES:
            raise Invalid(_("Esta parte do arquivo está vazia ou é grande demais."))
        refusal: Refusal | None = _too_much(upload, len(content))
        if refusal is None:
            upload.parts.create(offset=offset, content=ContentFile(content, name=str(offset)))
            upload.received += len(content)
            upload.expires_at = clock.now() + LIFE
            if upload.received == upload.size:
                refusal = _refusal(upload)
                upload.checked = refusal is None
        if refusal is None:
            upload.save(update_fields=["received", "checked", "expires_at"])
        else:
            drop(upload)
    if refusal is not None:
        raise refusal
    return upload


def drop(upload: Upload) -> None:
    """Forget an upload and its parts, because it was cancelled, refused, expired or taken."""
    contents = [part.content for part in upload.parts.all()]
    upload.delete()

    def clear() -> None:
        for content in contents:
            content.storage.delete(str(content.name))

    transaction.on_commit(clear, robust=True)


def claim(claimed: Claim, *, by: User | None, field: str) -> JoinedUpload:
    """The whole file of an upload of ``by``. Raises ``Invalid`` (422, on ``field``)."""
    try:
        upload = Upload.objects.get(pk=claimed.pk, owner=by, checked=True, expires_at__gt=clock.now())
    except (Upload.DoesNotExist, ValidationError, ValueError):
        raise Invalid(_("Um dos arquivos não chegou inteiro ou já expirou. Envie-o de novo."), field=field) from None
    return joined(upload)


def joined(upload: Upload) -> JoinedUpload:
    """The parts of ``upload`` in their order, as one file that lies on the disk and goes when it is closed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the File
    for part in upload.parts.order_by("offset"):
        with part.content.open("rb") as content:
            for chunk in content.chunks():
                file.write(chunk)
    file.seek(0)
    return JoinedUpload(file, upload)


def expired() -> list[str]:
    """The keys of the uploads whose time is over."""
    return [str(pk) for pk in Upload.objects.filter(expires_at__lte=clock.now()).values_list("pk", flat=True)]


def drop_expired(upload_pk: str) -> None:
    """Forget one of them, unless more of it came meanwhile."""
    with transaction.atomic():
        upload = Upload.objects.select_for_update().filter(pk=upload_pk, expires_at__lte=clock.now()).first()
        if upload is not None:
            drop(upload)


def _too_much(upload: Upload, more: int) -> Invalid | None:
    if upload.received + more <= upload.size:
        return None
    return Invalid(_("Chegou mais do que o tamanho anunciado. Envie o arquivo de novo."))


def _refusal(upload: Upload) -> Refusal | None:
    """Why the whole file is not taken; None when it is."""
    try:
        with joined(upload) as file:
            check(file)
    except Refusal as refusal:
        return refusal
    return None
