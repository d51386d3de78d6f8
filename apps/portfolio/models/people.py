"""What is planned with: how much somebody of Presence works in a week, and the days on which they are away."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock


class Capacity(models.Model):
    """How many minutes a week ``person`` has for projects, where it is not ``load.DEFAULT_MINUTES``."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="capacity")
    minutes = models.PositiveSmallIntegerField(_("horas por semana"))

    class Meta:
        verbose_name = _("capacidade")
        verbose_name_plural = _("capacidades")
        constraints = [
            models.CheckConstraint(condition=Q(minutes__lte=60 * 60), name="capacity_fits_in_a_week"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.minutes} min"


class Absence(models.Model):
    """Days, from ``first`` through ``last``, on which ``person`` is away. Why is nobody's business and kept nowhere."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences")
    first = models.DateField(_("de"))
    last = models.DateField(_("até"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("ausência")
        verbose_name_plural = _("ausências")
        ordering = ["first", "pk"]
        indexes = [models.Index(fields=["last"], name="absence_by_last_day")]
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="absence_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.first:%d/%m/%Y} – {self.last:%d/%m/%Y}"
