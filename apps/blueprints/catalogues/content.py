"""What the data files say, read from the loaded blueprints as typed values.

Every function takes an optional ``version``; without it the newest loaded one is read. Rooms copy from here when a
rollout starts, and never look back.
"""

from dataclasses import field, replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, TypeAdapter
from pydantic.dataclasses import dataclass

from apps.blueprints.catalogues.credentials import (  # noqa: F401 - who reads contents finds their types here
    AnyProbe,
    CredentialField,
    EnvironmentRule,
    Hosts,
    Probe,
    ProbeStep,
)
from apps.blueprints.catalogues.script import STRICT, AnyScript, Capability, PlatformKind, Script
from apps.blueprints.models import Blueprint
from apps.core.localized import Localized
from apps.core.process import FORWARD, PATH, Gate, PartyRole, Stage

Kind = Blueprint.Kind
STAGE_GATES = tuple(gate for gate in FORWARD.values() if gate != Gate.COMPLETE)
"""The gates that open a stage: those that a prerequisite may be asked for at."""


def _opens_a_stage(gate: Gate) -> Gate:
    if gate not in STAGE_GATES:
        raise ValueError(f"{gate} does not open a stage; use {', '.join(STAGE_GATES)}.")
    return gate


def _is_on_the_path(stage: Stage) -> Stage:
    if stage not in PATH:
        raise ValueError(f"{stage} is no stage that work is done in; use {', '.join(PATH)}.")
    return stage


@dataclass(frozen=True, config=STRICT)
class PrerequisiteItem:
    """Something a party must bring. ``owner`` is a party role, ``gate`` the gate that asks for it.

    ``kind`` is document, link, statement, credential, contact or environment (the address of one); ``environment`` is
    homologation, production or empty. ``where`` says where to find it in this platform's admin; ``fields`` are the
    platform's own, for credentials. ``probe`` tries a credential that is not the platform's.
    It is due ``days_before`` business days before the stage behind its gate is planned to start.
    """

    key: str
    title: Localized
    help: Localized
    owner: PartyRole
    gate: Annotated[Gate, AfterValidator(_opens_a_stage)]
    kind: Literal["document", "link", "statement", "credential", "contact", "environment"]
    environment: Literal["", "homologation", "production"] = ""
    waivable: bool = False
    where: Localized | None = None
    example: Localized | None = None
    days_before: Annotated[int, Field(ge=0)] = 2
    fields: list[CredentialField] = field(default_factory=list)
    probe: Probe | None = None


@dataclass(frozen=True, config=STRICT)
class PrerequisiteList:
    version: int
    items: list[PrerequisiteItem]


@dataclass(frozen=True, config=STRICT)
class AgendaItem:
    key: str
    title: Localized
    notes: Localized | None = None


@dataclass(frozen=True, config=STRICT)
class IntegrationModel:
    key: str
    title: Localized
    help: Localized


@dataclass(frozen=True, config=STRICT)
class OrderStatus:
    """An order situation of the ERP that the two sides must agree on."""

    code: str
    title: Localized
    direction: Literal["erp_to_platform", "platform_to_erp"]
    note: Localized


@dataclass(frozen=True, config=STRICT)
class DataRow:
    """A datum that the two systems must agree on. ``master`` is the usual system of record, presence or platform."""

    key: str
    title: Localized
    direction: Literal["erp_to_platform", "platform_to_erp"]
    master: Literal["presence", "platform"]


@dataclass(frozen=True, config=STRICT)
class DataTopic:
    """Data of one kind. ``sides`` are the roles that agree on it, the first to be asked first."""

    key: Annotated[str, Field(max_length=20)]
    title: Localized
    help: Localized
    sides: Annotated[list[PartyRole], Field(min_length=2)]
    rows: list[DataRow]


@dataclass(frozen=True, config=STRICT)
class KickoffBlueprint:
    """``platform_statuses`` are the platforms' own order statuses, by slug: offered where one is asked for. ``topics`` are
    the data beside the methods of the Presence API."""

    version: int
    duration_minutes: int
    agenda: list[AgendaItem]
    models: list[IntegrationModel]
    statuses: list[OrderStatus]
    platform_statuses: dict[str, list[str]]
    topics: list[DataTopic] = field(default_factory=list)


@dataclass(frozen=True, config=STRICT)
class MethodField:
    name: str
    label: Localized


@dataclass(frozen=True, config=STRICT)
class PresenceMethod:
    """A method of the Presence API. ``direction`` is erp_to_platform or platform_to_erp."""

    code: str
    process: str
    title: Localized
    direction: Literal["erp_to_platform", "platform_to_erp"]
    by: list[str]
    fields: list[MethodField]


@dataclass(frozen=True, config=STRICT)
class PresenceApi:
    version: int
    methods: list[PresenceMethod]


@dataclass(frozen=True, config=STRICT)
class Topic:
    key: str
    title: Localized
    minutes: int


@dataclass(frozen=True, config=STRICT)
class TrainingBlueprint:
    version: int
    allowance_minutes: int
    topics: list[Topic]


@dataclass(frozen=True, config=STRICT)
class GoLiveItem:
    """A point of the checklist. ``proof`` is what shows that it is done: ``note``, words of who did it; ``probe``, the
    platform's answer to the production credentials; empty, nothing but the word of who ticks it."""

    key: str
    title: Localized
    help: Localized
    owner: PartyRole
    mandatory: bool
    proof: Literal["", "note", "probe"] = ""


