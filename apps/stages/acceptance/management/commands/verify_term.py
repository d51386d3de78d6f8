from collections.abc import Iterator
from typing import Any

from apps.seals.trust import Trust
from apps.seals.verifying import DocumentCommand
from apps.stages.acceptance.sealing import verification


class Command(DocumentCommand):
    help = "Tell from the file of a sealed term alone whether it is whole and whether Presence sealed it. Asks no database."
    document = "term"
    largest = 200 * 1024 * 1024  # A term with its files is far smaller.
    certificate_purpose = "made the seal"
    sentence_when_whole = "seal, record and signing log hold, and Presence sealed it."
    sentence_when_unvouched = "seal, record and signing log hold"

    def examine(self, content: bytes, trusted: Trust) -> verification.Findings:
        return verification.examine(content, trusted)

    def describe(self, findings: verification.Findings) -> Iterator[tuple[str, object]]:
        yield "Term", findings.term["term"]
        yield "Project", findings.term["record"]["rollout"]["code"]
        yield from (("Signed", _signature(entry)) for entry in findings.log["entries"] if entry["what"] == "signed")
        yield "Document", findings.log["document"]["sha256"]
        yield from self.seal_facts(findings)


def _signature(entry: dict[str, Any]) -> str:
    signature = f"{entry['role']}: {entry['name']}, {entry['company']}, {entry['at']}"
    if certificate := entry.get("certificate"):
        holder, issuer = certificate["subject"], certificate["issuer"]
        signature += f", with the certificate of {holder} by {issuer}, in {entry['file']['name']}"
    return signature
