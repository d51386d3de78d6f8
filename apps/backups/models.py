from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock

LATE = timedelta(days=2)
"""A last backup older than this needs somebody: they are made every night."""


class LastBackup(models.Model):
    """The one row on the newest backup of this installation (``latest.note`` writes it); ``bytes`` is all of it, ``place``
    what kind of target it lies in, whose address is nobody's business here. What came out of a backup knows of the one before
    that: the row is written after the dump."""

    class Place(models.TextChoices):
        FOLDER = "folder", _("em uma pasta")
        BUCKET = "s3", _("em um bucket S3")

    class Outcome(models.TextChoices):
        COMPLETE = "complete", _("completo")
        UNSIGNED = "unsigned", _("completo, mas não assinado")
        INCOMPLETE = "incomplete", _("faltam arquivos nele")

    ONLY = 1

    made_at = models.DateTimeField()
    place = models.CharField(max_length=20, choices=Place.choices)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    bytes = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("último backup")
        verbose_name_plural = _("último backup")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="last_backup_is_one")]

    def __str__(self) -> str:
        return self.made_at.isoformat()

    @property
    def is_late(self) -> bool:
        return self.made_at < clock.now() - LATE

    @property
    def needs_attention(self) -> bool:
        return self.is_late or self.outcome != self.Outcome.COMPLETE
