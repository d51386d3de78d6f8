"""The script of one rollout and its cases."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.localized import Localized, LocalizedField
from apps.rollouts.models import Rollout


class Script(models.Model):
    """The homologation script of one rollout: a copy that no later version of the blueprint changes.

    ``judged_version`` is the version of the connector for which the team said which results stand: it opened a round, or kept
    them all. Empty before the first round.
    """

    rollout = models.OneToOneField(Rollout, on_delete=models.CASCADE, related_name="script")
    version = models.PositiveIntegerField(_("versão"))
    title = LocalizedField()
    processes = models.JSONField(default=list)
    frozen_at = models.DateTimeField(null=True)
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    judged_version = models.CharField(max_length=40, blank=True, editable=False)

    class Meta:
        verbose_name = _("roteiro")
        verbose_name_plural = _("roteiros")

    def __str__(self) -> str:
        return str(self.title)


class ScopeReductionQuerySet(models.QuerySet["ScopeReduction"]):
    def waiting(self) -> "ScopeReductionQuerySet":
        """The proposals that wait for the client's answer."""
        return self.filter(agreed_at=None, withdrawn_at=None)


class ScopeReduction(models.Model):
    """A condition that Presence proposes to switch off after the freeze, in force once the client agreed."""

    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="reductions")
    condition_key = models.CharField(max_length=40)
    condition = LocalizedField()
    reason = models.TextField(_("motivo"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = ScopeReductionQuerySet.as_manager()

    class Meta:
        verbose_name = _("redução do escopo da homologação")
        verbose_name_plural = _("reduções do escopo da homologação")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["script", "condition_key"],
                condition=Q(agreed_at=None, withdrawn_at=None),
                name="scope_reduction_one_open_per_condition",
            ),
            models.CheckConstraint(
                condition=~Q(agreed_by=models.F("proposed_by")), name="scope_reduction_agreed_by_somebody_else"
            ),
        ]

    def __str__(self) -> str:
        return str(self.condition)

    @property
    def rollout(self) -> Rollout:
        return self.script.rollout


class CaseQuerySet(models.QuerySet["Case"]):
    def binding(self) -> "CaseQuerySet":
        """Those that the gate asks for (``Case.is_binding``)."""
        return self.filter(applies=True).exclude(obligation=Case.Obligation.OPTIONAL)


class Case(models.Model):
    """One case of the script. A conditional one ``applies`` only while its condition is on (see ``execution.scope``).

    ``depends`` are the codes of the cases without which it means nothing: when one of them is repeated, so is it. An
    ``is_own`` case was added by this rollout. ``standing`` is what its results and rounds make of it, kept by
    ``execution.standing``; ``standing_at`` is the instant of its newest result.
    """

    class Obligation(models.TextChoices):
        MANDATORY = "mandatory", _("Obrigatório")
        OPTIONAL = "optional", _("Opcional")
        CONDITIONAL = "conditional", _("Condicional")

    class Standing(models.TextChoices):
        """The outcome of the newest result that counts; or that a pass awaits its confirmation, that its not applying awaits
        the client's agreement, or that a later round repeats the case."""

        NEVER_RUN = "never_run"
        PASSED = "passed"
        FAILED = "failed"
        BLOCKED = "blocked"
        NOT_APPLICABLE = "not_applicable"
        TO_CONFIRM = "to_confirm"
        TO_AGREE = "to_agree"
        TO_REPEAT = "to_repeat"

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
    standing = models.CharField(max_length=16, choices=Standing, default=Standing.NEVER_RUN, editable=False)
    standing_at = models.DateTimeField(null=True, editable=False)

    objects = CaseQuerySet.as_manager()

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
