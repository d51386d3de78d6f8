from django.core.management.base import BaseCommand, CommandError

from apps.vault import key_check, rotation


class Command(BaseCommand):
    help = (
        "Open everything that the vault closed, with the keys of VAULT_KEYSET, and show nothing of it. Names each row that "
        "does not open and exits with 1."
    )
    requires_system_checks = []

    def handle(self, *args, **options) -> None:
        if reason := key_check.problem():
            raise CommandError(f"{reason} {key_check.HINT}")
        total = sum(len(place.rows()) for place in rotation.CIPHERTEXTS)
        count = 0
        for name, keys in rotation.unopened().items():
            for key in keys:
                self.stderr.write(f"{name}: {key} does not open")
                count += 1
        if count:
            raise CommandError(f"{count} of {total} ciphertexts do not open: closed with another key, or changed.")
        self.stdout.write(self.style.SUCCESS(f"{total} ciphertexts open with VAULT_KEYSET."))
