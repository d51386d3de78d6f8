"""Whether a dossier is what it was, told from its file alone: no database, no network."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from asn1crypto import x509

from apps.core import canonical
from apps.stages.acceptance import verification as terms
from apps.stages.golive import archive

GENESIS = "0" * 64
WITHHELD = {"sequence", "previous", "hash", "withheld"}


@dataclass
class Findings:
    """What a dossier says and what is wrong with it. ``problems`` are sentences in English for who runs the command; without
    any, the file is whole. ``term`` is what was found of the sealed term in it, where there is one."""

    sha256: str
    problems: list[str] = field(default_factory=list)
    manifest: dict[str, Any] = field(default_factory=dict)
    withheld: int = 0
    term: terms.Findings | None = None

    @property
    def is_whole(self) -> bool:
        return not self.problems


def examine(content: bytes, trusted: Iterable[x509.Certificate] = ()) -> Findings:
    """Everything that can be told of ``content``; whatever it is, this answers."""
    found = Findings(hashlib.sha256(content).hexdigest())
    try:
        files = archive.read(content)
        found.problems += _archive(content, files)
        found.problems += _manifest(files, found)
        if not found.problems:
            events = json.loads(files[archive.TIMELINE])
            found.problems += _chain(events, found)
            found.problems += _term(files, events, trusted, found)
    except Exception as error:  # A file that somebody made breaks a reader in any way.
        found.problems.append(f"not readable as a dossier ({type(error).__name__}: {error})")
    return found


def _archive(content: bytes, files: dict[str, bytes]) -> Iterator[str]:
    if archive.written(files) != content:
        yield "the archive holds something beside its files"


def _manifest(files: dict[str, bytes], found: Findings) -> Iterator[str]:
    """The manifest lists every file but itself as it is, and is written as a manifest is."""
    if archive.MANIFEST not in files:
        yield f"{archive.MANIFEST} is not in the archive"
        return
    found.manifest = told = json.loads(files[archive.MANIFEST])
    if told["format"] != archive.FORMAT:
        yield f"format {told['format']} is not known here"
        return
    listed = {row["name"]: row for row in told["files"]}
    present = {name: files[name] for name in files if name != archive.MANIFEST}
    yield from (f"{name} is missing" for name in sorted(listed.keys() - present.keys()))
    yield from (f"{name} is not in the manifest" for name in sorted(present.keys() - listed.keys()))
    for name in sorted(listed.keys() & present.keys()):
        if hashlib.sha256(present[name]).hexdigest() != listed[name]["sha256"]:
            yield f"{name} is not what the manifest says"
    facts = {key: told[key] for key in ("project", "edition", "variant", "events", "head", "term")}
    if files[archive.MANIFEST] != archive.manifest(present, **facts):
        yield "the manifest is not written as manifests are"
    if told["variant"] not in (archive.WHOLE, archive.SHARED):
        yield f"a dossier of the kind {told['variant']!r} is not known here"


def _chain(events: list[dict[str, Any]], found: Findings) -> Iterator[str]:
    """Each event links to the one before. Of one that is withheld only the link can be told."""
    told, previous = found.manifest, GENESIS
    for sequence, event in enumerate(events, start=1):
        if event["sequence"] != sequence or event["previous"] != previous:
            yield f"event #{sequence} does not link to the one before it"
            return
        if event.get("withheld"):
            found.withheld += 1
            if told["variant"] != archive.SHARED or event.keys() != WITHHELD:
                yield f"event #{sequence} is withheld where nothing is"
        else:
            if canonical.sha256({key: event[key] for key in event if key != "hash"}) != event["hash"]:
                yield f"event #{sequence} was changed after it was written"
            if told["project"] != f"INT-{event['rollout']:04d}":
                yield f"event #{sequence} is of another project"
        previous = event["hash"]
    if (len(events), previous) != (told["events"], told["head"]):
        yield "the timeline is not as long as the manifest says"


def _term(
    files: dict[str, bytes], events: list[dict[str, Any]], trusted: Iterable[x509.Certificate], found: Findings
) -> Iterator[str]:
    """The sealed term is whole, of this project, and the very one that the timeline names."""
    path = found.manifest["term"]
    sealed = [event["data"]["sha256"] for event in events if event.get("kind") == "acceptance.sealed"]
    if not path:
        if sealed:
            yield "the sealed term is missing"
        return
    found.term = terms.examine(files[path], trusted)
    yield from (f"{path}: {problem}" for problem in found.term.problems)
    if found.term.sha256 not in sealed:
        yield f"{path} is not the term that the timeline names"
    if found.term.is_whole and found.term.term["record"]["rollout"]["code"] != found.manifest["project"]:
        yield f"{path} is of another project"
