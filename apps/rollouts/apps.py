from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RolloutsConfig(AppConfig):
    """The heart: the rollout, its four parties, the stage machine, gates and the timeline."""

    name = "apps.rollouts"
    label = "rollouts"

    def ready(self) -> None:
        """Find every app's ``requirements.py``, where it says what gates ask, what a rollout starts with and its room."""
        autodiscover_modules("requirements")
