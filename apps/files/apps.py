from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Files at rest."""

    name = "apps.files"
    label = "files"
