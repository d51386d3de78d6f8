from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.vault import keys, rotation


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

        parser.add_argument("--wrap", metavar="KMS_URI", help="The current keyset, closed by this key of a KMS.")

    def handle(self, *args, from_current: bool = False, only_primary: bool = False, wrap: str = "", **options) -> None:
        if only_primary:
            if any(rotation.left_behind().values()):
                raise CommandError("Something is still closed with an older key: run rotate_vault first.")
            keyset = rotation.only_primary(keys.in_clear())
        elif from_current:
            keyset = rotation.with_new_primary(keys.in_clear())
        else:
            keyset = keys.in_clear() if wrap else keys.fresh()
        self.stdout.write(keys.closed(keyset, wrap or settings.VAULT_KMS_URI))
