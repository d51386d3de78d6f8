from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST API: it mounts the routers of the apps below and has no rules of its own."""

    name = "apps.api"
    label = "api"

    def ready(self) -> None:
        from apps.accounts import address_changes as addresses
        from apps.api import actions

        addresses.when_changed(actions.revoke_tokens_since_change)
