"""What a deployment lacks so that terms can be sealed."""

from collections.abc import Iterable

from django.core.checks import CheckMessage, Error, Warning

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
