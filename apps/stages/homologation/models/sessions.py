"""The meetings in which the parties execute the script together, and who was there."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.process import PartyRole
from apps.rollouts.models import Rollout
from apps.stages.homologation.models.script import Script


class Session(models.Model):
    """A meeting of the homologation: planned, then started and ended, or called off; one goes on at a time.

    ``planned_minutes`` is the time that was set aside for it, in minutes.
    """

    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="sessions")
    number = models.PositiveSmallIntegerField()
    planned_start = models.DateTimeField(_("data e hora"), null=True)
    planned_minutes = models.PositiveSmallIntegerField(_("duração prevista"), null=True)
    cancelled_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    led_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("sessão de homologação")
        verbose_name_plural = _("sessões de homologação")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["script", "number"], name="session_number_once"),
            models.UniqueConstraint(
                fields=["script"],
                condition=Q(started_at__isnull=False, ended_at=None),
                name="session_one_open_per_script",
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=False, led_by__isnull=False, cancelled_at=None)
                | Q(started_at=None, ended_at=None, planned_start__isnull=False, planned_minutes__gt=0),
                name="session_started_or_planned",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("started_at")),
                name="session_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return _("Sessão %(number)d") % {"number": self.number}

    @property
    def rollout(self) -> Rollout:
        return self.script.rollout

    @property
    def minutes(self) -> int | None:
        """How long it took, in whole minutes; None while it goes on."""
        return self.minutes_since(self.started_at)

    def minutes_since(self, instant: datetime | None) -> int | None:
        """How long it went on from ``instant``, in whole minutes; None while it goes on."""
        if instant is None or self.ended_at is None:
            return None
        return int((self.ended_at - instant).total_seconds() // 60)


class Attendance(models.Model):
    """Somebody who was there for a party: one of its people with an account, or somebody else by name.

    ``arrived_at`` is when they came, of who came after the start.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="attendances")
    party = models.CharField(max_length=12, choices=PartyRole)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("nome"), max_length=120, blank=True)
    arrived_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("presença na homologação")
        verbose_name_plural = _("presenças na homologação")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "party", "person"], name="session_person_once"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, name="") | Q(person=None) & ~Q(name=""),
                name="session_attendance_is_one_person",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.person)


class Absence(models.Model):
    """A party that sent nobody, and why the others went on."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="absences")
    party = models.CharField(max_length=12, choices=PartyRole)
    reason = models.CharField(_("motivo"), max_length=200)

    class Meta:
        verbose_name = _("ausência na homologação")
        verbose_name_plural = _("ausências na homologação")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "party"], name="session_absence_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="session_absence_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.reason
