from django.apps import AppConfig
from django.core import checks


class AcceptanceConfig(AppConfig):
    """The acceptance term: drafted from the record, rendered to PDF/A, signed by each signatory, sealed, verifiable."""

    name = "apps.stages.acceptance"
    label = "acceptance"

    def ready(self) -> None:
        from apps.accounts import addresses
        from apps.stages.acceptance import new_addresses
        from apps.stages.acceptance.checks import there_are_authorities

        addresses.when_changed(new_addresses.follow)
        checks.register(there_are_authorities, checks.Tags.security, deploy=True)
