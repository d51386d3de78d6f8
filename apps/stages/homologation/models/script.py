from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.localized import Localized, LocalizedField
from apps.core.process import PartyRole
from apps.files.models import StoredFile
from apps.rollouts.models import Rollout
from apps.stages.homologation.models.sessions import Absence, Attendance, Session

__all__ = ["Absence", "Attendance", "Session"]  # Django finds them here; what else stands below is read by name.


class Script(models.Model):
    """The homologation script of one rollout: a copy that no later version of the blueprint changes."""

    rollout = models.OneToOneField(Rollout, on_delete=models.CASCADE, related_name="script")
    version = models.PositiveIntegerField(_("versão"))
    title = LocalizedField()
    processes = models.JSONField(default=list)
    frozen_at = models.DateTimeField(null=True)
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("roteiro")
        verbose_name_plural = _("roteiros")

    def __str__(self) -> str:
        return str(self.title)


class Case(models.Model):
    """One case of the script. A conditional one ``applies`` only when its condition was chosen before the freeze.

    ``depends`` are the codes of the cases without which it means nothing: when one of them is repeated, so is it. An
    ``is_own`` case was added by this rollout.
    """

    class Obligation(models.TextChoices):
        MANDATORY = "mandatory", _("Obrigatório")
        OPTIONAL = "optional", _("Opcional")
        CONDITIONAL = "conditional", _("Condicional")

    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="cases")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(_("código"), max_length=12)
    process = models.CharField(max_length=12)
    title = LocalizedField()
    actors = models.JSONField(default=list)
    obligation = models.CharField(max_length=12, choices=Obligation)
    condition = LocalizedField()
    condition_key = models.CharField(max_length=40, blank=True)
    preconditions = LocalizedField()
    steps = models.JSONField(default=list)
    expected = LocalizedField()
    evidence = LocalizedField()
    applies = models.BooleanField(default=True)
    depends = models.JSONField(default=list)
    is_own = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("caso")
        verbose_name_plural = _("casos")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["script", "code"], name="case_code_once_per_script")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def rollout(self) -> Rollout:
        return self.script.rollout

    @property
    def is_binding(self) -> bool:
        """The gate asks for it: mandatory, or conditional with its condition met."""
        return self.applies and self.obligation != self.Obligation.OPTIONAL

    def step_texts(self) -> list[Localized]:
        return [Localized.of(step) for step in self.steps]


class Round(models.Model):
    """One execution of the script. One is open at a time; a later round repeats what has not passed, and what depends on
    it."""

    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)
    cases = models.ManyToManyField(Case, related_name="rounds")

    class Meta:
        verbose_name = _("rodada")
        verbose_name_plural = _("rodadas")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["script", "number"], name="round_number_once"),
            models.UniqueConstraint(fields=["script"], condition=Q(closed_at=None), name="round_one_open_per_script"),
        ]

    def __str__(self) -> str:
        return _("Rodada %(number)d") % {"number": self.number}


class Outcome(models.TextChoices):
    PASSED = "passed", _("Passou")
    FAILED = "failed", _("Falhou")
    BLOCKED = "blocked", _("Bloqueado")
    NOT_APPLICABLE = "not_applicable", _("Não se aplica")


class Result(models.Model):
    """What came out of executing a case. Every result is kept; the newest is the one that counts.

    ``machine`` names the token that reported it. That a binding case passed, a machine only proposes: it counts once a
    person confirmed it.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="results")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="results")
    outcome = models.CharField(_("resultado"), max_length=16, choices=Outcome)
    note = models.TextField(_("observação"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    machine = models.CharField(max_length=80, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("resultado")
        verbose_name_plural = _("resultados")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="result_outcome_is_known"),
            models.CheckConstraint(condition=~Q(outcome="failed") | ~Q(note=""), name="result_failed_with_a_note"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, outcome="passed") & ~Q(machine=""),
                name="result_confirmed_is_a_machines_pass",
            ),
            models.CheckConstraint(condition=~Q(confirmed_by=models.F("by")), name="result_confirmed_by_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.case.code}: {self.get_outcome_display()}"

    @property
    def awaits_confirmation(self) -> bool:
        """A machine says that a binding case passed, and nobody has confirmed it."""
        return (
            bool(self.machine) and self.outcome == Outcome.PASSED and self.confirmed_at is None and self.case.is_binding
        )


class Evidence(models.Model):
    """One thing that proves a result: words, a link or a file."""

    result = models.ForeignKey(Result, on_delete=models.CASCADE, related_name="evidence")
    position = models.PositiveSmallIntegerField()
    text = models.TextField(_("evidência"), blank=True)
    link = models.URLField(max_length=500, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("evidência")
        verbose_name_plural = _("evidências")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["result", "position"], name="evidence_position_once_per_result"),
            models.CheckConstraint(
                condition=~Q(text="") & Q(link="", file=None)
                | Q(text="", file=None) & ~Q(link="")
                | Q(text="", link="", file__isnull=False),
                name="evidence_is_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.text or self.link or str(self.file)


class RoundReport(models.Model):
    """A report for a whole round, as somebody brought it: that of a load test, a spreadsheet of the platform."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="reports")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("título"), max_length=120)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("relatório de rodada")
        verbose_name_plural = _("relatórios de rodada")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title


