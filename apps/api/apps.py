from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST door. It mounts the routers of the apps below and holds no rules."""

    name = "apps.api"
    label = "api"
