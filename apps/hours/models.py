from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.hours import classification
from apps.hours.agreement_models import Contest, ContestMessage, ExtraHoursRequest
from apps.hours.classification import Activity, Klass
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import Nonconformity

__all__ = ["Contest", "ContestMessage", "ExtraHoursRequest", "Line", "Policy", "Statement", "TimeEntry"]


class Policy(models.Model):
    """The hour policy of one rollout, copied from the blueprint when it started. Minutes; centavos an hour."""

    rollout = models.OneToOneField(Rollout, on_delete=models.CASCADE, related_name="hours_policy")
    training_allowance = models.PositiveIntegerField(_("franquia de treinamento"), default=240)
    homologation_allowance = models.PositiveIntegerField(_("franquia de homologação"), default=360)
    hourly_rate = models.PositiveIntegerField(_("valor da hora"), default=25000)

    class Meta:
        verbose_name = _("política de horas")
        verbose_name_plural = _("políticas de horas")

    def __str__(self) -> str:
        return f"{self.rollout}"

    def rules(self) -> classification.Rules:
        return classification.Rules(self.training_allowance, self.homologation_allowance, self.hourly_rate)


class Statement(models.Model):
    """A closed month of one rollout. ``content`` is what was closed, and never changes."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="statements")
    number = models.PositiveSmallIntegerField()
    month = models.DateField(_("mês"))
    content = models.JSONField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("fechamento")
        verbose_name_plural = _("fechamentos")
        ordering = ["month"]
        constraints = [models.UniqueConstraint(fields=["rollout", "month"], name="statement_once_a_month")]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y}"


class TimeEntry(models.Model):
    """Time somebody of Presence worked on a rollout. Its class is never typed in: it is in its lines.

    An adjustment names the closed entry it corrects; only an adjustment may be negative. A deleted entry stays,
    marked, and counts no more.
    """

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="time_entries")
    number = models.PositiveIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="time_entries")
    activity = models.CharField(_("atividade"), max_length=14, choices=Activity)
    started_at = models.DateTimeField(_("início"))
    minutes = models.IntegerField(_("duração"))
    note = models.CharField(_("o que foi feito"), max_length=300)
    nonconformity = models.ForeignKey(
        Nonconformity, on_delete=models.PROTECT, null=True, blank=True, related_name="time_entries",
        verbose_name=_("não conformidade"),
    )  # fmt: skip
    adjusts = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="adjustments")
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("apontamento")
        verbose_name_plural = _("apontamentos")
        ordering = ["started_at", "number"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="time_entry_number_once"),
            models.CheckConstraint(
                condition=Q(minutes__gt=0, minutes__lte=1440) | Q(adjusts__isnull=False) & ~Q(minutes=0),
                name="time_entry_minutes_in_a_day",
            ),
            models.CheckConstraint(
                condition=Q(nonconformity=None) | Q(activity="homologation"),
                name="time_entry_nonconformity_in_homologation",
            ),
        ]
        indexes = [models.Index(fields=["started_at"], name="time_entry_by_start")]

    def __str__(self) -> str:
        return f"#{self.number}"

    def work(self) -> classification.Work:
        """What the classification needs of this entry."""
        from django.utils import timezone

        return classification.Work(
            number=self.number,
            started_at=timezone.localtime(self.started_at, timezone.get_default_timezone()),
            minutes=self.minutes,
            activity=self.activity,
            nonconformity=self.nonconformity.label if self.nonconformity else "",
            adjusts=self.adjusts.number if self.adjusts else None,
        )


class Line(models.Model):
    """A part of an entry with one class. Made anew when the open part is reclassified; fixed by ``statement``.

    ``approved`` is how many of its minutes the client had approved when its month was closed; None while it is open.
    """

    entry = models.ForeignKey(TimeEntry, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    minutes = models.IntegerField()
    klass = models.CharField(_("classe"), max_length=10, choices=Klass)
    allowance = models.CharField(max_length=14, blank=True)
    amount = models.IntegerField(_("valor"), default=0)
    reason = models.CharField(max_length=20)
    params = models.JSONField(default=dict)
    approved = models.PositiveIntegerField(null=True)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, null=True, related_name="lines")

    class Meta:
        verbose_name = _("linha")
        verbose_name_plural = _("linhas")
        ordering = ["entry__started_at", "entry__number", "position"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "position"], name="line_position_once"),
            models.CheckConstraint(condition=Q(klass="billable") | Q(amount=0), name="line_only_billable_has_a_price"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {self.klass}"

    def why(self) -> str:
        """The reason in words a client accepts."""
        return classification.explain(self.reason, self.params, self.minutes)

    def pure(self) -> classification.Line:
        return classification.Line(
            self.entry.adjusts.number if self.entry.adjusts else self.entry.number,
            self.minutes, self.klass, self.reason, self.allowance, self.amount, self.params,
        )  # fmt: skip
