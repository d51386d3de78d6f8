from django.apps import AppConfig
from django.core import checks


class SealsConfig(AppConfig):
    """Presence's seal: the certificate that signs terms, dossiers and chain heads, and whose seals are believed."""

    name = "apps.seals"
    label = "seals"

    def ready(self) -> None:
        from apps.seals.checks import there_is_a_seal

        checks.register(there_is_a_seal, checks.Tags.security, deploy=True)
