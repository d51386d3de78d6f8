"""What a deployment lacks so that terms can be signed with certificates elsewhere."""

from collections.abc import Iterable

from django.conf import settings
from django.core.checks import CheckMessage, Info, Warning

from apps.seals import certificates


def there_are_authorities(app_configs: object, **kwargs: object) -> Iterable[CheckMessage]:
    if not settings.TERM_TRUST_ROOTS:
        yield Info(
            "No certificate authority is trusted: terms are signed in the browser only.",
            hint="Set TERM_TRUST_ROOTS to a folder with the roots of ICP-Brasil (docs/term.md).",
            id="acceptance.I001",
        )
    elif not certificates.trusted_authorities()[0]:
        yield Warning(
            f"TERM_TRUST_ROOTS names {settings.TERM_TRUST_ROOTS}, where no root certificate is.",
            hint="Put the roots there as PEM or DER files (docs/term.md).",
            id="acceptance.W002",
        )
