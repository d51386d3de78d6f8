from django.apps import AppConfig


class AcceptanceConfig(AppConfig):
    """The acceptance term: drafted from the record, rendered to PDF/A, signed by each signatory."""

    name = "apps.stages.acceptance"
    label = "acceptance"
