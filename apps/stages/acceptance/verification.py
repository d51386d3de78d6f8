"""Whether a sealed term is what it was, told from its file alone: no database, no network.

The seal covers every byte but its own place in the file, and that place is compared with the one way of writing it: so a
changed byte shows, wherever it is.
"""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto import algos, cms, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from apps.core import canonical
from apps.stages.acceptance import document, evidence, outside, pages, schemas

TIMESTAMP = "signature_time_stamp_token"
SIGNED_WITH = {"rsa": "rsa", "ec": "ecdsa"}


@dataclass
class Findings:
    """What a file says and what is wrong with it. ``problems`` are sentences in English for who runs the command; without
    any, the file is whole. ``trusted`` says that one of the certificates one trusts made the seal."""

    sha256: str
    problems: list[str] = field(default_factory=list)
    term: dict[str, Any] = field(default_factory=dict)
    log: dict[str, Any] = field(default_factory=dict)
    sealed_by: str = ""
    fingerprint: str = ""
    sealed_at: datetime | None = None
    timestamped: bool = False
    trusted: bool = False

    @property
    def is_whole(self) -> bool:
        return not self.problems


def examine(content: bytes, trusted: Iterable[x509.Certificate] = ()) -> Findings:
    """Everything that can be told of ``content``; whatever it is, this answers."""
    found = Findings(hashlib.sha256(content).hexdigest())
    try:
        reader = PdfFileReader(io.BytesIO(content))
        seals = reader.embedded_signatures
        if len(seals) != 1:
            found.problems.append(f"{len(seals)} seals, where a term has one")
            return found
        found.problems += _seal(content, seals[0], list(trusted), found)
        found.problems += _contents(content, reader, found)
    except Exception as error:  # A file that somebody made breaks a reader in any way.
        found.problems.append(f"not readable as a sealed term ({type(error).__name__})")
    return found


def _seal(
    content: bytes, seal: EmbeddedPdfSignature, trusted: list[x509.Certificate], found: Findings
) -> Iterator[str]:
    certificate = seal.signer_cert
    found.fingerprint, found.sealed_by = certificate.sha256.hex(), certificate.subject.human_friendly
    found.trusted = certificate.sha256 in {each.sha256 for each in trusted}
    context = ValidationContext(trust_roots=[*trusted, certificate], allow_fetching=False)
    status = validate_pdf_signature(seal, context, skip_diff=True)
    found.sealed_at = status.signer_reported_dt
    if not (status.intact and status.valid):
        yield "the seal does not fit the content"
    if status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        yield "something was added behind the seal"
    if status.timestamp_validity is not None:
        found.timestamped = True
        found.sealed_at = status.timestamp_validity.timestamp
        if not (status.timestamp_validity.intact and status.timestamp_validity.valid):
            yield "the timestamp does not fit the seal"
    yield from _place(content, seal)
    yield from _form(seal.signed_data, certificate)


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


def _form(signed: cms.SignedData, certificate: x509.Certificate) -> Iterator[str]:
    """What the signature itself does not cover is as it must be."""
    (info,) = signed["signer_infos"]
    digest = algos.DigestAlgorithm({"algorithm": info["digest_algorithm"]["algorithm"].native})
    kind = certificate.public_key.algorithm
    algorithm = algos.SignedDigestAlgorithm(
        {"algorithm": f"{digest['algorithm'].native}_{SIGNED_WITH.get(kind, kind)}"}
    )
    unsigned = [each["type"].native for each in info["unsigned_attrs"] or []]
    fits = (
        signed["version"].native == "v1"
        and signed["encap_content_info"]["content_type"].native == "data"
        and signed["encap_content_info"]["content"].native is None
        and [each.dump() for each in signed["digest_algorithms"]] == [digest.dump()]
        and info["digest_algorithm"].dump() == digest.dump()
        and info["version"].native == "v1"
        and info["sid"].name == "issuer_and_serial_number"
        and info["sid"].chosen["issuer"].dump() == certificate.issuer.dump()
        and info["sid"].chosen["serial_number"].native == certificate.serial_number
        and info["signature_algorithm"].dump() == algorithm.dump()
        and unsigned in ([], [TIMESTAMP])
    )
    if not fits:
        yield "the form of the seal was changed"


def _contents(content: bytes, reader: PdfFileReader, found: Findings) -> Iterator[str]:
    attached = pages.attachments(reader)
    for name in (document.ATTACHED, evidence.ATTACHED):
        if name not in attached:
            yield f"{name} is not in the file"
            return
    found.term, found.log = json.loads(attached[document.ATTACHED]), json.loads(attached[evidence.ATTACHED])
    wrong = [
        *(f"{document.ATTACHED} {each}" for each in schemas.problems(found.term, schemas.TERM)),
        *(f"{evidence.ATTACHED} {each}" for each in schemas.problems(found.log, schemas.LOG)),
    ]
    if wrong:
        yield from wrong
        return
    term, log = found.term, found.log
    if canonical.sha256(term["record"]) != term["record_sha256"] or log["record_sha256"] != term["record_sha256"]:
        yield "the record is not the one that was signed"
    if log["term"] != term["term"]:
        yield "the signing log is of another term"
    if hashlib.sha256(content[: log["document"]["bytes"]]).hexdigest() != log["document"]["sha256"]:
        yield "the document is not the one that was signed"
    embedded = {each.chosen.sha256.hex() for each in reader.embedded_signatures[0].signed_data["certificates"]}
    if sorted(embedded) != log["seal"]["certificates"] or found.fingerprint not in embedded:
        yield "the certificates are not those of the seal"
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
    for entry in (each for each in log["entries"] if each.get("method") == "certificate"):
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
        return (certificate["fingerprint"], certificate["signature"]) in outside.made_by(file)
    except Exception:  # As above.
        return False
