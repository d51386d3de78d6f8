"""Whose seals are believed: whoever verifies says so, or this installation's settings do; never the file that is judged."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from asn1crypto import x509
from django.conf import settings

from apps.seals import certificates
from apps.seals.pem import certificates_in

if TYPE_CHECKING:
    from pyhanko_certvalidator import ValidationContext


class CannotJudge(Exception):
    """The certificates to believe cannot be read. The message never repeats a passphrase."""


@dataclass(frozen=True)
class Trust:
    """Whose seals and whose timestamps are believed.

    A seal is Presence's when exactly one of ``certificates`` made it; a chain to an authority is not enough, since that
    authority vouches for others too. ``roots`` are the authorities whose timestamps are believed, ``others`` the certificates
    between them and a timestamp.
    """

    certificates: tuple[x509.Certificate, ...] = ()
    roots: tuple[x509.Certificate, ...] = ()
    others: tuple[x509.Certificate, ...] = ()

    def vouches_for(self, certificate: x509.Certificate) -> bool:
        return certificate.sha256 in {trusted.sha256 for trusted in self.certificates}

    def of_time(self, moment: datetime | None) -> "ValidationContext":
        """The context in which a timestamp of ``moment`` is judged; nothing is fetched."""
        from pyhanko_certvalidator import ValidationContext

        roots = [*self.roots, *self.certificates]
        return ValidationContext(trust_roots=roots, other_certs=list(self.others), allow_fetching=False, moment=moment)

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """The SHA-256 of every certificate: two trusts with the same fingerprints judge alike."""
        return tuple(certificate.sha256.hex() for certificate in (*self.certificates, *self.roots, *self.others))


NOBODY = Trust()


def in_files(files: Iterable[Path]) -> Trust:
    """Trust in the certificates in ``files`` (PEM or DER) alone. Raises ``CannotJudge``."""
    return Trust(tuple(_read(files)), *_authorities())


def configured() -> Trust:
    """Trust in the configured seal's certificate and in those of the folder ``TERM_SEAL_CERTIFICATES``.

    The demonstration's certificate is never among them: nobody vouches for it. Raises ``CannotJudge`` when a seal or a folder
    is configured and cannot be read.
    """
    own_certificates = [_own_certificate()] if certificates.is_configured() else []
    return Trust((*own_certificates, *_earlier_certificates()), *_authorities())


def _own_certificate() -> x509.Certificate:
    path = settings.TERM_SEAL_FILE
    try:
        changed = Path(path).stat().st_mtime_ns if path and not settings.TERM_SEAL_PKCS11_MODULE else 0
    except OSError as error:
        raise CannotJudge(f"{path} cannot be read: {type(error).__name__}") from error
    return _certificate_of_seal(
        settings.TERM_SEAL_PKCS11_MODULE,
        settings.TERM_SEAL_PKCS11_TOKEN,
        settings.TERM_SEAL_PKCS11_LABEL,
        path,
        changed,
        settings.TERM_SEAL_PASSPHRASE,
    )


@lru_cache(maxsize=4)
def _certificate_of_seal(*configuration: object) -> x509.Certificate:
    """The certificate of the seal, opened once for each configuration: a token takes its time."""
    try:
        certificate = certificates.signer().signing_cert
    except certificates.NoCertificate as error:
        raise CannotJudge(str(error)) from error
    if certificate is None:
        raise CannotJudge("The configured seal has no certificate.")
    return certificate


def _earlier_certificates() -> Iterator[x509.Certificate]:
    if not settings.TERM_SEAL_CERTIFICATES:
        return
    folder = Path(settings.TERM_SEAL_CERTIFICATES)
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise CannotJudge(f"TERM_SEAL_CERTIFICATES: {folder} cannot be read: {type(error).__name__}") from error
    yield from _read(files)


def _read(files: Iterable[Path]) -> Iterator[x509.Certificate]:
    for path in files:
        try:
            certificates_of_file = certificates_in(path.read_bytes())
            fingerprints = [certificate.sha256 for certificate in certificates_of_file]
        except (OSError, ValueError, TypeError) as error:
            raise CannotJudge(f"{path} cannot be read as a certificate: {type(error).__name__}") from error
        if not fingerprints:
            raise CannotJudge(f"{path} holds no certificate.")
        yield from certificates_of_file


def _authorities() -> tuple[tuple[x509.Certificate, ...], tuple[x509.Certificate, ...]]:
    roots, others = certificates.trusted_authorities()
    return tuple(roots), tuple(others)
