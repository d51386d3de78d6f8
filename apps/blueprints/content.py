"""What the data files say, read from the loaded blueprints as typed values.

Every function takes an optional ``version``; without it the newest loaded one is read. Rooms copy from here when a
rollout starts, and never look back.
"""

from dataclasses import dataclass, field
from typing import Any

from apps.blueprints.models import Blueprint
from apps.core.localized import Localized

Kind = Blueprint.Kind


@dataclass(frozen=True)
class CredentialField:
    """One value of a credential. A ``secret`` one goes to the vault and is never shown again."""

    name: str
    label: Localized
    help: Localized
    secret: bool


@dataclass(frozen=True)
class PrerequisiteItem:
    """Something a party must bring. ``owner`` is a party role, ``gate`` the gate that asks for it.

    ``kind`` is document, link, statement, credential or contact; ``environment`` is homologation, production or empty.
    ``where`` says where to find it in this platform's admin; ``fields`` are the platform's own, for credentials.
    """

    key: str
    title: Localized
    help: Localized
    owner: str
    gate: str
    kind: str
    environment: str = ""
    waivable: bool = False
    where: Localized = field(default_factory=Localized)
    fields: list[CredentialField] = field(default_factory=list)


@dataclass(frozen=True)
class ScriptCase:
    """One case of the homologation script. ``obligation`` is mandatory, optional or conditional."""

    code: str
    process: str
    title: Localized
    actors: list[str]
    obligation: str
    condition: Localized
    condition_key: str
    preconditions: Localized
    steps: list[Localized]
    expected: Localized
    evidence: Localized


@dataclass(frozen=True)
class Script:
    version: int
    title: Localized
    processes: list[tuple[str, Localized]]
    cases: list[ScriptCase]


@dataclass(frozen=True)
class AgendaItem:
    key: str
    title: Localized
    notes: Localized


@dataclass(frozen=True)
class IntegrationModel:
    key: str
    title: Localized
    help: Localized


@dataclass(frozen=True)
class KickoffBlueprint:
    version: int
    duration_minutes: int
    agenda: list[AgendaItem]
    models: list[IntegrationModel]


@dataclass(frozen=True)
class MethodField:
    name: str
    label: Localized


@dataclass(frozen=True)
class PresenceMethod:
    """A method of the Presence API. ``direction`` is erp_to_platform or platform_to_erp."""

    code: str
    process: str
    title: Localized
    direction: str
    by: list[str]
    fields: list[MethodField]


@dataclass(frozen=True)
class Topic:
    key: str
    title: Localized
    minutes: int


@dataclass(frozen=True)
class TrainingBlueprint:
    version: int
    allowance_minutes: int
    topics: list[Topic]


@dataclass(frozen=True)
class GoLiveItem:
    key: str
    title: Localized
    help: Localized
    owner: str
    mandatory: bool


@dataclass(frozen=True)
class GoLiveBlueprint:
    version: int
    items: list[GoLiveItem]


@dataclass(frozen=True)
class HoursPolicy:
    """Allowances in minutes, the rate in centavos an hour."""

    version: int
    training_allowance: int
    homologation_allowance: int
    hourly_rate: int


@dataclass(frozen=True)
class Clause:
    """A clause of the acceptance term; its text may name {client}, {platform}, {integrator} and {presence}."""

    key: str
    title: Localized
    text: Localized


@dataclass(frozen=True)
class TermBlueprint:
    version: int
    clauses: list[Clause]


@dataclass(frozen=True)
class PlatformBlueprint:
    """A platform as the blueprints know it. ``probe`` is the cheap read that would verify a credential, as data."""

    slug: str
    version: int
    name: str
    website: str
    test_environment: Localized
    where: dict[str, Localized]
    fields: list[CredentialField]
    probe: dict[str, Any]


def read(kind: str, key: str = "default", version: int | None = None) -> Blueprint:
    """The blueprint row. Raises ``Blueprint.DoesNotExist`` when it was never loaded."""
    if version is None:
        return Blueprint.objects.current(kind, key)
    return Blueprint.objects.get(kind=kind, key=key, version=version)


def _text(value: dict[str, str] | None) -> Localized:
    return Localized.of(value)


