from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.vault import actions, rotation


class Command(BaseCommand):
    help = "Print a new keyset for VAULT_KEYSET. Keep it apart from the database and its backups."
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--from-current", action="store_true", help="Keep the current keys and add a new primary one (rotation)."
        )

        parser.add_argument(
            "--only-primary",
            action="store_true",
            help="The current keyset without its older keys, once nothing needs them.",
        )

    def handle(self, *args, from_current: bool = False, only_primary: bool = False, **options) -> None:
        if only_primary:
            if any(rotation.left_behind().values()):
                raise CommandError("Something is still closed with an older key: run rotate_vault first.")
            self.stdout.write(rotation.only_primary(settings.VAULT_KEYSET))
            return
        self.stdout.write(rotation.with_new_primary(settings.VAULT_KEYSET) if from_current else actions.new_keyset())
