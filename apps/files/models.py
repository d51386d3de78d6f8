import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.searching import names_index


def storage_name(stored: "StoredFile", filename: str) -> str:
    """Where a file lies: its own id. What the uploader called it never reaches the disk."""
    return f"{stored.id.hex[:2]}/{stored.id}"


def preview_name(preview: "Preview", filename: str) -> str:
    return f"previews/{preview.file_id}/{preview.page}.png"


def part_name(part: "UploadPart", filename: str) -> str:
    return f"uploads/{part.upload_id}/{part.offset}"


class StoredFile(models.Model):
    """A file somebody gave. Who may have it is decided by the thing it was given for."""

    class Scan(models.TextChoices):
        NONE = "none", _("Sem antivírus")
        WAITING = "waiting", _("Em verificação")
        CLEAN = "clean", _("Verificado")
        INFECTED = "infected", _("Removido: contém vírus")

    class Drawn(models.TextChoices):
        """Whether there are pictures of it (``Preview``)."""

        NONE = "none", _("Sem imagem")
        WAITING = "waiting", _("Imagem em preparo")
        READY = "ready", _("Com imagem")
        IMPOSSIBLE = "impossible", _("Sem pré-visualização")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content = models.FileField(upload_to=storage_name)
    name = models.CharField(_("nome"), max_length=180)
    size = models.PositiveBigIntegerField(_("tamanho em bytes"))
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, default="document", editable=False)
    scan = models.CharField(max_length=8, choices=Scan, default=Scan.NONE, editable=False)
    virus = models.CharField(max_length=120, blank=True, editable=False)
    drawn = models.CharField(max_length=10, choices=Drawn, default=Drawn.NONE, editable=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("arquivo")
        verbose_name_plural = _("arquivos")
        ordering = ["uploaded_at"]
        indexes = [names_index("name", "file_name_words")]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="file_is_not_empty"),
            models.CheckConstraint(
                condition=Q(scan__in=["none", "waiting", "clean", "infected"]), name="file_scan_is_known"
            ),
            models.CheckConstraint(
                condition=Q(drawn__in=["none", "waiting", "ready", "impossible"]), name="file_drawn_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def read(self) -> bytes:
        """The whole content. Raises ``OSError`` when it is not in the store."""
        with self.content.open("rb") as file:
            return file.read()

    @property
    def can_be_read(self) -> bool:
        """Out of quarantine."""
        return self.scan in (self.Scan.NONE, self.Scan.CLEAN)


class Preview(models.Model):
    """A picture of one page of a file, drawn by the application itself: the only thing of a file that is shown."""

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="previews")
    page = models.PositiveSmallIntegerField()
    picture = models.FileField(upload_to=preview_name)

    class Meta:
        verbose_name = _("imagem de um arquivo")
        verbose_name_plural = _("imagens de arquivos")
        ordering = ["page"]
        constraints = [models.UniqueConstraint(fields=["file", "page"], name="preview_once_per_page")]

    def __str__(self) -> str:
        return f"{self.file}, {self.page}"


class Upload(models.Model):
    """A file on its way, in parts. It belongs to whoever sends it, is shown to nobody else, and is swept when it expires.

    ``size`` is what was announced, ``received`` how many bytes came; both in bytes. ``checked`` is set once all of it came
    and was not refused.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=180)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    checked = models.BooleanField(default=False)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("envio")
        verbose_name_plural = _("envios")
        ordering = ["expires_at"]
        constraints = [
            models.CheckConstraint(condition=Q(received__lte=F("size")), name="upload_within_its_size"),
            models.CheckConstraint(
                condition=Q(checked=False) | Q(received=F("size")), name="upload_checked_when_whole"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UploadPart(models.Model):
    """The bytes of an upload from ``offset`` on: an object of its own, so that any storage and any web server can add one."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    offset = models.PositiveBigIntegerField()
    content = models.FileField(upload_to=part_name)

    class Meta:
        verbose_name = _("parte de um envio")
        verbose_name_plural = _("partes de envios")
        ordering = ["offset"]
        constraints = [models.UniqueConstraint(fields=["upload", "offset"], name="upload_part_once")]

    def __str__(self) -> str:
        return f"{self.upload}, {self.offset}"
