from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.stages.acceptance import certificates
from apps.stages.golive import verification


class Command(BaseCommand):
    help = (
        "Tell from the file of a dossier alone whether it is whole: files, timeline and sealed term. Asks no database."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--certificate", type=Path, help="the certificate (PEM or DER) that must have sealed the term"
        )

    def handle(self, *args, file: Path, certificate: Path | None = None, **options) -> None:
        try:
            content = file.read_bytes()
            trusted = [certificates.read(certificate)] if certificate else []
        except (OSError, ValueError) as error:
            raise CommandError(f"Cannot be read: {error}") from error
        found = verification.examine(content, trusted)
        if trusted and found.is_whole and not (found.term and found.term.trusted):
            found.problems.append("the certificate that was asked for sealed no term in it")
        self.stdout.write(f"SHA-256      {found.sha256}")
        if not found.is_whole:
            raise CommandError("NOT a whole dossier: " + "; ".join(found.problems) + ".")
        self._describe(found)

    def _describe(self, found: verification.Findings) -> None:
        told = found.manifest
        withheld = f" ({found.withheld} of them by their hash alone)" if found.withheld else ""
        lines = [
            ("Project", f"{told['project']}, edition {told['edition']}, {told['variant']}"),
            ("Files", len(told["files"])),
            ("Timeline", f"{told['events']} events{withheld}, the last one {told['head']}"),
        ]
        if found.term:
            lines += [("Term", f"{told['term']}, SHA-256 {found.term.sha256}"), ("Sealed by", found.term.sealed_by)]
            lines.append(("Certificate", f"SHA-256 {found.term.fingerprint}"))
        for label, value in lines:
            self.stdout.write(f"{label:<12} {value}")
        self.stdout.write(self.style.SUCCESS("Whole: files, timeline and term hold."))
        self.stdout.write(
            "Compare the SHA-256 above with the one on the project's timeline, and the certificate's too."
        )
