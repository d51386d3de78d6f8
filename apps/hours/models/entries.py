"""The ledger: time that was worked, the lines it was classified into, and what became of both."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.searching import document, words_index
from apps.hours import classification
from apps.hours.classification import Activity, HourClass
from apps.hours.models.statements import Statement
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import Nonconformity

WORDS = document("note")
"""What the search over everything looks through."""


class TimeEntry(models.Model):
    """Time somebody of Presence worked on a rollout. Its class is never typed in: it is in its lines.

    An adjustment names the closed entry it corrects; only an adjustment may be negative. A deleted entry stays,
    marked, and counts no more. ``cause_declined``: its nonconformity was declined while its month was open, and frees it no
    more. ``source`` says what proposed it (``session:31.2``, ``copy:17``); one counts once a person.
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
    cause_declined = models.BooleanField(default=False)
    adjusts = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="adjustments")
    source = models.CharField(max_length=60, blank=True)
    deleted_at = models.DateTimeField(null=True)

    overlaps: "Sequence[TimeEntry]" = ()
    """The other entries of the person that share a minute with it, as they were when it was saved just now; not kept."""

    class Meta:
        verbose_name = _("apontamento")
        verbose_name_plural = _("apontamentos")
        ordering = ["started_at", "number"]
        indexes = [
            models.Index(fields=["rollout", "started_at", "number"], name="time_entry_in_order"),
            models.Index(fields=["person", "started_at"], name="time_entry_day_of_a_person"),
            models.Index(fields=["started_at"], name="time_entry_by_start"),
            words_index(WORDS, "time_entry_words"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="time_entry_number_once"),
            models.UniqueConstraint(
                fields=["person", "source"],
                condition=~Q(source="") & Q(deleted_at=None),
                name="time_entry_source_once",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gt=0, minutes__lte=1440) | Q(adjusts__isnull=False) & ~Q(minutes=0),
                name="time_entry_minutes_in_a_day",
            ),
            models.CheckConstraint(
                condition=Q(nonconformity=None) | Q(activity="homologation"),
                name="time_entry_nonconformity_in_homologation",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"

    @property
    def ends_at(self) -> datetime:
        return self.started_at + timedelta(minutes=self.minutes)

    @property
    def is_after_the_end(self) -> bool:
        """It was worked after the rollout was completed or cancelled."""
        return self.rollout.closed_at is not None and self.started_at >= self.rollout.closed_at

    def work(self) -> classification.Work:
        """What the classification needs of this entry."""
        return classification.Work(
            number=self.number,
            started_at=self.started_at,
            minutes=self.minutes,
            activity=self.activity,
            nonconformity=self.nonconformity.label if self.nonconformity and not self.cause_declined else "",
            adjusts=self.adjusts.number if self.adjusts else None,
            worked_on=clock.day_of(self.adjusts.started_at) if self.adjusts else None,
        )


class Line(models.Model):
    """A part of an entry with one class. Made anew when the open part is reclassified; fixed by ``statement``.

    ``approved`` is how many of its minutes the client had approved when its month was closed; None while it is open.
    """

    entry = models.ForeignKey(TimeEntry, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    minutes = models.IntegerField()
    hour_class = models.CharField(_("classe"), max_length=10, choices=HourClass)
    allowance = models.CharField(max_length=14, blank=True)
    charged_minutes = models.IntegerField(_("minutos cobrados"), default=0)
    rate = models.PositiveIntegerField(_("valor da hora"), default=0)
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
            models.CheckConstraint(
                condition=Q(hour_class="billable") | Q(amount=0), name="line_only_billable_has_a_price"
            ),
            models.CheckConstraint(
                condition=Q(hour_class="billable") | Q(charged_minutes=0), name="line_only_billable_is_charged"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {self.hour_class}"

    def why(self) -> str:
        """The reason in words a client accepts."""
        return classification.explain(self.reason, self.params, self.minutes)

    def pure(self) -> classification.Line:
        return classification.Line(
            self.entry.adjusts.number if self.entry.adjusts else self.entry.number,
            self.minutes, self.hour_class, self.reason, self.allowance, self.amount, self.params,
            self.charged_minutes, self.rate,
        )  # fmt: skip


class HourSum(models.Model):
    """The minutes and the amount (centavos) of all lines of one person, activity, class and month in a rollout.

    ``month`` is the first day of the month in which the work began, in the installation's time zone; ``closed`` once it has
    a statement; ``lines`` is how many there are. Written with the lines (``ledger.sums``); ``reconcile_hours`` proves it.
    """

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="hour_sums")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    activity = models.CharField(max_length=14, choices=Activity)
    hour_class = models.CharField(max_length=10, choices=HourClass)
    month = models.DateField()
    closed = models.BooleanField(default=False)
    minutes = models.IntegerField()
    amount = models.IntegerField()
    lines = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("soma de horas")
        verbose_name_plural = _("somas de horas")
        ordering = ["rollout", "month", "person", "activity", "hour_class"]
        indexes = [
            models.Index(fields=["month"], name="hour_sum_by_month"),
            models.Index(fields=["rollout", "month"], condition=Q(closed=False), name="hour_sum_still_open"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rollout", "month", "person", "activity", "hour_class"], name="hour_sum_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rollout_id} {self.month:%m/%Y} {self.activity} {self.hour_class}"


class Revision(models.Model):
    """What an entry said before it was corrected or deleted. Only ever added to; ``before`` is plain JSON."""

    entry = models.ForeignKey(TimeEntry, on_delete=models.CASCADE, related_name="revisions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    before = models.JSONField()

    class Meta:
        verbose_name = _("versão anterior")
        verbose_name_plural = _("versões anteriores")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.entry} < {self.at:%Y-%m-%d %H:%M}"


class Reclassification(models.Model):
    """That a change elsewhere gave the lines of an entry other classes. Only ever added to.

    ``before`` and ``after`` are ``[[class, minutes], …]``; ``cause`` is the entry that was changed, ``how`` the change. Of a
    nonconformity that was judged anew there is no such entry.
    """

    class How(models.TextChoices):
        LOGGED = "logged", _("foi incluído")
        EDITED = "edited", _("foi corrigido")
        DELETED = "deleted", _("foi excluído")
        ADJUSTED = "adjusted", _("foi ajustado")
        DECLINED = "declined", _("a não conformidade foi declarada improcedente")
        RESTORED = "restored", _("a não conformidade voltou a valer")

    entry = models.ForeignKey(TimeEntry, on_delete=models.CASCADE, related_name="reclassifications")
    cause = models.ForeignKey(TimeEntry, on_delete=models.CASCADE, null=True, related_name="+")
    how = models.CharField(max_length=8, choices=How, blank=True)
    at = models.DateTimeField(default=clock.now)
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        verbose_name = _("reclassificação")
        verbose_name_plural = _("reclassificações")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.entry}: {self.before} > {self.after}"
