"""What the commands of backups share: how a backup is opened, and how they end."""

import json
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from apps.backups import encryption, manifest, targets
from apps.backups.errors import BackupError, Damaged, Unvouched
from apps.backups.manifest import Manifest
from apps.backups.objects import ObjectStore
from apps.backups.targets import Target
from apps.seals.outcomes import Outcome
from apps.seals.verifying import VerifyingCommand

EXIT_CODES = (
    "Exits with 0 when all is well, 1 when nothing was done, 3 when nobody vouches for a seal, 4 when it was done but "
    "something is missing or does not hold."
)

NOT_WHOLE = {
    Outcome.WHOLE: "",
    Outcome.UNTRUSTED: "everything came back and nothing contradicts itself, but nobody vouches for all of it, as above.",
    Outcome.ERROR: "it could not be restored.",
    Outcome.BROKEN: "not everything came back, or not everything holds, as said above.",
}


def count(text: str) -> int:
    """A number that is not negative, for the parser."""
    if not text.isascii() or not text.isdigit():
        raise ArgumentTypeError(f"{text!r} is no number")
    return int(text)


class BackupCommand(VerifyingCommand):
    """Progress goes to standard error; the answer, as text or with ``--json`` as one object, to standard output."""

    def add_source_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--backup", default="", metavar="ID", help="the backup; without it, the newest")
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the key that opens an encrypted backup")
        self.add_certificate_argument(parser, "signed the backup")
        parser.add_argument("--unvouched", action="store_true", help="even if nobody vouches for who signed it")
        parser.add_argument("--json", action="store_true", help="answer with one JSON object")

    def progress(self, text: str) -> None:
        self.stderr.write(text, style_func=lambda line: line)

    def answer(self, options: dict[str, Any], data: dict[str, Any], lines: list[str]) -> None:
        self.stdout.write(json.dumps(data, ensure_ascii=False, indent=1) if options["json"] else "\n".join(lines))

    def end(self, outcome: Outcome, sentence: str) -> None:
        """Leave with the exit code of ``outcome``; what is not whole says ``sentence``, on standard error."""
        if outcome is not Outcome.WHOLE:
            raise CommandError(f"{outcome}: {sentence}", returncode=outcome.value)

    @contextmanager
    def failing_with_a_sentence(self) -> Iterator[None]:
        try:
            yield
        except Unvouched as error:
            raise CommandError(f"{Outcome.UNTRUSTED}: {error}", returncode=Outcome.UNTRUSTED.value) from None
        except Damaged as error:
            raise CommandError(f"{Outcome.BROKEN}: {error}", returncode=Outcome.BROKEN.value) from None
        except BackupError as error:
            self.give_up(str(error))
        except DatabaseError as error:
            self.give_up(f"The database refused: {str(error).strip()}")
        except OSError as error:
            self.give_up(f"Reading or writing failed: {error}")

    def opened(self, target: Target, options: dict[str, Any]) -> tuple[Manifest, ObjectStore]:
        """The chosen backup, once somebody vouches for it, and the objects, which the key of the command line opens."""
        chosen = manifest.chosen(target, options["backup"])
        sealed_by = chosen.require_vouched(self.trust_in(options["certificate"]), even_unvouched=options["unvouched"])
        self.progress(f"Backup {chosen.id} of {chosen.made_at}, version {chosen.product}, signed by {sealed_by}.")
        identities = encryption.identities_in(options["identity"]) if options["identity"] else []
        return chosen, ObjectStore(target, identities=identities)

    def target(self, address: str) -> Target:
        return targets.at(address)
