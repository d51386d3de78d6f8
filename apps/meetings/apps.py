from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """The meetings of a rollout, of every kind, and who was there."""

    name = "apps.meetings"
    label = "meetings"
