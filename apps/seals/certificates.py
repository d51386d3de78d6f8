"""Presence's certificate, with which terms, dossiers and chain heads are sealed: a PKCS#12 file, a key in hardware (PKCS#11),
or in development one that is made here and says so. And the authorities that vouch for others' signatures and for time."""

import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings

from apps.core import clock
from apps.seals.pem import certificates_in

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer

DEMONSTRATION = "Certificado de demonstração, sem valor legal"


class NoCertificate(Exception):
    """There is nothing to seal with, or it does not open. The message never repeats a passphrase."""


class NoTimestamp(Exception):
    """The configured timestamp authority gives no time. The message says why, in English."""


def signer() -> "Signer":
    """The key with its certificate that seals are made with: in hardware, in a file, or a demonstration's.

    Raises ``NoCertificate``.
    """
    if settings.TERM_SEAL_PKCS11_MODULE:
        return _from_hardware()
    if settings.TERM_SEAL_FILE:
        return _from_file(Path(settings.TERM_SEAL_FILE), settings.TERM_SEAL_PASSPHRASE)
    if settings.TERM_SEAL_DEMO:
        path = Path(settings.TERM_SEAL_DEMO)
        if not path.exists():
            make(path)
        return _from_file(path, "")
    raise NoCertificate("Set TERM_SEAL_FILE to a PKCS#12 file, or TERM_SEAL_PKCS11_MODULE (docs/term.md).")


def is_configured() -> bool:
    """The settings name a certificate; the demonstration's own does not count."""
    return bool(settings.TERM_SEAL_PKCS11_MODULE or settings.TERM_SEAL_FILE)


def can_seal() -> bool:
    """The settings name something to seal with. Whether it opens is not tried here."""
    return is_configured() or bool(settings.TERM_SEAL_DEMO)


def is_demonstration() -> bool:
    """Seals made now bear a demonstration certificate, which nobody vouches for."""
    return not is_configured()


def trusted_authorities() -> tuple[list[asn1.Certificate], list[asn1.Certificate]]:
    """The roots in the folder ``TERM_TRUST_ROOTS`` (those that signed themselves), and the other certificates there, which
    complete chains. What is no certificate (PEM or DER) is passed over; without a folder that can be read there are none."""
    roots: list[asn1.Certificate] = []
    others: list[asn1.Certificate] = []
    if not settings.TERM_TRUST_ROOTS:
        return roots, others
    try:
        paths = sorted(Path(settings.TERM_TRUST_ROOTS).iterdir())
    except OSError:
        return roots, others
    for path in paths:
        try:
            for certificate in certificates_in(path.read_bytes()):
                (roots if certificate.self_signed in ("yes", "maybe") else others).append(certificate)
        except (OSError, ValueError):
            continue
    return roots, others


def make(path: Path) -> None:
    """Write a self-signed certificate with its key (PKCS#12 without a passphrase) to ``path``, unless something is there."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Presence"),
            x509.NameAttribute(NameOID.COMMON_NAME, DEMONSTRATION),
        ]
    )
    now = clock.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(True, True, False, False, False, False, False, False, False),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    content = pkcs12.serialize_key_and_certificates(b"presence", key, certificate, None, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two processes may come here at once: the first complete file stays, and nobody reads half of one.
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(temporary)


def _from_file(path: Path, passphrase: str) -> "Signer":
    from pyhanko.sign.signers import SimpleSigner

    try:
        return SimpleSigner.load_pkcs12_data(path.read_bytes(), [], passphrase.encode() or None)
    except (OSError, ValueError) as error:
        raise NoCertificate(f"{path} does not open: {type(error).__name__}") from error


def _from_hardware() -> "Signer":
    try:
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
    except ImportError as error:
        raise NoCertificate("TERM_SEAL_PKCS11_MODULE needs the package python-pkcs11.") from error
    try:
        session = open_pkcs11_session(
            settings.TERM_SEAL_PKCS11_MODULE,
            token_criteria=TokenCriteria(label=settings.TERM_SEAL_PKCS11_TOKEN or None),
            user_pin=settings.TERM_SEAL_PASSPHRASE or None,
        )
        hardware_signer = PKCS11Signer(session, cert_label=settings.TERM_SEAL_PKCS11_LABEL)
        assert hardware_signer.signing_cert is not None  # noqa: S101 - it is read from the token here
    except Exception as error:
        raise NoCertificate(f"The token did not open: {type(error).__name__}") from error
    return hardware_signer
