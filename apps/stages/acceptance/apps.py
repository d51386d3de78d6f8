from django.apps import AppConfig
from django.core import checks


class AcceptanceConfig(AppConfig):
    """The acceptance term: drafted from the record, rendered to PDF/A, signed by each signatory, sealed, verifiable."""

    name = "apps.stages.acceptance"
    label = "acceptance"

    def ready(self) -> None:
        from apps.accounts import address_changes as addresses
        from apps.stages.acceptance.checks import there_are_authorities
        from apps.stages.acceptance.signing import new_addresses

        addresses.when_changed(new_addresses.record_change)
        checks.register(there_are_authorities, checks.Tags.security, deploy=True)
