from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST API: it mounts the routers of the apps below and has no rules of its own."""

    name = "apps.api"
    label = "api"
