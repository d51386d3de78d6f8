from collections.abc import Iterator

from apps.seals.trust import Trust
from apps.seals.verifying import DocumentCommand
from apps.stages.golive.dossier import archive, verification


class Command(DocumentCommand):
    help = (
        "Tell from the file of a dossier alone whether it is whole and Presence's: files, manifest, seal, timeline, anchor "
        "and sealed term. Asks no database."
    )
    document = "dossier"
    largest = archive.LARGEST
    certificate_purpose = "sealed it and the term in it"
    sentence_when_whole = "files, timeline, anchor and term hold, and Presence sealed them."
    sentence_when_unvouched = "it contradicts itself nowhere"

    def examine(self, content: bytes, trusted: Trust) -> verification.Findings:
        return verification.examine(content, trusted)

    def doubts(self, findings: verification.Findings) -> list[str]:
        return findings.doubts()

    def describe(self, findings: verification.Findings) -> Iterator[tuple[str, object]]:
        manifest = findings.manifest
        withheld = f" ({findings.withheld} of them by their hash alone)" if findings.withheld else ""
        yield "Project", f"{manifest['project']}, edition {manifest['edition']}, {manifest['variant']}"
        yield "Files", len(manifest["files"])
        yield "Timeline", f"{manifest['events']} events{withheld}, the last one {manifest['head']}"
        if findings.anchor:
            yield "Anchor", f"sheet #{manifest['anchor']['number']}, {findings.anchor.sealing_time()}"
        if findings.fingerprint:
            yield from self.seal_facts(findings)
        if findings.term:
            yield "Term", f"{manifest['term']}, SHA-256 {findings.term.sha256}"
            yield "Term's seal", f"{findings.term.sealed_by}, SHA-256 {findings.term.fingerprint}"
