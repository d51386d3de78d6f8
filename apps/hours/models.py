from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.hours import classification
from apps.hours.classification import Activity, Klass
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import Nonconformity


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
    marked, and counts no more. ``source`` says what proposed it (``session:31.2``, ``copy:17``); one counts once a person.
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
    source = models.CharField(max_length=60, blank=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("apontamento")
        verbose_name_plural = _("apontamentos")
        ordering = ["started_at", "number"]
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
    """A part of an entry with one class. Made anew when the open part is reclassified; fixed by ``statement``."""

    entry = models.ForeignKey(TimeEntry, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    minutes = models.IntegerField()
    klass = models.CharField(_("classe"), max_length=10, choices=Klass)
    allowance = models.CharField(max_length=14, blank=True)
    amount = models.IntegerField(_("valor"), default=0)
    reason = models.CharField(max_length=20)
    params = models.JSONField(default=dict)
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

    ``before`` and ``after`` are ``[[class, minutes], …]``; ``cause`` is the entry that was changed, ``how`` the change.
    """

    class How(models.TextChoices):
        LOGGED = "logged", _("foi incluído")
        EDITED = "edited", _("foi corrigido")
        DELETED = "deleted", _("foi excluído")
        ADJUSTED = "adjusted", _("foi ajustado")

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


class Timer(models.Model):
    """The running timer of a person: one, on whatever device it was started. Stopped, it becomes a ``Proposal``."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hours_timer")
    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="+")
    activity = models.CharField(_("atividade"), max_length=14, choices=Activity)
    nonconformity = models.ForeignKey(
        Nonconformity, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("não conformidade"),
    )  # fmt: skip
    note = models.CharField(_("o que foi feito"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("início"), default=clock.now)

    class Meta:
        verbose_name = _("cronômetro")
        verbose_name_plural = _("cronômetros")

    def __str__(self) -> str:
        return f"{self.person}: {self.rollout}"


class Proposal(models.Model):
    """Time that a person may log with one press: what a timer measured, or their part in a session.

    A session's proposal is worked out when it is read and becomes a row once it was answered, so that it is never made
    again. ``minutes`` is empty where only the person knows.
    """

    class State(models.TextChoices):
        OPEN = "open", _("A confirmar")
        LOGGED = "logged", _("Apontada")
        DISMISSED = "dismissed", _("Dispensada")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hours_proposals")
    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=60)
    activity = models.CharField(_("atividade"), max_length=14, choices=Activity)
    nonconformity = models.ForeignKey(
        Nonconformity, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("não conformidade"),
    )  # fmt: skip
    note = models.CharField(_("o que foi feito"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("início"))
    minutes = models.PositiveIntegerField(_("duração"), null=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("proposta de apontamento")
        verbose_name_plural = _("propostas de apontamento")
        ordering = ["started_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["person", "source"], name="proposal_source_once_a_person")]

    def __str__(self) -> str:
        return f"{self.person}: {self.source}"
