from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The few types everything shares. It holds no tables and no business rules."""

    name = "apps.core"
    label = "core"
