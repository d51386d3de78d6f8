"""What is worked out of the record and kept: forecasts, papers of the days, figures of completed projects."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.process import Stage
from apps.files.models import StoredFile
from apps.rollouts.models import Rollout


class Forecast(models.Model):
    """When ``rollout`` is to reach the stage ``goal``, as it was foretold on ``day`` while it stood at ``stage``: by the day
    ``likely`` with 50 %, by the day ``safe`` with 80 %. The last one of a day stands; those of other days stay. ``version``
    is the rollout's before anything was read for it (None where that was not kept yet): a later event may not be in it.

    ``basis`` says on what it rests: the past (of ``projects`` others, so many of the same platform, integrator and model),
    the plan, while too few stages were finished, or nothing, and then there are no days.
    """

    class Basis(models.TextChoices):
        HISTORY = "history", _("Histórico de outros projetos")
        PLAN = "plan", _("Plano do projeto")
        NOTHING = "nothing", _("Sem histórico e sem plano")

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="forecasts", db_index=False)
    day = models.DateField()
    made_at = models.DateTimeField(default=clock.now)
    stage = models.CharField(max_length=16, choices=Stage.choices)
    goal = models.CharField(max_length=16, choices=Stage.choices)
    version = models.PositiveIntegerField(null=True)
    likely = models.DateField(null=True)
    safe = models.DateField(null=True)
    basis = models.CharField(max_length=8, choices=Basis)
    projects = models.PositiveIntegerField(default=0)
    same_platform = models.PositiveIntegerField(default=0)
    same_integrator = models.PositiveIntegerField(default=0)
    same_model = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("previsão")
        verbose_name_plural = _("previsões")
        ordering = ["rollout", "-day"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "day"], name="forecast_once_a_day"),
            models.CheckConstraint(
                condition=Q(basis="nothing", likely=None, safe=None) | Q(likely__isnull=False, safe__gte=F("likely")),
                name="forecast_has_its_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rollout_id}: {self.likely} – {self.safe}"


class ClocksPaper(models.Model):
    """The clocks of ``rollout`` on paper, as they were last asked for: a worker draws the ``pdf`` (None until then), which
    shows the rollout at ``version`` on ``day``. One that is asked for again takes its place."""

    rollout = models.OneToOneField(Rollout, on_delete=models.CASCADE, related_name="clocks_paper")
    version = models.PositiveIntegerField()
    day = models.DateField()
    asked_at = models.DateTimeField(default=clock.now)
    pdf = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("PDF dos dias por parte")
        verbose_name_plural = _("PDFs dos dias por parte")

    def __str__(self) -> str:
        return f"{self.rollout.code}-dias-por-parte"

    @property
    def is_current(self) -> bool:
        """Nothing happened since it was asked for, and no day began that counts."""
        rollout = self.rollout
        return self.version == rollout.version and (not rollout.is_open or self.day == clock.today())


class ProjectFigures(models.Model):
    """What the comparison of completed projects adds up, as the record of ``rollout`` stood at ``version``: its business days
    in all, those of each party and those on hold, how often it was sent back and reopened, its cases, its nonconformities
    that were none of another and not declined, and the minutes that were free."""

    rollout = models.OneToOneField(Rollout, on_delete=models.CASCADE, related_name="figures")
    version = models.PositiveIntegerField()
    days = models.PositiveIntegerField()
    presence_days = models.PositiveIntegerField()
    platform_days = models.PositiveIntegerField()
    integrator_days = models.PositiveIntegerField()
    client_days = models.PositiveIntegerField()
    held_days = models.PositiveIntegerField()
    sent_back = models.PositiveIntegerField()
    reopened = models.PositiveIntegerField()
    cases = models.PositiveIntegerField()
    nonconformities = models.PositiveIntegerField()
    free_minutes = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("números do projeto")
        verbose_name_plural = _("números dos projetos")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    days=F("presence_days")
                    + F("platform_days")
                    + F("integrator_days")
                    + F("client_days")
                    + F("held_days")
                ),
                name="project_figures_add_up",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rollout_id}: {self.days}"
