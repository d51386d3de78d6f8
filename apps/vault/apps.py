from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Secrets at rest."""

    name = "apps.vault"
    label = "vault"
