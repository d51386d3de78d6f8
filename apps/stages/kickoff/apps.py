from django.apps import AppConfig


class KickoffConfig(AppConfig):
    """The first meeting: date, participants, agenda, integration model, agreed methods and fields, minutes."""

    name = "apps.stages.kickoff"
    label = "kickoff"
