from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.companies.access import is_presence
from apps.companies.models import Company, roles_of
from apps.core import clock
from apps.files.models import StoredFile
from apps.hours import classification
from apps.hours.classification import Activity, LineClass, Rounding
from apps.hours.models.agreement import Contest, ContestMessage, ExtraHoursRequest
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import Nonconformity

__all__ = [
    "ClientStatement", "Contest", "ContestMessage", "ExtraHoursRequest", "Line", "Policy", "Proposal", "Reclassification",
    "Revision", "Statement", "StatementPdf", "TimeEntry", "Timer",
]  # fmt: skip

FROM_THE_START = date(2000, 1, 1)


class Policy(models.Model):
    """One version of a rollout's hour policy; the first is copied from the blueprint. Minutes; centavos an hour.

    Versions are only ever added: the database refuses to change one. Which holds on a day, ``classification.in_force`` says.
    """

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="hours_policies")
    number = models.PositiveSmallIntegerField(default=1)
    effective_from = models.DateField(_("vale a partir de"), default=FROM_THE_START)
    training_allowance = models.PositiveIntegerField(_("franquia de treinamento"), default=240)
    homologation_allowance = models.PositiveIntegerField(_("franquia de homologação"), default=360)
    hourly_rate = models.PositiveIntegerField(_("valor da hora"), default=25000)
    training_rate = models.PositiveIntegerField(_("valor da hora de treinamento"), null=True)
    follow_up_rate = models.PositiveIntegerField(_("valor da hora de acompanhamento"), null=True)
    homologation_rate = models.PositiveIntegerField(_("valor da hora de homologação"), null=True)
    increment = models.PositiveSmallIntegerField(_("incremento mínimo"), default=1)
    rounding = models.CharField(_("arredondamento"), max_length=8, choices=Rounding, default=Rounding.NONE)

    class Meta:
        verbose_name = _("política de horas")
        verbose_name_plural = _("políticas de horas")
        ordering = ["effective_from", "number"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="policy_number_once"),
            models.CheckConstraint(
                condition=Q(increment__gte=1, increment__lte=240), name="policy_increment_in_minutes"
            ),
            models.CheckConstraint(condition=Q(rounding__in=Rounding.values), name="policy_rounding_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def from_the_start(self) -> bool:
        return self.effective_from == FROM_THE_START

    def terms(self) -> dict[str, int | str | None]:
        """What it says, as plain JSON."""
        names = (
            "training_allowance", "homologation_allowance", "hourly_rate", "training_rate", "follow_up_rate",
            "homologation_rate", "increment", "rounding",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def rules(self) -> classification.Rules:
        return classification.Rules(**self.terms(), effective_from=self.effective_from)  # type: ignore[arg-type]


class Statement(models.Model):
    """A closed month of one rollout, numbered within it. ``content`` is what was closed, and never changes."""

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
        constraints = [
            models.UniqueConstraint(fields=["rollout", "month"], name="statement_once_a_month"),
            models.UniqueConstraint(fields=["rollout", "number"], name="statement_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y}"

    @property
    def code(self) -> str:
        return f"{self.rollout.code}-F{self.number}"


class ClientStatementQuerySet(models.QuerySet["ClientStatement"]):
    def visible_to(self, user) -> "ClientStatementQuerySet":
        """Presence people see every statement, a client's people their company's."""
        # Who looks as another party for one rollout sees nothing of the client's other rollouts.
        if not user.is_authenticated or not user.is_active or getattr(user, "only_rollout", None):
            return self.none()
        if user.is_superuser or is_presence(user):
            return self
        return self.filter(client__in=list(roles_of(user)))


class ClientStatement(models.Model):
    """A closed month of a client over all of its rollouts, numbered without gaps in the whole installation.

    It gathers the rollouts' statements of that month; ``content`` never changes.
    """

    client = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="hour_statements")
    number = models.PositiveIntegerField(unique=True)
    month = models.DateField(_("mês"))
    content = models.JSONField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(default=clock.now)

    objects = ClientStatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("fechamento do cliente")
        verbose_name_plural = _("fechamentos dos clientes")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["client", "month"], name="client_statement_once_a_month")]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y}"

    @property
    def code(self) -> str:
        return f"FC-{self.number:05d}"


class StatementPdf(models.Model):
    """The PDF of one statement, rendered by the worker after the month was closed."""

    statement = models.OneToOneField(Statement, on_delete=models.CASCADE, null=True, related_name="pdf")
    client_statement = models.OneToOneField(ClientStatement, on_delete=models.CASCADE, null=True, related_name="pdf")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("PDF de fechamento")
        verbose_name_plural = _("PDFs de fechamentos")
        constraints = [
            models.CheckConstraint(
                condition=Q(statement=None, client_statement__isnull=False)
                | Q(statement__isnull=False, client_statement=None),
                name="statement_pdf_of_one_statement",
            )
        ]

    def __str__(self) -> str:
        return f"{self.file}"


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
        indexes = [
            models.Index(fields=["rollout", "started_at", "number"], name="time_entry_in_order"),
            models.Index(fields=["person", "started_at"], name="time_entry_day_of_a_person"),
            models.Index(fields=["started_at"], name="time_entry_by_start"),
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

    def work(self) -> classification.Work:
        """What the classification needs of this entry."""
        zone = clock.installation_zone()
        return classification.Work(
            number=self.number,
            started_at=clock.local(self.started_at, zone),
            minutes=self.minutes,
            activity=self.activity,
            nonconformity=self.nonconformity.label if self.nonconformity else "",
            adjusts=self.adjusts.number if self.adjusts else None,
            worked_on=clock.day_of(self.adjusts.started_at, zone) if self.adjusts else None,
        )


class Line(models.Model):
    """A part of an entry with one class. Made anew when the open part is reclassified; fixed by ``statement``.

    ``approved`` is how many of its minutes the client had approved when its month was closed; None while it is open.
    """

    entry = models.ForeignKey(TimeEntry, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    minutes = models.IntegerField()
    klass = models.CharField(_("classe"), max_length=10, choices=LineClass)
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
            models.CheckConstraint(condition=Q(klass="billable") | Q(amount=0), name="line_only_billable_has_a_price"),
            models.CheckConstraint(
                condition=Q(klass="billable") | Q(charged_minutes=0), name="line_only_billable_is_charged"
            ),
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
            self.charged_minutes, self.rate,
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
