from django.core.management.base import BaseCommand, CommandError

from apps.vault import rotation


class Command(BaseCommand):
    help = (
        "Encrypts everything in the vault anew with the primary key of VAULT_KEYSET, and proves that nothing is left."
    )

    def handle(self, *args, **options) -> None:
        for name, count in rotation.rotate().items():
            self.stdout.write(f"{name}: {count} closed with the primary key.")
        if remaining := {name: count for name, count in rotation.left_behind().items() if count}:
            raise CommandError(f"Still closed with an older key: {remaining}. Run it again.")
        self.stdout.write("Nothing is closed with an older key: those can be dropped from VAULT_KEYSET.")
