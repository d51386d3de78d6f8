from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.rollouts.models import Rollout


class DueDate(models.Model):
    """A delivery date the integrator gave. The newest one holds; the older ones are the history."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="due_dates")
    date = models.DateField(_("data de entrega"))
    reason = models.TextField(_("motivo da mudança"), blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("prazo")
        verbose_name_plural = _("prazos")
        ordering = ["given_at", "pk"]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y}"


class ProgressNote(models.Model):
    """How far the connector is, in the integrator's words."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="progress_notes")
    percent = models.PositiveSmallIntegerField(_("concluído (%)"), validators=[MaxValueValidator(100)])
    text = models.TextField(_("o que foi feito e o que falta"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("nota de andamento")
        verbose_name_plural = _("notas de andamento")
        ordering = ["-written_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(percent__lte=100), name="progress_at_most_all")]

    def __str__(self) -> str:
        return f"{self.percent} %"


class Delivery(models.Model):
    """A version of the connector that the integrator declared delivered."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="deliveries")
    version = models.CharField(_("versão"), max_length=40)
    notes = models.TextField(_("notas da versão"))
    limitations = models.TextField(_("limitações conhecidas"), blank=True)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("entrega do conector")
        verbose_name_plural = _("entregas do conector")
        ordering = ["-declared_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["rollout", "version"], name="delivery_version_once")]

    def __str__(self) -> str:
        return self.version
