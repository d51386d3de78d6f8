from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.localized import LocalizedField
from apps.rollouts.models import Appointment, Rollout


class Topic(models.Model):
    """A topic of the syllabus, copied from the blueprint. ``covered_in`` is the session that taught it."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="training_topics")
    position = models.PositiveSmallIntegerField()
    title = LocalizedField()
    minutes = models.PositiveSmallIntegerField(_("duração prevista em minutos"))
    covered_in = models.ForeignKey("TrainingSession", on_delete=models.SET_NULL, null=True, related_name="topics")

    class Meta:
        verbose_name = _("tópico")
        verbose_name_plural = _("tópicos")
        ordering = ["position"]

    def __str__(self) -> str:
        return str(self.title)


class TrainingSession(Appointment):
    """A meeting of the training: planned, then held or cancelled."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Agendada")
        HELD = "held", _("Realizada")
        CANCELLED = "cancelled", _("Cancelada")

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="training_sessions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    scheduled_at = models.DateTimeField(_("data e hora"))
    planned_minutes = models.PositiveSmallIntegerField(_("duração prevista"))
    link = models.URLField(_("link da reunião"), max_length=500, blank=True)
    held_minutes = models.PositiveSmallIntegerField(_("duração realizada"), null=True)
    note = models.TextField(_("observações"), blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)
    planned_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("sessão de treinamento")
        verbose_name_plural = _("sessões de treinamento")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="training_session_number_once"),
            models.CheckConstraint(
                condition=~Q(state="held") | Q(held_minutes__gt=0), name="training_session_held_has_a_duration"
            ),
        ]

    def __str__(self) -> str:
        return _("Sessão %(number)d") % {"number": self.number}


class Attendance(models.Model):
    """Somebody who was there."""

    session = models.ForeignKey(TrainingSession, on_delete=models.CASCADE, related_name="attendances")
    name = models.CharField(_("nome"), max_length=120)
    company = models.CharField(_("empresa"), max_length=120)
    position = models.CharField(_("função"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("presença")
        verbose_name_plural = _("presenças")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["session", "name", "company"], name="attendance_once")]

    def __str__(self) -> str:
        return self.name
