from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST door. It mounts the routers of the apps below and holds no rules."""

    name = "apps.api"
    label = "api"

    def ready(self) -> None:
        from apps.accounts import address_changes as addresses
        from apps.api import actions

        addresses.when_changed(actions.revoke_what_another_hand_made)
