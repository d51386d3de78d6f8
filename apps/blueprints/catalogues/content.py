"""What the data files say, read from the loaded blueprints as typed values.

Every function takes an optional ``version``; without it the newest loaded one is read. Rooms copy from here when a
rollout starts, and never look back.
"""

import re
from dataclasses import field, replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter
from pydantic.dataclasses import dataclass

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
class CredentialField:
    """One value of a credential. A ``secret`` one goes to the vault and is never shown again.

    ``address`` says how the value names a place: ``url`` is a whole address, ``host`` the name of a host. A field that
    ``binds`` decides where the secrets go, or whose they are: when it changes, each secret must be given again. Only what
    says nothing of that (a serial number, notes) does not bind; of a secret one it means nothing.
    ``example`` shows the shape of it: the same text in every language, or words in both.
    """

    name: str
    label: Localized
    help: Localized | None = None
    secret: bool = False
    example: str | Localized = ""
    address: Literal["", "url", "host"] = ""
    binds: bool = True


@dataclass(frozen=True, config=STRICT)
class BodyRule:
    """A place in a JSON answer, as keys with dots between (``shop.plan_name``), and the values that count there."""

    path: str
    values: list[str]


@dataclass(frozen=True, config=STRICT)
class ProbeStep:
    """One request. ``{name}`` stands for a delivered field, or for what an earlier step kept (``keep``: name → place in
    its JSON answer). ``valid``, ``wrong`` and ``lacking`` are HTTP statuses; a valid one counts only when the answer's
    body says all of ``expect``. ``form`` is sent as a form, ``json`` as JSON."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    json: dict[str, str] = field(default_factory=dict)
    valid: list[int] = field(default_factory=lambda: [200])
    wrong: list[int] = field(default_factory=lambda: [401])
    lacking: list[int] = field(default_factory=lambda: [403])
    expect: list[BodyRule] = field(default_factory=list)
    keep: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, config=STRICT)
class EnvironmentRule:
    """How the platform tells a test environment from production: a delivered ``field``, or a place (``path``) in the last
    answer. ``test`` and ``production`` are patterns (``*sandbox*``), tried in this order, in any case of letters."""

    test: list[str] = field(default_factory=list)
    production: list[str] = field(default_factory=list)
    path: str = ""
    field: str = ""


@dataclass(frozen=True, config=STRICT)
class Probe:
    """The cheap read that tries a credential, step by step; it never changes anything there.

    Without ``steps``, ``why_none`` says why there is none. ``checked`` says where and when somebody saw it tell right
    from wrong; empty until then.
    """

    steps: list[ProbeStep] = field(default_factory=list)
    environment: EnvironmentRule | None = None
    why_none: Localized | None = None
    checked: str = ""


def _of_one_request(value: Any) -> Any:
    """What earlier versions of the files said: one request, its statuses as text."""
    if not isinstance(value, dict) or "url" not in value:
        return value
    step = {name: value[name] for name in ("url", "method", "headers") if name in value}
    for name in ("valid", "wrong", "lacking"):
        step[name] = [int(number) for number in re.findall(r"\d+", value.get(f"{name}_when", ""))]
    return {"steps": [step], "checked": value.get("checked", "")}


AnyProbe = Annotated[Probe, BeforeValidator(_of_one_request)]


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
class KickoffBlueprint:
    """``platform_statuses`` are the platforms' own order statuses, by slug: offered where one is asked for."""

    version: int
    duration_minutes: int
    agenda: list[AgendaItem]
    models: list[IntegrationModel]
    statuses: list[OrderStatus]
    platform_statuses: dict[str, list[str]]


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
class Hosts:
    """The hosts of a platform that has its own, by environment, as patterns (``core.network.addresses.is_within``). A
    credential that names any other is refused. Empty where each shop has a host of its own."""

    homologation: list[str] = field(default_factory=list)
    production: list[str] = field(default_factory=list)

    def of(self, environment: str) -> list[str]:
        return {"homologation": self.homologation, "production": self.production}.get(environment, [])


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
    return read(Kind.PLATFORM, slug, version)


def prerequisites_for(platform_slug: str, version: int | None = None) -> list[PrerequisiteItem]:
    """The prerequisites of a rollout on ``platform_slug``: the common list with that platform's own fields and help."""
    blueprint = platform(platform_slug)
    return [
        replace(
            item,
            where=item.where or blueprint.where.get(item.key),
            fields=item.fields or blueprint.fields if item.kind == "credential" else [],
        )
        for item in read(Kind.PREREQUISITES, version=version).items
    ]


def script(version: int | None = None) -> Script:
    return read(Kind.SCRIPT, version=version)


def kickoff(version: int | None = None) -> KickoffBlueprint:
    return read(Kind.KICKOFF, version=version)


def presence_methods(version: int | None = None) -> list[PresenceMethod]:
    return read(Kind.PRESENCE_API, version=version).methods


def training(version: int | None = None) -> TrainingBlueprint:
    return read(Kind.TRAINING, version=version)


def golive(version: int | None = None) -> GoLiveBlueprint:
    return read(Kind.GOLIVE, version=version)


def hours_policy(version: int | None = None) -> HoursPolicy:
    return read(Kind.HOURS, version=version)


def term_clauses(version: int | None = None) -> TermBlueprint:
    return read(Kind.TERM, version=version)


def plan(version: int | None = None) -> PlanBlueprint:
    return read(Kind.PLAN, version=version)
