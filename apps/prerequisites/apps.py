from django.apps import AppConfig


class PrerequisitesConfig(AppConfig):
    """What each party must bring before a stage can begin."""

    name = "apps.prerequisites"
    label = "prerequisites"
