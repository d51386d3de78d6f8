"""Certificates as files hold them. Nothing of Django is used here: limited processes read certificates as well."""

from asn1crypto import pem, x509


def certificates_in(content: bytes) -> list[x509.Certificate]:
    """Those in a PEM or DER file. Raises ``ValueError``."""
    if not pem.detect(content):
        return [x509.Certificate.load(content, strict=True)]
    parts = pem.unarmor(content, multiple=True)
    return [x509.Certificate.load(der, strict=True) for kind, _headers, der in parts if kind == "CERTIFICATE"]
