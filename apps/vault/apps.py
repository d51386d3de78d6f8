from django.apps import AppConfig
from django.core import checks


class VaultConfig(AppConfig):
    """Secrets at rest."""

    name = "apps.vault"
    label = "vault"

    def ready(self) -> None:
        from apps.vault.key_check import at_start

        checks.register(at_start, checks.Tags.database)
