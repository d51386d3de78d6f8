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

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content = models.FileField(upload_to=storage_name)
    name = models.CharField(_("nome"), max_length=180)
    size = models.PositiveBigIntegerField(_("tamanho em bytes"))
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("arquivo")
        verbose_name_plural = _("arquivos")
        ordering = ["uploaded_at"]
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="file_is_not_empty")]

    def __str__(self) -> str:
        return self.name
