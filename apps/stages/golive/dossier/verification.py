"""Whether a dossier is what it was and whose it is, told from its file alone: no database, no network.

The manifest lists every file and bears Presence's seal; the last event of the timeline is anchored on a sheet that bears one
too. So whoever writes a dossier anew, manifest and hashes included, can do everything but seal it.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from apps.core import canonical, plugins
from apps.rollouts.anchors import anchoring
from apps.seals import signatures
from apps.seals.outcomes import Outcome
from apps.seals.signatures import SealFindings
from apps.seals.trust import NOBODY, Trust
from apps.stages.acceptance.sealing import verification as terms
from apps.stages.golive.dossier import archive, consistency

GENESIS = "0" * 64
WITHHELD_BEFORE = {"sequence", "previous", "hash", "withheld"}
"""Of dossiers that were made before they told to whom each day counts."""
WITHHELD = {*WITHHELD_BEFORE, "at", "holder"}
EVENT = {"rollout", "sequence", "kind", "actor", "actor_name", "party", "at", "data", "holder", "previous", "hash"}


@dataclass
class Findings(SealFindings):
    """What a dossier says and what is wrong with it; ``outcome`` sums it up. The seal is the manifest's. ``term`` and
    ``anchor`` are what was found of the sealed term and of the anchor in it, where there are any."""

    sha256: str = ""
    manifest: dict[str, Any] = field(default_factory=dict)
    withheld: int = 0
    term: terms.Findings | None = None
    anchor: SealFindings | None = None

    @property
    def outcome(self) -> Outcome:
        if self.problems:
            return Outcome.BROKEN
        return Outcome.UNTRUSTED if self.doubts() else Outcome.WHOLE

    def doubts(self) -> list[str]:
        """What nobody vouches for, as sentences."""
        if not self.fingerprint:
            return ["its manifest bears no seal (it was made before dossiers were sealed, or somebody took it off)"]
        parts = (("the manifest", self), ("the anchor", self.anchor), ("the term", self.term))
        return [f"{name}: {part.why_untrusted()}" for name, part in parts if part and not part.trusted]


def examine(content: bytes, trust: Trust = NOBODY) -> Findings:
    """Everything that can be told of ``content``; whatever it is, this answers."""
    findings = Findings(sha256=hashlib.sha256(content).hexdigest())
    try:
        files = archive.read(content)
        findings.problems += _archive(content, files)
        findings.problems += _manifest(files, trust, findings)
        if not findings.problems:
            events = json.loads(files[archive.TIMELINE])
            if files[archive.TIMELINE] != canonical.readable(events):
                findings.problems.append(f"{archive.TIMELINE} is not written as timelines are")
            findings.problems += _chain(events, findings)
            findings.problems += _anchor(files, events, trust, findings)
            findings.problems += _term(files, events, trust, findings)
            if not findings.problems:
                findings.problems += consistency.problems(files, events, findings.manifest["variant"])
                for check in (check for plugin in plugins.plugins() for check in plugin.dossier_checks):
                    findings.problems += check(files, events)
    except Exception as error:  # A file that somebody made breaks a reader in any way.
        findings.problems.append(f"not readable as a dossier ({type(error).__name__}: {error})")
    return findings


def _archive(content: bytes, files: dict[str, bytes]) -> Iterator[str]:
    if archive.written(files) != content:
        yield "the archive holds something beside its files"


def _manifest(files: dict[str, bytes], trust: Trust, findings: Findings) -> Iterator[str]:
    """The manifest lists every file but itself and its seal as it is, is written as a manifest is, and is sealed."""
    if archive.MANIFEST not in files:
        yield f"{archive.MANIFEST} is not in the archive"
        return
    findings.manifest = manifest = json.loads(files[archive.MANIFEST])
    if manifest["format"] not in (archive.UNSEALED, archive.FORMAT):
        yield f"format {manifest['format']} is not known here"
        return
    is_sealed = manifest["format"] == archive.FORMAT
    beside = {archive.MANIFEST, archive.SEAL} if is_sealed else {archive.MANIFEST}
    listed = {row["name"]: row for row in manifest["files"]}
    present = {name: files[name] for name in files if name not in beside}
    yield from (f"{name} is missing" for name in sorted(listed.keys() - present.keys()))
    yield from (f"{name} is not in the manifest" for name in sorted(present.keys() - listed.keys()))
    for name in sorted(listed.keys() & present.keys()):
        if hashlib.sha256(present[name]).hexdigest() != listed[name]["sha256"]:
            yield f"{name} is not what the manifest says"
    facts = {key: manifest[key] for key in (archive.SEALED_FACTS if is_sealed else archive.FACTS)}
    if files[archive.MANIFEST] != archive.manifest(present, format=manifest["format"], **facts):
        yield "the manifest is not written as manifests are"
    if manifest["variant"] not in (archive.WHOLE_DOSSIER, archive.SHARED_DOSSIER):
        yield f"a dossier of the kind {manifest['variant']!r} is not known here"
    if is_sealed:
        yield from _seal(files, trust, findings)


def _seal(files: dict[str, bytes], trust: Trust, findings: Findings) -> Iterator[str]:
    if archive.SEAL not in files:
        yield f"{archive.SEAL} is missing: the manifest says that it is sealed"
        return
    seal = signatures.examine(files[archive.MANIFEST], files[archive.SEAL], findings.manifest["seal"], trust)
    for name in ("sealed_by", "fingerprint", "sealed_at", "timestamped", "unvouched_time_authority", "trusted"):
        setattr(findings, name, getattr(seal, name))
    yield from (f"{archive.MANIFEST}: {problem}" for problem in seal.problems)


def _chain(events: list[dict[str, Any]], findings: Findings) -> Iterator[str]:
    """Each event links to the one before. Of one that is withheld only the link can be told, and which ones are withheld
    stands in the manifest."""
    manifest = findings.manifest
    previous = GENESIS
    withheld = []
    for sequence, event in enumerate(events, start=1):
        if event["sequence"] != sequence or event["previous"] != previous:
            yield f"event #{sequence} does not link to the one before it"
            return
        if event.get("withheld"):
            withheld.append(sequence)
            if manifest["variant"] != archive.SHARED_DOSSIER or event.keys() not in (WITHHELD, WITHHELD_BEFORE):
                yield f"event #{sequence} is withheld where nothing is"
        else:
            if (
                event.keys() != EVENT
                or canonical.sha256({key: event[key] for key in EVENT - {"hash"}}) != event["hash"]
            ):
                yield f"event #{sequence} was changed after it was written"
            if manifest["project"] != f"INT-{event['rollout']:04d}":
                yield f"event #{sequence} is of another project"
            if manifest["variant"] == archive.SHARED_DOSSIER and event["kind"].startswith(archive.WITHHELD):
                yield f"event #{sequence} tells what the shared dossier withholds"
        previous = event["hash"]
    findings.withheld = len(withheld)
    if (len(events), previous) != (manifest["events"], manifest["head"]):
        yield "the timeline is not as long as the manifest says"
    if withheld != manifest.get("withheld", withheld):
        yield "other events are withheld than the manifest says"


def _anchor(files: dict[str, bytes], events: list[dict[str, Any]], trust: Trust, findings: Findings) -> Iterator[str]:
    """The last event is the one on the sheet of anchors that the manifest names."""
    if findings.manifest["format"] == archive.UNSEALED:
        return
    proof = json.loads(files[archive.ANCHOR])
    findings.anchor = anchoring.examine_proof(proof, trust)
    yield from (f"{archive.ANCHOR}: {problem}" for problem in findings.anchor.problems)
    if findings.anchor.problems:
        return
    line, sheet, manifest = proof["line"], proof["sheet"], findings.manifest
    if files[archive.ANCHOR] != canonical.readable(proof):
        yield f"{archive.ANCHOR} is not written as anchors are"
    if manifest["project"] != f"INT-{line['rollout']:04d}" or (line["sequence"], line["hash"]) != (
        len(events),
        events[-1]["hash"],
    ):
        yield "the last event is not the one that was anchored"
    if manifest["anchor"] != {"number": sheet["number"], "sha256": canonical.sha256(sheet)}:
        yield "the anchor is not the one that the manifest names"


def _term(files: dict[str, bytes], events: list[dict[str, Any]], trust: Trust, findings: Findings) -> Iterator[str]:
    """The sealed term is whole, of this project, and the very one that the timeline names."""
    path = findings.manifest["term"]
    sealed = [event["data"]["sha256"] for event in events if event.get("kind") == "acceptance.sealed"]
    if not path:
        if sealed:
            yield "the sealed term is missing"
        return
    findings.term = terms.examine(files[path], trust)
    yield from (f"{path}: {problem}" for problem in findings.term.problems)
    if findings.term.sha256 not in sealed:
        yield f"{path} is not the term that the timeline names"
    if findings.manifest.get("term_sha256", findings.term.sha256) != findings.term.sha256:
        yield f"{path} is not the term that the manifest names"
    if findings.term.holds and findings.term.term["record"]["rollout"]["code"] != findings.manifest["project"]:
        yield f"{path} is of another project"
