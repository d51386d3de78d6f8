from django.apps import AppConfig


class RolloutsConfig(AppConfig):
    """The heart: the rollout, its four parties, the stage machine, gates and the timeline."""

    name = "apps.rollouts"
    label = "rollouts"
