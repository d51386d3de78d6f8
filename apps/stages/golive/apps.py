from django.apps import AppConfig


class GoLiveConfig(AppConfig):
    """The go-live checklist and the release to unassisted operation."""

    name = "apps.stages.golive"
    label = "golive"
