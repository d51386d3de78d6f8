from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from apps.blueprints.models import Platform
from apps.companies.access import is_presence, roles_of
from apps.companies.models import Company, Membership
from apps.core import clock, plugins
from apps.core.database.compiled import compiled_once
from apps.core.database.rows import embedded, embedded_first, row_of, rows_of, take_as_prefetched
from apps.core.localized import LocalizedField
from apps.core.process import CLOSED, PATH, Gate, PartyRole, Stage
from apps.core.web.addresses import address_of
from apps.rollouts.models.machine import StageMachine


class RolloutQuerySet(models.QuerySet["Rollout"]):
    def visible_to(self, user) -> "RolloutQuerySet":
        """Presence people see every rollout; others those in which their company is a party.

        A person with an ``only_rollout`` (a key, set for one request) sees no other.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        allowed = self.filter(pk=only) if (only := getattr(user, "only_rollout", None)) else self
        if user.is_superuser or is_presence(user):
            return allowed
        return allowed.filter(pk__in=Party.objects.filter(company__in=list(roles_of(user))).values("rollout"))

    def open(self) -> "RolloutQuerySet":
        return self.exclude(stage__in=CLOSED)

    def worked_on_by(self, user) -> "RolloutQuerySet":
        """Those that ``user`` manages, or works on as an analyst."""
        analysed = Rollout.objects.filter(analysts__membership__user=user).values("pk")
        return self.filter(Q(project_manager=user) | Q(pk__in=analysed))

    def running(self) -> "RolloutQuerySet":
        """Open, and not on hold."""
        return self.open().exclude(pk__in=Hold.objects.filter(ended_at=None).values("rollout"))

    def with_titles(self) -> "RolloutQuerySet":
        """With what the title names: the platform, and the parties, in a second query."""
        parties = models.Prefetch("parties", Party.objects.select_related("company"))
        return self.select_related("platform").prefetch_related(parties)

    def with_parties(self) -> "RolloutQuerySet":
        """With what the title names in one query, for a page of one rollout (``take_embedded_parties``)."""
        return self.select_related("platform").annotate(embedded_parties=embedded_parties_of("pk"))

    def for_listing(self) -> "RolloutQuerySet":
        """With what a row of a list or the frame of a page shows; for reading only, since what comes with the rollout
        (``open_hold``, ``planning.starts``) stays as it was read."""
        return self.with_titles().with_frame()

    def with_frame(self) -> "RolloutQuerySet":
        """With the project manager, the open hold and the plan, for reading only."""
        outer = models.OuterRef("pk")
        return self.select_related("project_manager").annotate(
            listed_hold=embedded_first(Hold.objects.filter(rollout=outer, ended_at=None)),
            listed_plan=embedded(PlannedStage.objects.filter(rollout=outer).order_by("pk")),
        )


class Rollout(StageMachine, FSMModelMixin, models.Model):
    """One client's connection to one platform, from kickoff to unassisted operation.

    ``version`` counts the events of its timeline: it is the sequence number of the last one. ``holder`` is the party it waits
    for since that event, empty once it is closed; ``facts`` is what its pages say in short, ``requirements_at`` when every
    rule was last asked what is open, and ``requirements_stage`` at which stage (``read_model``). ``integration_model`` is
    the key of the model that the parties settled on, empty until then; ``integration_model_title`` is its title.
    ``previous`` is the completed rollout of which it is the next phase.
    ``connector_version`` is the newest version of the connector that was delivered, empty before the first.
    """

    platform = models.ForeignKey(
        Platform, on_delete=models.PROTECT, related_name="rollouts", verbose_name=_("plataforma")
    )
    project_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("gerente de projeto")
    )
    previous = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="following",
        verbose_name=_("fase anterior"),
    )
    scope = models.TextField(_("escopo"), blank=True)
    target_date = models.DateField(_("entrada em produção prevista"), null=True, blank=True)
    integration_model = models.CharField(max_length=40, blank=True, editable=False)
    integration_model_title = LocalizedField(editable=False)
    connector_version = models.CharField(max_length=40, blank=True, editable=False)
    stage = FSMField(_("etapa"), max_length=16, choices=Stage.choices, default=Stage.KICKOFF, protected=True)
    stage_entered_at = models.DateTimeField(default=clock.now, editable=False)
    holder = models.CharField(_("bola com"), max_length=12, choices=PartyRole, blank=True, editable=False)
    holder_since = models.DateTimeField(default=clock.now, editable=False)
    requirements_at = models.DateTimeField(null=True, editable=False)
    requirements_stage = models.CharField(max_length=16, blank=True, editable=False)
    facts = models.JSONField(default=dict, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    started_at = models.DateTimeField(default=clock.now, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = RolloutQuerySet.as_manager()

    class Meta:
        verbose_name = _("projeto de integração")
        verbose_name_plural = _("projetos de integração")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="rollout_stage_is_known"),
            models.CheckConstraint(
                condition=Q(stage__in=CLOSED, closed_at__isnull=False)
                | Q(closed_at__isnull=True) & ~Q(stage__in=CLOSED),
                name="rollout_closed_at_with_its_stage",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.title}"

    def get_absolute_url(self) -> str:
        return address_of("rollouts:detail", self.pk)

    @property
    def code(self) -> str:
        return f"INT-{self.pk:04d}"

    @property
    def title(self) -> str:
        return f"{self.company(PartyRole.CLIENT)} × {self.platform}"

    @property
    def is_open(self) -> bool:
        return self.stage not in CLOSED

    @property
    def open_hold(self) -> "Hold | None":
        if hasattr(self, "listed_hold"):
            return row_of(Hold, self.listed_hold)
        if "holds" in getattr(self, "_prefetched_objects_cache", {}):
            return next((hold for hold in self.holds.all() if hold.ended_at is None), None)
        return _open_hold.first(self.pk, rollout=self)

    @property
    def plan(self) -> "list[PlannedStage]":
        """The planned day of each stage; empty without a plan."""
        if hasattr(self, "listed_plan"):
            return rows_of(PlannedStage, self.listed_plan)
        return _planned_stages(self.pk, rollout=self)

    def given_waivers(self) -> "list[Waiver]":
        """Every waiver that was given in it, the oldest first."""
        return _waivers(self.pk, rollout=self)

    def summary_of(self, page: str) -> list[plugins.Fact]:
        """What the page with the key ``page`` says of it in short, as it stood after the last event."""
        return [plugins.Fact.of_json(data) for data in self.facts.get(page, [])]

    def company(self, role: str) -> Company:
        """The company that plays ``role`` in this rollout; every rollout has all four roles."""
        return self.companies()[role]

    def companies(self) -> dict[str, Company]:
        """The company that plays each role."""
        return {party.role: party.company for party in self._parties()}

    def roles_of(self, user) -> set[str]:
        """The party roles for which ``user`` may act here: those played by a company of theirs."""
        companies = roles_of(user)
        return {party.role for party in self._parties() if party.company_id in companies}

    def take_parties_of(self, read: "Rollout") -> None:
        """Those that were read with ``read``, which is the same rollout: they stay what they were when it was created."""
        parties = getattr(read, "_prefetched_objects_cache", {}).get("parties")
        if parties is not None and read is not self:
            self._prefetched_objects_cache = {"parties": parties}  # type: ignore[attr-defined]

    def take_embedded_parties(self, embedded_parties: list[dict[str, object]] | None = None) -> None:
        """Those that came with it (``with_parties``), or with a row that names it (``embedded_parties_of``): as if they were
        prefetched."""
        embedded_rows = self.embedded_parties if embedded_parties is None else embedded_parties  # type: ignore[attr-defined]
        self.take_parties(rows_of(Party, embedded_rows, "company"))

    def take_parties(self, parties: "list[Party]") -> None:
        """Have ``parties`` be its own, for what is read of this instance."""
        take_as_prefetched(self, "parties", parties)

    def _parties(self) -> "list[Party]":
        """With their companies; read once where they were prefetched, and within an action (``timeline.changing``)."""
        prefetched = getattr(self, "_prefetched_objects_cache", {}).get("parties")
        if prefetched is not None:
            return list(prefetched)
        parties = _parties_with_companies(self.pk)
        if getattr(self, "_is_locked", False):
            self.take_parties(parties)
        return parties

    def has_reached(self, stage: Stage) -> bool:
        """True when the rollout is at ``stage`` or beyond it on the path (a completed one has reached them all)."""
        if self.stage == Stage.COMPLETED:
            return True
        return self.stage in PATH and PATH.index(Stage(self.stage)) >= PATH.index(stage)

    @transition(stage, list(PATH), Stage.CANCELLED)
    def cancel(self) -> None:
        self.close()


class Party(models.Model):
    """The role a company plays in one rollout. The integrator may be the platform or the client itself."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="parties")
    role = models.CharField(_("papel"), max_length=12, choices=PartyRole)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="parties", verbose_name=_("empresa"))

    class Meta:
        verbose_name = _("parte")
        verbose_name_plural = _("partes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "role"], name="party_one_company_per_role"),
            models.CheckConstraint(condition=Q(role__in=PartyRole.values), name="party_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.company}"


@compiled_once
def _parties_with_companies(rollout_pk: int) -> models.QuerySet[Party]:
    return Party.objects.select_related("company").filter(rollout=rollout_pk)


def embedded_parties_of(rollout: str) -> models.expressions.BaseExpression:
    """An annotation: the parties of the rollout whose key the outer row has as ``rollout``, with their companies."""
    return embedded(Party.objects.filter(rollout=models.OuterRef(rollout)).order_by("pk"), "company")


class PlannedStage(models.Model):
    """The day on which a stage of one rollout is planned to start; of ``completed``, the day it is to be released."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="planned_stages")
    stage = models.CharField(_("etapa"), max_length=16, choices=Stage)
    starts = models.DateField(_("início previsto"))

    class Meta:
        verbose_name = _("etapa planejada")
        verbose_name_plural = _("etapas planejadas")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "stage"], name="planned_stage_once_per_rollout"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="planned_stage_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}: {self.starts:%d/%m/%Y}"


@compiled_once
def _planned_stages(rollout_pk: int) -> models.QuerySet[PlannedStage]:
    return PlannedStage.objects.filter(rollout=rollout_pk)


class Hold(models.Model):
    """A pause. While it is open no stage begins or ends, and the clocks run against ``caused_by``."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="holds")
    reason = models.TextField(_("motivo"))
    caused_by = models.CharField(_("causada por"), max_length=12, choices=PartyRole)
    started_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("pausa")
        verbose_name_plural = _("pausas")
        ordering = ["started_at"]
        constraints = [
            models.UniqueConstraint(fields=["rollout"], condition=Q(ended_at=None), name="hold_one_open_per_rollout"),
            models.CheckConstraint(condition=~Q(reason=""), name="hold_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.reason


@compiled_once
def _open_hold(rollout_pk: int) -> models.QuerySet[Hold]:
    return Hold.objects.filter(rollout=rollout_pk, ended_at=None)


class Waiver(models.Model):
    """A Presence manager's decision that a gate may open without one of its requirements. It stands in the term."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="waivers")
    gate = models.CharField(_("passagem"), max_length=24, choices=Gate)
    requirement = models.CharField(max_length=120)
    text = LocalizedField(_("o que foi dispensado"))
    reason = models.TextField(_("motivo"))
    waived_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    waived_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("dispensa")
        verbose_name_plural = _("dispensas")
        ordering = ["waived_at"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "gate", "requirement"], name="waiver_once_per_requirement"),
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_a_reason"),
        ]

    def __str__(self) -> str:
        return str(self.text)


@compiled_once
def _waivers(rollout_pk: int) -> models.QuerySet[Waiver]:
    return Waiver.objects.filter(rollout=rollout_pk)


class Assignment(models.Model):
    """Who of the owing company takes care of a requirement, by its key. It ends with their place in the company."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="assignments")
    requirement = models.CharField(max_length=120)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="assignments")
    assigned_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("responsável por uma pendência")
        verbose_name_plural = _("responsáveis por pendências")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "requirement"], name="assignment_once_per_requirement")
        ]

    def __str__(self) -> str:
        return f"{self.requirement}: {self.membership}"
