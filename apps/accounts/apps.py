from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    """People and sign-in."""

    name = "apps.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Every app tells what it keeps of people."""
        autodiscover_modules("personal_data")
