import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock


def storage_name(stored: "StoredFile", filename: str) -> str:
    """Where a file lies: its own id. What the uploader called it never reaches the disk."""
    return f"{stored.id.hex[:2]}/{stored.id}"


class StoredFile(models.Model):
    """A file somebody gave. Who may have it is decided by the thing it was given for."""

    class Scan(models.TextChoices):
        NONE = "none", _("Sem antivírus")
        WAITING = "waiting", _("Em verificação")
        CLEAN = "clean", _("Verificado")
        INFECTED = "infected", _("Removido: contém vírus")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content = models.FileField(upload_to=storage_name)
    name = models.CharField(_("nome"), max_length=180)
    size = models.PositiveBigIntegerField(_("tamanho em bytes"))
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, default="document", editable=False)
    scan = models.CharField(max_length=8, choices=Scan, default=Scan.NONE, editable=False)
    found = models.CharField(max_length=120, blank=True, editable=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("arquivo")
        verbose_name_plural = _("arquivos")
        ordering = ["uploaded_at"]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="file_is_not_empty"),
            models.CheckConstraint(
                condition=Q(scan__in=["none", "waiting", "clean", "infected"]), name="file_scan_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def can_be_read(self) -> bool:
        """Out of quarantine."""
        return self.scan in (self.Scan.NONE, self.Scan.CLEAN)
