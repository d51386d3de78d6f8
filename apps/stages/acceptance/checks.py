"""What a deployment lacks so that terms can be sealed, or signed with certificates elsewhere."""

from collections.abc import Iterable

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning

from apps.stages.acceptance import certificates


def there_is_a_seal(app_configs: object, **kwargs: object) -> Iterable[CheckMessage]:
    if not certificates.is_configured():
        yield Warning(
            "No certificate seals the acceptance terms: signed ones wait for it.",
            hint="Set TERM_SEAL_FILE to a PKCS#12 file, or TERM_SEAL_PKCS11_MODULE (docs/term.md).",
            id="acceptance.W001",
        )
        return
    try:
        certificates.signer()
    except certificates.NoCertificate as error:
        yield Error(f"The certificate of the acceptance terms: {error}", id="acceptance.E001")


def there_are_authorities(app_configs: object, **kwargs: object) -> Iterable[CheckMessage]:
    if not settings.TERM_TRUST_ROOTS:
        yield Info(
            "No certificate authority is trusted: terms are signed in the browser only.",
            hint="Set TERM_TRUST_ROOTS to a folder with the roots of ICP-Brasil (docs/term.md).",
            id="acceptance.I001",
        )
    elif not certificates.trusted()[0]:
        yield Warning(
            f"TERM_TRUST_ROOTS names {settings.TERM_TRUST_ROOTS}, where no root certificate is.",
            hint="Put the roots there as PEM or DER files (docs/term.md).",
            id="acceptance.W002",
        )
