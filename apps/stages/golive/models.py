from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.localized import LocalizedField
from apps.rollouts.models import Rollout
from apps.rollouts.stages import PartyRole


class ChecklistItem(models.Model):
    """A point of the go-live checklist, copied from the blueprint."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="golive_items")
    position = models.PositiveSmallIntegerField()
    key = models.SlugField(max_length=60)
    title = LocalizedField()
    help = LocalizedField()
    owner = models.CharField(max_length=12, choices=PartyRole)
    mandatory = models.BooleanField(default=True)
    note = models.CharField(_("anotação"), max_length=300, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("item da entrada em produção")
        verbose_name_plural = _("itens da entrada em produção")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["rollout", "key"], name="golive_item_once")]

    def __str__(self) -> str:
        return str(self.title)


class Release(models.Model):
    """The release to unassisted operation: confirmed by the client, recorded by Presence."""

    rollout = models.OneToOneField(Rollout, on_delete=models.CASCADE, related_name="release")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)
    note = models.TextField(_("observações"), blank=True)

    class Meta:
        verbose_name = _("liberação")
        verbose_name_plural = _("liberações")
        constraints = [
            models.CheckConstraint(
                condition=Q(recorded_at=None) | Q(confirmed_at__isnull=False),
                name="release_recorded_after_confirmation",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rollout}"
