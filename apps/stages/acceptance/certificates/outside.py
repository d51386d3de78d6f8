"""What a term's PDF that was signed with certificates elsewhere is worth: every signature, and that nothing else changed.

Nothing of Django is used here: ``examiner`` runs ``judge`` in a process of its own, since a file from outside may be made to
break its reader.
"""

import asyncio
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import filterfalse
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.validation import KeyUsageConstraints, async_validate_pdf_signature
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_timestamp
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from apps.stages.acceptance.certificates import changes, holders, looks, revocation, shapes, spans

SIGNATURES = 12
"""The most signatures and timestamps of a file: four parties, once more each, and their archives' timestamps."""
REVISIONS = 40
TOLERANCE = timedelta(minutes=5)
CLOCK = timedelta(days=1)
"""How far the clock of whoever signs may be from ours: a time zone set wrong is no reason to refuse."""
KINDS = {
    kind.value for kind in (SigSeedSubFilter.ADOBE_PKCS7_DETACHED, SigSeedSubFilter.PADES, SigSeedSubFilter.PBAD_PADES)
}
USAGES = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
FOR_MACHINES = {"server_auth", "code_signing", "time_stamping", "ocsp_signing"}
"""ICP-Brasil writes a company's CNPJ into the certificates of its servers too; those sign no contract."""
ICP_BRASIL = "ICP-Brasil"
PROBLEM_OF_INDICATION = {
    "CHAIN_CONSTRAINTS_FAILURE": "usage",
    "CRYPTO_CONSTRAINTS_FAILURE": "weak",
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": "weak",
}


class Wrong(Exception):
    """What is wrong, by the keys of ``elsewhere.SENTENCES``, with what its sentence names."""

    def __init__(self, problem: str, **about: str) -> None:
        super().__init__(problem)
        self.problem, self.about = problem, about


@dataclass
class SignatureTrust:
    """What one goes by: ``roots``, certificates that complete a chain, and what was asked today of their revocation: lists
    (``crls``) and answers (``ocsps``). ``since`` is when the document was there to sign, ``at`` the present (both aware).
    ``answers_in_file`` is what the file itself says of revocations."""

    roots: list[x509.Certificate]
    others: list[x509.Certificate]
    since: datetime
    at: datetime
    crls: list[asn1_crl.CertificateList] = field(default_factory=list)
    ocsps: list[asn1_ocsp.OCSPResponse] = field(default_factory=list)
    answers_in_file: tuple[list[asn1_crl.CertificateList], list[asn1_ocsp.OCSPResponse]] = field(
        default_factory=lambda: ([], [])
    )

    def context(
        self,
        mode: str,
        moment: datetime | None = None,
        crls: Sequence[asn1_crl.CertificateList] = (),
        ocsps: Sequence[asn1_ocsp.OCSPResponse] = (),
    ) -> ValidationContext:
        """With a ``moment`` of the past, what was said of a revocation afterwards counts for it too."""
        return ValidationContext(
            trust_roots=self.roots,
            other_certs=self.others,
            crls=crls,
            ocsps=ocsps,
            revocation_mode=mode,
            moment=moment or self.at,
            retroactive_revinfo=moment is not None,
            time_tolerance=TOLERANCE,
            allow_fetching=False,
        )

    def for_stamps(self) -> ValidationContext:
        """What a timestamp's authority is judged by."""
        lists, answers = self.answers_in_file
        return self.context("soft-fail", None, [*self.crls, *lists], [*self.ocsps, *answers])


def judge(content: bytes, *, document: int, trust: SignatureTrust) -> dict[str, Any]:
    """``signatures``: the facts of each, in the order of the file, and ``ask``: what to ask of their certificates'
    revocation, see ``revocation.questions``; or ``problem`` and ``about`` it, whatever the file is. The first ``document``
    bytes are the term's own PDF.
    """
    try:
        return asyncio.run(_facts(content, document, trust))
    except Wrong as wrong:
        return {"problem": wrong.problem, "about": wrong.about}
    except shapes.Changed as changed:
        return {"problem": changed.problem, "about": {}}
    except Exception:  # A file that somebody made breaks a reader in any way.
        return {"problem": "unreadable", "about": {}}


