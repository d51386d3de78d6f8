"""Until when Presence's certificate seals."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from apps.core.measures import Measure, Values
from apps.seals import certificates


def _seal_expiry() -> Values:
    """No number where nothing is configured, or it does not open: ``manage.py doctor`` says why."""
    if not certificates.is_configured():
        return {}
    path = Path(settings.TERM_SEAL_FILE)
    try:
        return {(): _expiry(settings.TERM_SEAL_FILE, path.stat().st_mtime if settings.TERM_SEAL_FILE else 0)}
    except certificates.NoCertificate:
        return {}


@lru_cache(maxsize=2)
def _expiry(file: str, changed_at: float) -> float:
    """Seconds since 1970. A token is opened once a process, a file once more when it is another; what does not open is tried
    again the next time, since nothing is remembered of an error. Raises ``NoCertificate``."""
    certificate = certificates.signer().signing_cert
    if certificate is None:
        raise certificates.NoCertificate("The seal of the settings holds no certificate.")
    return certificate.not_valid_after.timestamp()


MEASURES = [
    Measure("seal_expires_seconds", "When the certificate of the seal ends, in seconds since 1970.", _seal_expiry)
]
