from django.apps import AppConfig


class BlueprintsConfig(AppConfig):
    """What a rollout starts from: platforms, lists, scripts and syllabi as versioned data."""

    name = "apps.blueprints"
    label = "blueprints"
