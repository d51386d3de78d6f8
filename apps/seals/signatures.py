"""A seal beside what it seals (CMS, detached): made with Presence's certificate, judged from the bytes alone."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from asn1crypto import algos, cms, x509
from django.conf import settings

from apps.core import clock
from apps.seals.certificates import DEMONSTRATION
from apps.seals.outcomes import Outcome
from apps.seals.trust import NOBODY, Trust

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer
    from pyhanko.sign.timestamps import TimeStamper

DIGEST = "sha256"
TIMESTAMP = "signature_time_stamp_token"
SIGNED_WITH = {"rsa": "rsa", "ec": "ecdsa"}
LARGEST = 200_000
"""Bytes of a detached seal with its certificates and timestamp; none of ours comes near."""


@dataclass
class SealFindings:
    """Whose seal it is and what is wrong with it, as sentences in English.

    ``sealed_at`` is the time of an authority that is believed (then ``timestamped``), else what the sealing clock said;
    ``unvouched_time_authority`` names an authority that gave a time and that nobody vouched for.
    """

    problems: list[str] = field(default_factory=list)
    sealed_by: str = ""
    fingerprint: str = ""
    sealed_at: datetime | None = None
    timestamped: bool = False
    unvouched_time_authority: str = ""
    trusted: bool = False

    @property
    def holds(self) -> bool:
        """It contradicts itself nowhere; whether anybody vouches for it is another question."""
        return not self.problems

    @property
    def outcome(self) -> Outcome:
        if self.problems:
            return Outcome.BROKEN
        return Outcome.WHOLE if self.trusted else Outcome.UNTRUSTED

    @property
    def is_demonstration(self) -> bool:
        return DEMONSTRATION in self.sealed_by

    def why_untrusted(self) -> str:
        """The sentence that goes with UNTRUSTED."""
        if self.is_demonstration:
            return "it bears a demonstration certificate, which vouches for nobody"
        return (
            "nobody vouched for the certificate of its seal: compare its SHA-256 with the one that Presence publishes"
        )

    def sealing_time(self) -> str:
        """When the seal was made, and by whose clock, in English."""
        if self.sealed_at is None:
            return "–"
        source = " (timestamped)" if self.timestamped else " (by the clock of whoever sealed)"
        authority = self.unvouched_time_authority
        doubt = f"; a timestamp of {authority}, for whom nobody vouched" if authority else ""
        return f"{self.sealed_at:%Y-%m-%d %H:%M:%S %Z}{source}{doubt}"


def stamper() -> "TimeStamper | None":
    """Whoever gives the time of a seal, where one is configured; it raises ``NoTimestamp``."""
    if not settings.TERM_TSA_URL:
        return None
    from apps.seals.timestamps import OutboundTimeStamper

    return OutboundTimeStamper(settings.TERM_TSA_URL)


def description_of(signer: "Signer") -> dict[str, Any]:
    """Whose seal it is, to stand under the seal: with the certificates' hashes there, none is exchanged beside it."""
    assert signer.signing_cert is not None  # noqa: S101 - a signer has one
    chain = {signer.signing_cert.sha256.hex(), *(certificate.sha256.hex() for certificate in signer.cert_registry)}
    return {"subject": signer.signing_cert.subject.human_friendly, "certificates": sorted(chain)}


def sign(content: bytes, signer: "Signer", *, with_timestamp: bool = True) -> bytes:
    """The seal of ``content`` as DER: CAdES B-B, or B-T where a timestamp authority is configured and ``with_timestamp``.

    Raises ``NoTimestamp`` when the authority gives no time.
    """
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

    signed = asyncio.run(
        signer.async_sign_general_data(
            content,
            DIGEST,
            detached=True,
            use_cades=True,
            timestamper=stamper() if with_timestamp else None,
            signed_attr_settings=PdfCMSSignedAttributes(signing_time=clock.now()),
        )
    )
    return signed.dump()


def examine(content: bytes, seal: bytes, description: dict[str, Any], trust: Trust = NOBODY) -> SealFindings:
    """Everything that can be told of ``seal`` over ``content``; whatever they are, this answers. ``description`` is what
    ``description_of`` gave when ``content`` was written."""
    findings = SealFindings()
    try:
        findings.problems += _examined(content, seal, description, trust, findings)
    except Exception as error:  # A file that somebody made breaks a reader in any way.
        findings.problems.append(f"the seal is not readable ({type(error).__name__})")
    return findings


