from django.apps import AppConfig
from django.core import checks


class AcceptanceConfig(AppConfig):
    """The acceptance term: drafted from the record, rendered to PDF/A, signed by each signatory, sealed, verifiable."""

    name = "apps.stages.acceptance"
    label = "acceptance"

    def ready(self) -> None:
        from apps.stages.acceptance.checks import there_are_authorities

        checks.register(there_are_authorities, checks.Tags.security, deploy=True)
