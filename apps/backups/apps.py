from django.apps import AppConfig


class BackupsConfig(AppConfig):
    """Copies of the database and the files, and the way back from them."""

    name = "apps.backups"
    label = "backups"
