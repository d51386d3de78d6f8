"""Dossiers held against the timeline."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from apps.rollouts.anchors import verification
from apps.rollouts.models import Rollout
from apps.seals.outcomes import Outcome
from apps.seals.trust import Trust
from apps.stages.golive import events
from apps.stages.golive.models import Dossier

if TYPE_CHECKING:
    from apps.stages.golive.dossier.verification import Findings


def archived(rollout: Rollout, trust: Trust) -> Iterator[tuple[Outcome, str]]:
    """Each dossier is there, is what its event names, holds by its bytes alone, and tells the timeline as it stands here."""
    from apps.stages.golive.dossier import verification as files  # pyHanko is slow to import.

    dossiers_by_name = {str(dossier): dossier for dossier in rollout.dossiers.select_related("whole", "shared")}
    for event in rollout.events.filter(kind=events.DossierMade.kind):
        dossier = dossiers_by_name.pop(event.data["dossier"], None)
        if dossier is None:
            yield Outcome.BROKEN, f"dossier {event.data['dossier']} is missing"
            continue
        for stored, name in ((dossier.whole, "sha256"), (dossier.shared, "sha256_shared")):
            try:
                with stored.content.open("rb") as file:
                    content = file.read()
            except (OSError, ValueError) as error:
                yield Outcome.ERROR, f"{stored.name} cannot be read: {type(error).__name__}"
                continue
            findings = files.examine(content, trust)
            if stored.sha256 != event.data[name] or findings.sha256 != event.data[name]:
                yield Outcome.BROKEN, f"{stored.name} is not the one that the timeline names"
            elif findings.outcome is Outcome.BROKEN:
                yield Outcome.BROKEN, f"{stored.name}: {'; '.join(findings.problems)}"
            else:
                yield from _manifest_outcomes(rollout, dossier, findings)
    for name in dossiers_by_name:
        yield Outcome.BROKEN, f"the timeline does not know dossier {name}"


def _manifest_outcomes(rollout: Rollout, dossier: Dossier, findings: "Findings") -> Iterator[tuple[Outcome, str]]:
    manifest = findings.manifest
    head = {
        "sequence": manifest["events"],
        "hash": manifest["head"],
        "anchor": manifest.get("anchor", {}).get("number", 0),
    }
    if problem := verification.head_problem(rollout, head):
        yield Outcome.BROKEN, f"dossier {dossier}: {problem}"
    for doubt in findings.doubts():
        yield Outcome.UNTRUSTED, f"dossier {dossier}: {doubt}"
