from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.seals import certificates


class Command(BaseCommand):
    help = "Write a self-signed certificate to seal with (PKCS#12, no passphrase): for trials, it vouches for nobody."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args, file: Path, **options) -> None:
        if file.exists():
            raise CommandError(f"{file} exists.")
        certificates.make(file)
