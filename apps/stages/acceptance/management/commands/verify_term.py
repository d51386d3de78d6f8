from pathlib import Path

from django.core.management.base import CommandParser

from apps.seals import trust
from apps.seals.outcomes import Outcome, VerifyingCommand
from apps.stages.acceptance.sealing import verification

LARGEST = 200 * 1024 * 1024
"""Bytes of a file that is read; a term with its files is far smaller."""


class Command(VerifyingCommand):
    help = "Tell from the file of a sealed term alone whether it is whole and whether Presence sealed it. Asks no database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--certificate",
            type=Path,
            action="append",
            help="a certificate (PEM or DER) that may have made the seal, once or more; without it, those of this "
            "installation's settings",
        )

    def handle(self, *args, file: Path, certificate: list[Path] | None = None, **options) -> None:
        try:
            trusted = trust.chosen(certificate)
            if file.stat().st_size > LARGEST:
                self.give_up(f"{file} is larger than any term.")
            content = file.read_bytes()
        except OSError as error:
            self.give_up(f"{file} cannot be read: {type(error).__name__}.")
        except trust.CannotJudge as error:
            self.give_up(f"{error}. Nothing was judged.")
        found = verification.examine(content, trusted)
        self.facts([("SHA-256", found.sha256)])
        if found.outcome is Outcome.BROKEN:
            self.conclude(Outcome.BROKEN, "NOT a whole term: " + "; ".join(found.problems) + ".")
        self._describe(found)
        if found.outcome is Outcome.UNTRUSTED:
            self.conclude(Outcome.UNTRUSTED, f"seal, record and signing log hold, but {found.why_untrusted()}.")
        self.conclude(Outcome.WHOLE, "seal, record and signing log hold, and Presence sealed it.")

    def _describe(self, found: verification.Findings) -> None:
        self.facts(
            [
                ("Term", found.term["term"]),
                ("Project", found.term["record"]["rollout"]["code"]),
                *[("Signed", _signature(entry)) for entry in found.log["entries"] if entry["what"] == "signed"],
                ("Document", found.log["document"]["sha256"]),
                ("Sealed by", found.sealed_by),
                ("Certificate", f"SHA-256 {found.fingerprint}"),
                ("Sealed at", found.when()),
            ]
        )


def _signature(entry: dict) -> str:
    held = entry.get("certificate")
    how = f", with the certificate of {held['subject']} by {held['issuer']}, in {entry['file']['name']}" if held else ""
    return f"{entry['role']}: {entry['name']}, {entry['company']}, {entry['at']}{how}"
