from django.apps import AppConfig


class LimitsConfig(AppConfig):
    """How often something may be done, counted where nothing else evicts it."""

    name = "apps.limits"
    label = "limits"
