from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Demonstration data with the shape of real life, made by the same actions that people use."""

    name = "apps.demo"
    label = "demo"