def signature_digests(content: bytes) -> set[tuple[str, str]]:
    """By which certificates (SHA-256) ``content`` was signed, with the SHA-256 of each signature; only whole ones count, and
    nobody is asked whether to trust the certificates. Raises whatever a broken file makes the reader raise."""
    signatures = set()
    for signature in PdfFileReader(io.BytesIO(content)).embedded_regular_signatures:
        _place(content, signature)
        signature.compute_integrity_info(skip_diff=True)
        intact, valid = validate_sig_integrity(
            signature.signer_info, signature.signer_cert, "data", signature.compute_digest()
        )
        if intact and valid and signature.coverage >= SignatureCoverageLevel.ENTIRE_REVISION:
            signatures.add((signature.signer_cert.sha256.hex(), _digest(signature)))
    return signatures


def revocation_list(content: bytes) -> asn1_crl.CertificateList:
    """Raises ``ValueError``."""
    if pem.detect(content):
        _kind, _headers, content = pem.unarmor(content)
    return asn1_crl.CertificateList.load(content, strict=True)


async def _facts(content: bytes, document: int, trust: SignatureTrust) -> dict[str, Any]:
    reader = PdfFileReader(io.BytesIO(content))
    base = _base(content, reader, document)
    signatures = _signatures(content, reader)
    _require_signatures_alone(content, reader, base, document)
    certificates, lists, answers = revocation.answers_in_file(reader, signatures)
    trust.others, trust.answers_in_file = [*trust.others, *certificates], (lists, answers)
    facts, ask = [], []
    for signature in filter(_is_timestamp, signatures):
        stamp = await async_validate_pdf_timestamp(signature, trust.for_stamps(), skip_diff=True)
        if not (stamp.intact and stamp.valid) or stamp.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
            raise Wrong("broken", who=holders.short_name(stamp.signing_cert.subject))
    for signature in filterfalse(_is_timestamp, signatures):
        signature_facts, questions = await _facts_of(signature, trust)
        facts.append(signature_facts)
        ask += questions
    return {"signatures": facts, "ask": ask}


def _base(content: bytes, reader: PdfFileReader, document: int) -> int:
    """The last revision of the term's own PDF, on which all others of the file must stand."""
    own_xrefs = PdfFileReader(io.BytesIO(content[:document])).xrefs
    if reader.encrypted:
        raise Wrong("unreadable")
    if reader.xrefs.total_revisions > REVISIONS:
        raise Wrong("many")
    for number in range(own_xrefs.total_revisions):
        start = own_xrefs.get_startxref_for_revision(number)
        if number >= reader.xrefs.total_revisions or reader.xrefs.get_startxref_for_revision(number) != start:
            raise Wrong("changed")
    if content[content.rindex(b"%%EOF") + 5 :].strip():
        raise Wrong("changed")
    return own_xrefs.total_revisions - 1


def _require_signatures_alone(content: bytes, reader: PdfFileReader, base: int, document: int) -> None:
    """Raise ``shapes.Changed`` unless what stands behind the document is signatures and what belongs to them alone."""
    if not spans.are_named(content, reader, base, document):
        raise shapes.Changed
    room = looks.place(reader.get_historical_resolver(base))
    looks.review(content[:document], content, changes.Additions(reader, base), room)


def _signatures(content: bytes, reader: PdfFileReader) -> list[EmbeddedPdfSignature]:
    """All that are in the file, with the timestamps, from the first to the last."""
    filled = list(enumerate_sig_fields(reader, filled_status=True))
    if len(filled) > SIGNATURES:
        raise Wrong("many")
    for _name, value, _field in filled:
        if value.get_object().get("/SubFilter") not in {*KINDS, SigSeedSubFilter.ETSI_RFC3161.value}:
            raise Wrong("kind")
    signatures = reader.embedded_signatures
    if len(signatures) != len(filled):
        raise Wrong("kind")
    if all(_is_timestamp(signature) for signature in signatures):
        raise Wrong("unsigned")
    for signature in signatures:
        _place(content, signature)
    return signatures


def _is_timestamp(signature: EmbeddedPdfSignature) -> bool:
    """An archive's timestamp, which is nobody's signature."""
    return signature.sig_object_type == "/DocTimeStamp"


