from django.core.management.base import BaseCommand

from apps.backups import encryption


class Command(BaseCommand):
    help = "Print a new key for backups, as age-keygen does. The second line opens them: keep it where no backup lies."
    requires_system_checks = []

    def handle(self, *args, **options) -> None:
        identity, recipient = encryption.new_key()
        self.stdout.write(f"# public key, for BACKUP_RECIPIENTS or --recipient: {recipient}\n{identity}")
