from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """What the people who run the installation see of it: periodic tasks, e-mails, what failed."""

    name = "apps.operations"
    label = "operations"