class Nonconformity(models.Model):
    """A failure to be mended: open → fixed → verified, or back to open."""

    class Severity(models.TextChoices):
        BLOCKING = "blocking", _("Impeditiva")
        MAJOR = "major", _("Grave")
        MINOR = "minor", _("Leve")

    class State(models.TextChoices):
        OPEN = "open", _("Aberta")
        FIXED = "fixed", _("Corrigida")
        VERIFIED = "verified", _("Verificada")

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="nonconformities")
    number = models.PositiveSmallIntegerField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="nonconformities")
    title = models.CharField(_("o que falhou"), max_length=200)
    severity = models.CharField(_("gravidade"), max_length=10, choices=Severity)
    owner = models.CharField(_("responsável"), max_length=12, choices=PartyRole)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    fix_version = models.CharField(_("versão corrigida"), max_length=40, blank=True)
    fix_note = models.TextField(_("correção"), blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    since = models.DateTimeField(default=clock.now)
    times_reopened = models.PositiveSmallIntegerField(default=0)
    due = models.DateField(_("prazo"), null=True)

    class Meta:
        verbose_name = _("não conformidade")
        verbose_name_plural = _("não conformidades")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["rollout", "number"], name="nonconformity_number_once")]

    def __str__(self) -> str:
        return f"{self.label}: {self.title}"

    @property
    def label(self) -> str:
        return f"NC-{self.number}"

    @property
    def is_open(self) -> bool:
        """Something is still owed: its correction, or that somebody verifies it."""
        return self.state != self.State.VERIFIED

    @property
    def is_overdue(self) -> bool:
        """Its owner still owes the correction after the agreed day."""
        return self.state == self.State.OPEN and self.due is not None and self.due < clock.today()


class NonconformityFix(models.Model):
    """One correction that its owner announced; the newest stands on the nonconformity itself too."""

    nonconformity = models.ForeignKey(Nonconformity, on_delete=models.CASCADE, related_name="fixes")
    version = models.CharField(_("versão corrigida"), max_length=40)
    note = models.TextField(_("correção"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("correção")
        verbose_name_plural = _("correções")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.version


class NonconformityComment(models.Model):
    """A word in the discussion of a nonconformity; ``party`` is the role its author spoke for."""

    nonconformity = models.ForeignKey(Nonconformity, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    party = models.CharField(max_length=12, choices=PartyRole)
    text = models.TextField(_("mensagem"))
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("mensagem sobre não conformidade")
        verbose_name_plural = _("mensagens sobre não conformidades")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="nonconformity_comment_says_something")]

    def __str__(self) -> str:
        return self.text


class Reservation(models.Model):
    """A case accepted without having passed: an exception with owner and deadline, agreed by client and Presence.

    ``proposed_party`` is the role for which ``proposed_by`` proposed it.
    """

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="reservations")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reservations")
    text = models.TextField(_("ressalva"))
    owner = models.CharField(_("responsável"), max_length=12, choices=PartyRole)
    deadline = models.DateField(_("prazo"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_party = models.CharField(max_length=12, choices=PartyRole)
    proposed_at = models.DateTimeField(default=clock.now)
    client_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    presence_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("ressalva")
        verbose_name_plural = _("ressalvas")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(withdrawn_at=None), name="reservation_one_per_case"),
            models.CheckConstraint(
                condition=~Q(client_agreed_by=models.F("presence_agreed_by")), name="reservation_agreed_by_two_people"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_agreed(self) -> bool:
        return self.withdrawn_at is None and self.agreed_at is not None
