"""What a deployment lacks so that terms, dossiers and chain heads can be sealed, and their seals judged."""

from collections.abc import Iterable

from django.core.checks import CheckMessage, Error, Warning

from apps.seals import certificates, trust


def there_is_a_seal(app_configs: object, **kwargs: object) -> Iterable[CheckMessage]:
    if not certificates.is_configured():
        yield Warning(
            "No certificate seals terms, dossiers and the heads of the timelines: they wait for it.",
            hint="Set TERM_SEAL_FILE to a PKCS#12 file, or TERM_SEAL_PKCS11_MODULE (docs/term.md).",
            id="seals.W001",
        )
        return
    try:
        trust.configured()
    except trust.CannotJudge as error:
        yield Error(f"The certificate of the seal: {error}", id="seals.E001")
