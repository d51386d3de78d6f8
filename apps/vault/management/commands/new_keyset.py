from django.core.management.base import BaseCommand

from apps.vault import actions


class Command(BaseCommand):
    help = "Print a new keyset for VAULT_KEYSET. Keep it apart from the database and its backups."
    requires_system_checks = []

    def handle(self, *args, **options) -> None:
        self.stdout.write(actions.new_keyset())