def _fields(rows: list[dict[str, Any]]) -> list[CredentialField]:
    return [
        CredentialField(row["name"], _text(row["label"]), _text(row.get("help")), row.get("secret", False)) for row in rows
    ]


def platform(slug: str, version: int | None = None) -> PlatformBlueprint:
    row = read(Kind.PLATFORM, slug, version)
    content = row.content
    return PlatformBlueprint(
        slug=slug,
        version=row.version,
        name=content["name"],
        website=content.get("website", ""),
        test_environment=_text(content["test_environment"]),
        where={key: _text(value) for key, value in content["where"].items()},
        fields=_fields(content["fields"]),
        probe=content.get("probe", {}),
    )


def prerequisites_for(platform_slug: str, version: int | None = None) -> list[PrerequisiteItem]:
    """The prerequisites of a rollout on ``platform_slug``: the common list with that platform's own fields and help."""
    own = platform(platform_slug)
    content = read(Kind.PREREQUISITES, version=version).content
    return [
        PrerequisiteItem(
            key=item["key"],
            title=_text(item["title"]),
            help=_text(item["help"]),
            owner=item["owner"],
            gate=item["gate"],
            kind=item["kind"],
            environment=item.get("environment", ""),
            waivable=item["waivable"],
            where=_text(item.get("where")) or own.where.get(item["key"], Localized()),
            fields=(_fields(item["fields"]) if "fields" in item else own.fields) if item["kind"] == "credential" else [],
        )
        for item in content["items"]
    ]


def script(version: int | None = None) -> Script:
    row = read(Kind.SCRIPT, version=version)
    return Script(
        version=row.version,
        title=_text(row.content["title"]),
        processes=[(item["key"], _text(item["title"])) for item in row.content["processes"]],
        cases=[
            ScriptCase(
                code=case["code"],
                process=case["process"],
                title=_text(case["title"]),
                actors=case["actors"],
                obligation=case["obligation"],
                condition=_text(case.get("condition")),
                condition_key=case.get("condition_key", ""),
                preconditions=_text(case["preconditions"]),
                steps=[_text(step) for step in case["steps"]],
                expected=_text(case["expected"]),
                evidence=_text(case["evidence"]),
            )
            for case in row.content["cases"]
        ],
    )


def kickoff(version: int | None = None) -> KickoffBlueprint:
    row = read(Kind.KICKOFF, version=version)
    return KickoffBlueprint(
        version=row.version,
        duration_minutes=row.content["duration_minutes"],
        agenda=[
            AgendaItem(item["key"], _text(item["title"]), _text(item.get("notes"))) for item in row.content["agenda"]
        ],
        models=[
            IntegrationModel(item["key"], _text(item["title"]), _text(item["help"])) for item in row.content["models"]
        ],
    )


def presence_methods(version: int | None = None) -> list[PresenceMethod]:
    return [
        PresenceMethod(
            code=method["code"],
            process=method["process"],
            title=_text(method["title"]),
            direction=method["direction"],
            by=method["by"],
            fields=[MethodField(item["name"], _text(item["label"])) for item in method["fields"]],
        )
        for method in read(Kind.PRESENCE_API, version=version).content["methods"]
    ]


def training(version: int | None = None) -> TrainingBlueprint:
    row = read(Kind.TRAINING, version=version)
    return TrainingBlueprint(
        version=row.version,
        allowance_minutes=row.content["allowance_minutes"],
        topics=[Topic(item["key"], _text(item["title"]), item["minutes"]) for item in row.content["topics"]],
    )


def golive(version: int | None = None) -> GoLiveBlueprint:
    row = read(Kind.GOLIVE, version=version)
    return GoLiveBlueprint(
        version=row.version,
        items=[
            GoLiveItem(item["key"], _text(item["title"]), _text(item["help"]), item["owner"], item["mandatory"])
            for item in row.content["items"]
        ],
    )


def hours_policy(version: int | None = None) -> HoursPolicy:
    row = read(Kind.HOURS, version=version)
    return HoursPolicy(version=row.version, **row.content)


def term_clauses(version: int | None = None) -> TermBlueprint:
    row = read(Kind.TERM, version=version)
    return TermBlueprint(
        version=row.version,
        clauses=[Clause(item["key"], _text(item["title"]), _text(item["text"])) for item in row.content["clauses"]],
    )
