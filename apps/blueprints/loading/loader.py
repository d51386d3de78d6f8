"""Load the versioned data files into the database, once each."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from apps.blueprints.catalogues import clauses, content
from apps.blueprints.catalogues.script import problems, with_conditions_apart
from apps.blueprints.editor import drafts
from apps.blueprints.loading import places
from apps.blueprints.models import Blueprint, Platform
from apps.core import canonical

DATA = Path(__file__).parents[1] / "data"


class BadBlueprint(Exception):
    """A data file cannot be used; the message names the file and what to change."""


@dataclass(frozen=True)
class DataFile:
    """A data file that was read: its kind and key, its version and the rest of its content."""

    path: Path
    kind: str
    key: str
    version: int
    content: dict[str, Any]

    @cached_property
    def checksum(self) -> str:
        return canonical.sha256(self.content)


def read_files(folder: Path = DATA) -> Iterator[DataFile]:
    """Every data file, validated: ``<kind>.toml``, and ``platforms/<slug>.toml`` for the platforms."""
    for path in sorted(folder.rglob("*.toml")):
        kind = Blueprint.Kind.PLATFORM if path.parent.name == "platforms" else path.stem
        if kind not in content.TYPES:
            raise BadBlueprint(f"{path.name}: no blueprint kind is called {kind!r}.")
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise BadBlueprint(f"{path.name}: {error}") from None
        try:
            value = content.parse(kind, raw)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(step) for step in first["loc"])
            raise BadBlueprint(f"{path.name}: {where}: {first['msg']}") from None
        _refuse_duplicates(path, value)
        if kind == Blueprint.Kind.TERM and (reasons := clauses.problems(raw)):
            raise BadBlueprint(f"{path.name}: {' '.join(reasons)}")
        if kind == Blueprint.Kind.SCRIPT and (reasons := problems(with_conditions_apart(raw))):
            raise BadBlueprint(f"{path.name}: {' '.join(reasons)}")
        if reasons := places.problems(value):
            raise BadBlueprint(f"{path.name}: {' '.join(reasons)}")
        key = value.slug if kind == Blueprint.Kind.PLATFORM else "default"
        yield DataFile(path, kind, key, raw.pop("version"), raw)


def _refuse_duplicates(path: Path, value: Any) -> None:
    for name, attribute in (
        ("items", "key"),
        ("cases", "code"),
        ("agenda", "key"),
        ("methods", "code"),
        ("clauses", "key"),
        ("stages", "stage"),
        ("topics", "key"),
    ):
        rows = [getattr(row, attribute) for row in getattr(value, name, [])]
        if duplicates := {row for row in rows if rows.count(row) > 1}:
            raise BadBlueprint(f"{path.name}: {name}: {', '.join(sorted(duplicates))} stands twice.")


@transaction.atomic
def load(folder: Path = DATA) -> list[Blueprint]:
    """Load what is new and return it; what was loaded before is left as it is.

    Raises ``BadBlueprint`` when a file was changed without raising its ``version``: a loaded version never changes,
    because rollouts say which version they were copied from. A file that comes after Presence edited its template is kept
    under ``Blueprint.SHIPPED``: it takes the place of nobody's work until somebody publishes it. One that comes while the
    first edition is still a draft takes force, and the draft is compared with it from then on.
    """
    loaded = []
    for file in read_files(folder):
        versions = Blueprint.objects.filter(kind=file.kind, key__in=[file.key, Blueprint.SHIPPED])
        existing = versions.filter(version=file.version, origin=Blueprint.Origin.FILE).first()
        if existing is None:
            if versions.filter(checksum=file.checksum, origin=Blueprint.Origin.EDITED).exists():
                continue  # An edition that was brought back into the file.
            drafts.lock(file.kind)
            edited = versions.filter(origin=Blueprint.Origin.EDITED).exists()
            row = Blueprint.objects.create(
                kind=file.kind,
                key=Blueprint.SHIPPED if edited else file.key,
                version=file.version,
                content=file.content,
                checksum=file.checksum,
            )
            if not edited:
                drafts.compare_with(row)
            loaded.append(row)
        elif existing.checksum != file.checksum:
            raise BadBlueprint(
                f"{file.path.name}: version {file.version} was loaded with other content. Raise its version to change it."
            )
        if file.kind == Blueprint.Kind.PLATFORM:
            Platform.objects.update_or_create(
                slug=file.key, defaults={name: file.content[name] for name in ("name", "website", "position")}
            )
    return loaded
