from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """What other programs read of the database: the views of the schema ``reporting`` (docs/reporting.md)."""

    name = "apps.reporting"
    label = "reporting"
