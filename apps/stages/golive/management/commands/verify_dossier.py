from pathlib import Path

from django.core.management.base import CommandParser

from apps.seals import trust
from apps.seals.outcomes import Outcome, VerifyingCommand
from apps.stages.golive.dossier import archive, verification


class Command(VerifyingCommand):
    help = (
        "Tell from the file of a dossier alone whether it is whole and Presence's: files, manifest, seal, timeline, anchor "
        "and sealed term. Asks no database."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--certificate",
            type=Path,
            action="append",
            help="a certificate (PEM or DER) that may have sealed it and the term in it, once or more; without it, those of "
            "this installation's settings",
        )

    def handle(self, *args, file: Path, certificate: list[Path] | None = None, **options) -> None:
        try:
            trusted = trust.chosen(certificate)
            if file.stat().st_size > archive.LARGEST:
                self.give_up(f"{file} is larger than any dossier.")
            content = file.read_bytes()
        except OSError as error:
            self.give_up(f"{file} cannot be read: {type(error).__name__}.")
        except trust.CannotJudge as error:
            self.give_up(f"{error}. Nothing was judged.")
        found = verification.examine(content, trusted)
        self.facts([("SHA-256", found.sha256)])
        if found.outcome is Outcome.BROKEN:
            self.conclude(Outcome.BROKEN, "NOT a whole dossier: " + "; ".join(found.problems) + ".")
        self._describe(found)
        if found.outcome is Outcome.UNTRUSTED:
            self.conclude(Outcome.UNTRUSTED, f"it contradicts itself nowhere, but {'; '.join(found.doubts())}.")
        self.conclude(Outcome.WHOLE, "files, timeline, anchor and term hold, and Presence sealed them.")

    def _describe(self, found: verification.Findings) -> None:
        told = found.manifest
        withheld = f" ({found.withheld} of them by their hash alone)" if found.withheld else ""
        self.facts(
            [
                ("Project", f"{told['project']}, edition {told['edition']}, {told['variant']}"),
                ("Files", len(told["files"])),
                ("Timeline", f"{told['events']} events{withheld}, the last one {told['head']}"),
            ]
        )
        if found.anchor:
            self.facts([("Anchor", f"sheet #{told['anchor']['number']}, {found.anchor.when()}")])
        if found.fingerprint:
            self.facts(
                [
                    ("Sealed by", found.sealed_by),
                    ("Certificate", f"SHA-256 {found.fingerprint}"),
                    ("Sealed at", found.when()),
                ]
            )
        if found.term:
            self.facts(
                [
                    ("Term", f"{told['term']}, SHA-256 {found.term.sha256}"),
                    ("Term's seal", f"{found.term.sealed_by}, SHA-256 {found.term.fingerprint}"),
                ]
            )
