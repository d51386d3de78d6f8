from django.apps import AppConfig


class DevelopmentConfig(AppConfig):
    """The integrator's work: due date, progress, delivery."""

    name = "apps.stages.development"
    label = "development"
