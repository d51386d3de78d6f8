"""The rounds in which the script is executed, their results and what proves them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.files.models import StoredFile
from apps.rollouts.models import Rollout
from apps.stages.homologation.models.script import Case, Script


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

    ``machine`` names the token that reported it, ``version`` the version of the connector that was delivered then. One that
    ``needs_confirmation`` is of one side alone (``execution.second_party``): of a binding case, it counts once the other side
    confirmed it.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="results")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="results")
    outcome = models.CharField(_("resultado"), max_length=16, choices=Outcome)
    note = models.TextField(_("observação"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    machine = models.CharField(max_length=80, blank=True)
    version = models.CharField(max_length=40, blank=True)
    needs_confirmation = models.BooleanField(default=False)
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
                | Q(
                    confirmed_by__isnull=False,
                    confirmed_at__isnull=False,
                    needs_confirmation=True,
                    outcome__in=["passed", "not_applicable"],
                ),
                name="result_confirmed_needed_it",
            ),
            models.CheckConstraint(condition=~Q(confirmed_by=models.F("by")), name="result_confirmed_by_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.case.code}: {self.get_outcome_display()}"

    def get_outcome_display(self) -> str:  # type: ignore[no-redef]
        """As Django gives it, of one label: Django's own translates all of them first, and a script has a hundred results."""
        return str(Outcome(self.outcome).label)

    @property
    def awaits_confirmation(self) -> bool:
        """One side alone says that a binding case passed or does not apply, and the other has not confirmed it."""
        return self.needs_confirmation and self.confirmed_at is None and self.case.is_binding

    @property
    def awaits_agreement(self) -> bool:
        """Presence says that a binding case does not apply, and the client has not agreed."""
        return self.outcome == Outcome.NOT_APPLICABLE and self.awaits_confirmation


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


class Report(models.Model):
    """The homologation on paper, as it was last asked for: a worker draws the ``pdf`` (None until then), which shows the
    rollout at ``version``. One that is asked for again takes its place."""

    script = models.OneToOneField(Script, on_delete=models.CASCADE, related_name="report")
    version = models.PositiveIntegerField()
    asked_at = models.DateTimeField(default=clock.now)
    pdf = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("relatório da homologação")
        verbose_name_plural = _("relatórios da homologação")

    def __str__(self) -> str:
        return f"homologacao-{self.rollout.code}"

    @property
    def rollout(self) -> Rollout:
        return self.script.rollout


class RoundReportQuerySet(models.QuerySet["RoundReport"]):
    def waiting(self) -> "RoundReportQuerySet":
        """Those on which somebody may still decide: with the end of its round a report stays without results."""
        return self.filter(state=RoundReport.State.WAITING, round__closed_at=None)


class RoundReport(models.Model):
    """A report for a whole round, as somebody brought it: that of a load test, a spreadsheet of the platform, a JUnit report.

    A JUnit report that names one cause for many cases is ``waiting`` until a person decides whether its results are recorded;
    ``unanswered_cases`` is how many cases it leaves without an answer. ``machine`` is the label of the token that sent it.
    """

    class State(models.TextChoices):
        STORED = "stored", _("Guardado")
        WAITING = "waiting", _("Espera decisão")
        RECORDED = "recorded", _("Registrado por decisão")
        DISCARDED = "discarded", _("Sem resultados por decisão")

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="reports")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("título"), max_length=120)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    machine = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.STORED)
    unanswered_cases = models.PositiveSmallIntegerField(default=0)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = RoundReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("relatório de rodada")
        verbose_name_plural = _("relatórios de rodada")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["stored", "waiting"], decided_by=None, decided_at=None)
                | Q(state__in=["recorded", "discarded"], decided_by__isnull=False, decided_at__isnull=False),
                name="round_report_decided_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return self.title