def _examined(
    content: bytes, seal: bytes, description: dict[str, Any], trust: Trust, findings: SealFindings
) -> Iterator[str]:
    if len(seal) > LARGEST:
        yield "the seal is larger than any seal"
        return
    from pyhanko.sign.general import extract_signer_info
    from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko_certvalidator import ValidationContext

    info = cms.ContentInfo.load(seal, strict=True)
    signed = info["content"]
    certificate = own_certificate(signed)
    moment = moment_of_timestamp(extract_signer_info(signed))
    status = asyncio.run(
        async_validate_detached_cms(
            content,
            signed,
            signer_validation_context=ValidationContext(trust_roots=[certificate], allow_fetching=False),
            ts_validation_context=trust.of_time(moment),
            key_usage_settings=KeyUsageConstraints(key_usage=set()),
        )
    )
    if not (status.intact and status.valid):
        yield "the seal does not fit the content"
    yield from read_status(status, certificate, trust, findings)
    yield from form_problems(signed, certificate)
    yield from certificate_problems(signed, certificate, description)


def own_certificate(signed: cms.SignedData) -> x509.Certificate:
    """The certificate that the one signature of ``signed`` names. Raises ``ValueError``."""
    from pyhanko.sign.general import extract_signer_info

    named = extract_signer_info(signed)["sid"].chosen
    for choice in signed["certificates"]:
        certificate = choice.chosen
        if certificate.issuer == named["issuer"] and certificate.serial_number == named["serial_number"].native:
            return certificate
    raise ValueError("the certificate of the seal is not in it")


def moment_of_timestamp(info: cms.SignerInfo) -> datetime | None:
    """What the timestamp token of a signature says, whoever made it."""
    for attribute in info["unsigned_attrs"] or []:
        if attribute["type"].native == TIMESTAMP:
            return attribute["values"][0]["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    return None


def read_status(status: Any, certificate: x509.Certificate, trust: Trust, findings: SealFindings) -> Iterator[str]:
    """Put into ``findings`` who sealed, when, and what that is worth; yield what is wrong with the timestamp."""
    findings.fingerprint, findings.sealed_by = certificate.sha256.hex(), certificate.subject.human_friendly
    findings.trusted = trust.vouches_for(certificate)
    findings.sealed_at = status.signer_reported_dt
    time = status.timestamp_validity
    if time is None:
        return
    if not (time.intact and time.valid):
        yield "the timestamp does not fit the seal"
    elif time.trusted:
        findings.timestamped, findings.sealed_at = True, time.timestamp
    else:
        # Anybody can put a token of their own there: only an authority that is believed says when it was.
        findings.unvouched_time_authority = time.signing_cert.subject.human_friendly


def form_problems(signed: cms.SignedData, certificate: x509.Certificate) -> Iterator[str]:
    """What the signature itself does not cover is as it must be."""
    (info,) = signed["signer_infos"]
    digest = algos.DigestAlgorithm({"algorithm": info["digest_algorithm"]["algorithm"].native})
    kind = certificate.public_key.algorithm
    algorithm = algos.SignedDigestAlgorithm(
        {"algorithm": f"{digest['algorithm'].native}_{SIGNED_WITH.get(kind, kind)}"}
    )
    unsigned = [attribute["type"].native for attribute in info["unsigned_attrs"] or []]
    fits = (
        signed["version"].native == "v1"
        and signed["encap_content_info"]["content_type"].native == "data"
        and signed["encap_content_info"]["content"].native is None
        and [entry.dump() for entry in signed["digest_algorithms"]] == [digest.dump()]
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


def certificate_problems(
    signed: cms.SignedData, certificate: x509.Certificate, description: dict[str, Any]
) -> Iterator[str]:
    """The certificates that lie in the seal are those that the sealed content names."""
    embedded = {choice.chosen.sha256.hex() for choice in signed["certificates"]}
    if sorted(embedded) != description["certificates"] or certificate.sha256.hex() not in embedded:
        yield "the certificates are not those of the seal"
