from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Who is told by e-mail of what happened, and reminded of what is due. It reads the timeline; nobody calls it."""

    name = "apps.notices"
    label = "notices"