@dataclass(frozen=True, config=STRICT)
class GoLiveBlueprint:
    version: int
    items: list[GoLiveItem]


@dataclass(frozen=True, config=STRICT)
class HoursPolicy:
    """Allowances in minutes, the rate in centavos an hour."""

    version: int
    training_allowance: int
    homologation_allowance: int
    hourly_rate: int


@dataclass(frozen=True, config=STRICT)
class Clause:
    """A clause of the acceptance term; its text may name {client}, {platform}, {integrator} and {presence} (``clauses``)."""

    key: str
    title: Localized
    text: Localized


@dataclass(frozen=True, config=STRICT)
class TermBlueprint:
    version: int
    clauses: list[Clause]


@dataclass(frozen=True, config=STRICT)
class StageLength:
    """How many business days a stage usually takes."""

    stage: Annotated[Stage, AfterValidator(_is_on_the_path)]
    workdays: Annotated[int, Field(ge=1)]


@dataclass(frozen=True, config=STRICT)
class PlanBlueprint:
    version: int
    stages: list[StageLength]


@dataclass(frozen=True, config=STRICT)
class PlatformBlueprint:
    """A platform as the blueprints know it. ``probe`` is the cheap read that verifies a credential; ``differs`` names the
    fields that homologation and production must not have in common. ``kind`` and ``capabilities`` switch on conditions of
    the homologation script."""

    version: int
    slug: str
    name: str
    website: str
    position: int
    test_environment: Localized
    where: dict[str, Localized]
    fields: list[CredentialField]
    kind: PlatformKind = "shop"
    capabilities: list[Capability] = field(default_factory=list)
    probe: AnyProbe = field(default_factory=Probe)
    differs: list[str] = field(default_factory=list)
    hosts: Hosts = field(default_factory=Hosts)


TYPES: dict[str, Any] = {
    Kind.PLATFORM: PlatformBlueprint,
    Kind.PREREQUISITES: PrerequisiteList,
    Kind.SCRIPT: AnyScript,
    Kind.KICKOFF: KickoffBlueprint,
    Kind.TRAINING: TrainingBlueprint,
    Kind.GOLIVE: GoLiveBlueprint,
    Kind.PRESENCE_API: PresenceApi,
    Kind.HOURS: HoursPolicy,
    Kind.TERM: TermBlueprint,
    Kind.PLAN: PlanBlueprint,
}


def parse(kind: str, content: dict[str, Any]) -> Any:
    """The typed value of a file's content, ``version`` included. pydantic's ValidationError says what is wrong where."""
    return TypeAdapter(TYPES[kind]).validate_python(content)


def read(kind: str, key: str = "default", version: int | None = None) -> Any:
    """The typed value of a loaded blueprint. Raises ``Blueprint.DoesNotExist`` when it was never loaded."""
    if version is None:
        row = Blueprint.objects.current(kind, key)
    else:
        row = Blueprint.objects.get(kind=kind, key=key, version=version)
    return parse(kind, {**row.content, "version": row.version})


def platform(slug: str, version: int | None = None) -> PlatformBlueprint:
    """The blueprint of the platform ``slug``."""
    return read(Kind.PLATFORM, slug, version)


def prerequisites_for(platform_slug: str, version: int | None = None) -> list[PrerequisiteItem]:
    """The prerequisites of a rollout on ``platform_slug``: the common list with that platform's own fields and help."""
    return _with_the_platforms_own(platform(platform_slug), read(Kind.PREREQUISITES, version=version))


def platform_with_prerequisites(platform_slug: str) -> tuple[PlatformBlueprint, list[PrerequisiteItem]]:
    """The blueprint of the platform with what ``prerequisites_for`` gives of it, as they are in force, in one query."""
    rows = Blueprint.objects.current_of((Kind.PLATFORM, platform_slug), (Kind.PREREQUISITES, "default"))
    blueprint, common = (parse(row.kind, {**row.content, "version": row.version}) for row in rows)
    return blueprint, _with_the_platforms_own(blueprint, common)


def _with_the_platforms_own(blueprint: PlatformBlueprint, common: PrerequisiteList) -> list[PrerequisiteItem]:
    return [
        replace(
            item,
            where=item.where or blueprint.where.get(item.key),
            fields=item.fields or blueprint.fields if item.kind == "credential" else [],
        )
        for item in common.items
    ]


def script(version: int | None = None) -> Script:
    """The homologation script."""
    return read(Kind.SCRIPT, version=version)


def kickoff(version: int | None = None) -> KickoffBlueprint:
    """Agenda, integration models and order situations of the kickoff."""
    return read(Kind.KICKOFF, version=version)


def presence_methods(version: int | None = None) -> list[PresenceMethod]:
    """The methods of the Presence API."""
    return read(Kind.PRESENCE_API, version=version).methods


def training(version: int | None = None) -> TrainingBlueprint:
    """The syllabus of the training and its allowance."""
    return read(Kind.TRAINING, version=version)


def golive(version: int | None = None) -> GoLiveBlueprint:
    """The checklist of the go-live."""
    return read(Kind.GOLIVE, version=version)


def hours_policy(version: int | None = None) -> HoursPolicy:
    """Allowances and rate that a new rollout starts with."""
    return read(Kind.HOURS, version=version)


def term_clauses(version: int | None = None) -> TermBlueprint:
    """The clauses of the acceptance term."""
    return read(Kind.TERM, version=version)


def plan(version: int | None = None) -> PlanBlueprint:
    """How long each stage usually takes."""
    return read(Kind.PLAN, version=version)
