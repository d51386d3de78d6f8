"""Whether a sealed term is what it was, told from its file alone: no database, no network.

The seal covers every byte but its own place in the file, and that place is compared with the one way of writing it: so a
changed byte shows, wherever it is.
"""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from asn1crypto import cms
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from apps.core import canonical
from apps.seals import signatures
from apps.seals.signatures import SealFindings
from apps.seals.trust import NOBODY, Trust
from apps.stages.acceptance.certificates import outside
from apps.stages.acceptance.sealing import document, evidence, pages, schemas


@dataclass
class Findings(SealFindings):
    """What a file says and what is wrong with it: ``outcome`` sums it up."""

    sha256: str = ""
    term: dict[str, Any] = field(default_factory=dict)
    log: dict[str, Any] = field(default_factory=dict)


def examine(content: bytes, trust: Trust = NOBODY) -> Findings:
    """Everything that can be told of ``content``; whatever it is, this answers."""
    findings = Findings(sha256=hashlib.sha256(content).hexdigest())
    try:
        reader = PdfFileReader(io.BytesIO(content))
        seals = reader.embedded_signatures
        if len(seals) != 1:
            findings.problems.append(f"{len(seals)} seals, where a term has one")
            return findings
        findings.problems += _seal(content, seals[0], trust, findings)
        findings.problems += _contents(content, reader, findings)
    except Exception as error:  # A file that somebody made breaks a reader in any way.
        findings.problems.append(f"not readable as a sealed term ({type(error).__name__})")
    return findings


def _seal(content: bytes, seal: EmbeddedPdfSignature, trust: Trust, findings: Findings) -> Iterator[str]:
    certificate = seal.signer_cert
    context = ValidationContext(trust_roots=[certificate], allow_fetching=False)
    time = trust.of_time(signatures.moment_of_timestamp(seal.signer_info))
    status = validate_pdf_signature(seal, context, time, skip_diff=True)
    if not (status.intact and status.valid):
        yield "the seal does not fit the content"
    if status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        yield "something was added behind the seal"
    yield from signatures.read_status(status, certificate, trust, findings)
    yield from _place(content, seal)
    yield from signatures.form_problems(seal.signed_data, certificate)


def _place(content: bytes, seal: EmbeddedPdfSignature) -> Iterator[str]:
    """The one gap in what is covered holds the seal, its padding, and nothing else."""
    begin, length, resume, rest = (int(number) for number in seal.byte_range)
    der = seal.pkcs7_content.rstrip(b"\0")
    written = cms.ContentInfo.load(seal.pkcs7_content).dump()
    gap = content[begin + length : resume]
    padded = b"<" + written.hex().upper().encode()
    if begin or resume + rest != len(content) or not written.startswith(der):
        yield "the seal does not cover the whole file"
    if gap[:-1] != padded.ljust(len(gap) - 1, b"0") or gap[-1:] != b">":
        yield "the place of the seal holds something else beside it"


def _contents(content: bytes, reader: PdfFileReader, findings: Findings) -> Iterator[str]:
    attached = pages.attachments(reader)
    for name in (document.ATTACHED, evidence.ATTACHED):
        if name not in attached:
            yield f"{name} is not in the file"
            return
    findings.term, findings.log = json.loads(attached[document.ATTACHED]), json.loads(attached[evidence.ATTACHED])
    wrong = [
        *(f"{document.ATTACHED} {problem}" for problem in schemas.problems(findings.term, schemas.TERM)),
        *(f"{evidence.ATTACHED} {problem}" for problem in schemas.problems(findings.log, schemas.LOG)),
    ]
    if wrong:
        yield from wrong
        return
    term, log = findings.term, findings.log
    if canonical.sha256(term["record"]) != term["record_sha256"] or log["record_sha256"] != term["record_sha256"]:
        yield "the record is not the one that was signed"
    if log["term"] != term["term"]:
        yield "the signing log is of another term"
    if hashlib.sha256(content[: log["document"]["bytes"]]).hexdigest() != log["document"]["sha256"]:
        yield "the document is not the one that was signed"
    seal = reader.embedded_signatures[0]
    yield from signatures.certificate_problems(seal.signed_data, seal.signer_cert, log["seal"])
    yield from _chain(term, log)
    yield from _outside(content[: log["document"]["bytes"]], attached, log)


def _chain(term: dict[str, Any], log: dict[str, Any]) -> Iterator[str]:
    previous = log["document"]["sha256"]
    for number, entry in enumerate(log["entries"], start=1):
        if entry["number"] != number or entry["previous"] != previous or evidence.link(entry) != entry["hash"]:
            yield f"entry {number} of the signing log does not link to the one before"
        previous = entry["hash"]
    signed = {entry["role"]: entry for entry in log["entries"] if entry["what"] == "signed" and "role" in entry}
    for person in term["signatories"]:
        entry = signed.pop(person["role"], None)
        if entry is None:
            yield f"the signature of {person['role']} is missing"
        elif entry.get("sha256") != log["document"]["sha256"]:
            yield f"{person['role']} signed another document"
        elif person["name"] != (entry.get("delegated_from") or entry.get("name")):
            yield f"somebody else signed for {person['role']}"
    for role in signed:
        yield f"{role} signed although the term does not ask them to"


def _outside(signed: bytes, attached: dict[str, bytes], log: dict[str, Any]) -> Iterator[str]:
    """Each file that came back signed is the document that was to sign, with the signatures that the log says are in it."""
    named = {document.ATTACHED, evidence.ATTACHED}
    for entry in (log_entry for log_entry in log["entries"] if log_entry.get("method") == "certificate"):
        role, name = entry.get("role", "?"), entry["file"]["name"]
        file, named = attached.get(name, b""), {*named, name}
        if hashlib.sha256(file).hexdigest() != entry["file"]["sha256"]:
            yield f"{name} is not the file that {role} signed"
        elif not file.startswith(signed):
            yield f"{name} is not the document that was signed"
        elif not _holds(file, entry["certificate"]):
            yield f"the signature of {role} is not in {name}"
    for name in sorted(set(attached) - named):
        yield f"{name} is in the file, and nobody signed it"


def _holds(file: bytes, certificate: dict[str, Any]) -> bool:
    try:
        return (certificate["fingerprint"], certificate["signature"]) in outside.signature_digests(file)
    except Exception:  # As above.
        return False