def _place(content: bytes, signature: EmbeddedPdfSignature) -> None:
    """What is not covered is the place of the signature, in which nothing else stands."""
    begin, length, resume, rest = (int(number) for number in signature.byte_range)
    gap = content[length:resume]
    if begin or resume + rest > len(content) or not re.fullmatch(rb"<[0-9A-Fa-f]*>", gap):
        raise Wrong("broken", who=holders.holder(signature.signer_cert).subject)


async def _facts_of(
    signature: EmbeddedPdfSignature, trust: SignatureTrust
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    certificate = signature.signer_cert
    holder, issuer = holders.holder(certificate), holders.short_name(certificate.issuer)

    def wrong(problem: str, **more: str) -> Wrong:
        return Wrong(problem, who=holder.subject, issuer=issuer, **more)

    status = await _validate(signature, trust, trust.context("none"))
    if not (status.intact and status.valid) or status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        raise wrong("broken")
    stamp = status.timestamp_validity
    if stamp is not None and not (stamp.intact and stamp.valid):
        raise wrong("broken")
    proven = stamp.timestamp if stamp is not None and stamp.trusted else None
    reported = proven or status.signer_reported_dt
    if reported is None or not trust.since - CLOCK <= reported <= trust.at + CLOCK:
        raise wrong("time")
    moment = _valid_at(certificate, trust.at, proven)
    if moment is None:
        bounds = {"from": certificate.not_valid_before, "to": certificate.not_valid_after}
        raise wrong("expired", **{name: instant.isoformat() for name, instant in bounds.items()})
    past = None if moment == trust.at else moment
    if past:
        status = await _validate(signature, trust, trust.context("none", past))
    path = status.validation_path
    if not status.trusted or path is None:
        raise wrong(_distrust(status))
    if FOR_MACHINES & set(certificate.extended_key_usage_value.native if certificate.extended_key_usage_value else ()):
        raise wrong("usage")
    # Each source by itself: pyHanko takes the first answer that says "good", though another says otherwise.
    lists, answers = trust.answers_in_file
    for crls, ocsps in ((lists, ()), ((), answers), (trust.crls, ()), ((), trust.ocsps)):
        if (crls or ocsps) and _is_revoked(
            await _validate(signature, trust, trust.context("soft-fail", past, crls, ocsps))
        ):
            raise wrong("revoked")
    if revocation.is_listed(path, [*lists, *trust.crls]):
        raise wrong("revoked")
    status_after_asking = await _validate(signature, trust, trust.context("require", past, trust.crls, trust.ocsps))
    ask = [*revocation.questions(path)]
    if proven and stamp is not None and stamp.validation_path is not None:
        ask += revocation.questions(stamp.validation_path)
    root = path.first
    return {
        "subject": holder.subject,
        "cpf": holder.cpf,
        "cnpj": holder.cnpj,
        "issuer": issuer,
        "root": holders.short_name(root.subject),
        "icp_brasil": holders.organization(root.subject) == ICP_BRASIL,
        "fingerprint": certificate.sha256.hex(),
        "serial": f"{certificate.serial_number:x}",
        "signature": _digest(signature),
        "signed_at": reported.isoformat(),
        "timestamped": proven is not None,
        "revocation": "good" if status_after_asking.trusted else "unknown",
    }, ask


async def _validate(
    signature: EmbeddedPdfSignature, trust: SignatureTrust, context: ValidationContext
) -> PdfSignatureStatus:
    return await async_validate_pdf_signature(
        signature, context, trust.for_stamps(), key_usage_settings=USAGES, skip_diff=True
    )


def _distrust(status: PdfSignatureStatus) -> str:
    return PROBLEM_OF_INDICATION.get(getattr(status.trust_problem_indic, "name", ""), "untrusted")


def _is_revoked(status: PdfSignatureStatus) -> bool:
    return status.revoked or getattr(status.trust_problem_indic, "name", "").startswith("REVOKED")


def _valid_at(certificate: x509.Certificate, at: datetime, proven: datetime | None) -> datetime | None:
    """When the certificate held: now, or else at the time that an authority put into the signature."""
    for moment in (at, proven):
        if moment and certificate.not_valid_before - TOLERANCE <= moment <= certificate.not_valid_after:
            return moment
    return None


def _digest(signature: EmbeddedPdfSignature) -> str:
    return hashlib.sha256(signature.signer_info["signature"].native).hexdigest()
