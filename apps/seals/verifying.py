"""What the ``verify_…`` commands share: whose seals they believe, how they read a file, and how they end."""

from abc import abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.seals import trust
from apps.seals.outcomes import Outcome
from apps.seals.signatures import SealFindings
from apps.seals.trust import Trust


class VerifyingCommand(BaseCommand):
    """A command that verifies: its last line begins with the outcome's name, and the outcome is its exit code."""

    requires_system_checks = []

    def add_certificate_argument(self, parser: CommandParser, certificate_purpose: str) -> None:
        """``--certificate``; ``certificate_purpose`` says what its certificates may have done, in English."""
        parser.add_argument(
            "--certificate",
            type=Path,
            action="append",
            help=f"a certificate (PEM or DER) that may have {certificate_purpose}, once or more; without it, those of "
            "this installation's settings",
        )

    def trust_in(self, certificates: Iterable[Path] | None) -> Trust:
        """Trust in the certificates of the command line, else in those of the settings. Ends the command (ERROR) when one of
        them cannot be read."""
        try:
            return trust.in_files(certificates) if certificates else trust.configured()
        except trust.CannotJudge as error:
            self.give_up(f"{error}. Nothing was judged.")

    def read(self, file: Path, *, largest: int, too_large: str) -> bytes:
        """The bytes of ``file``. Ends the command (ERROR) when there are more than ``largest``, which the words ``too_large``
        then say, or when it cannot be read."""
        try:
            if file.stat().st_size > largest:
                self.give_up(f"{file} is {too_large}.")
            return file.read_bytes()
        except OSError as error:
            self.give_up(f"{file} cannot be read: {type(error).__name__}.")

    def facts(self, lines: Iterable[tuple[str, object]]) -> None:
        for label, value in lines:
            self.stdout.write(f"{label:<12} {value}")

    def conclude(self, outcome: Outcome, sentence: str) -> None:
        """Say ``outcome``; anything but WHOLE ends the command with its exit code (``CommandError``)."""
        if outcome is Outcome.WHOLE:
            self.stdout.write(self.style.SUCCESS(f"{outcome}: {sentence}"))
            return
        raise CommandError(f"{outcome}: {sentence}", returncode=outcome.value)

    def give_up(self, sentence: str) -> NoReturn:
        """Nothing can be judged."""
        raise CommandError(f"{Outcome.ERROR}: {sentence}", returncode=Outcome.ERROR.value)


class DocumentCommand(VerifyingCommand):
    """Verifies a sealed document from its file alone.

    A subclass says what the document is called (``document``), how large one may be (``largest``, bytes), what a certificate
    of the command line may have done (``certificate_purpose``), and what is said when everything holds
    (``sentence_when_whole``) and when nobody vouches for it (``sentence_when_unvouched``, which goes on with the doubts).
    """

    document: str
    largest: int
    certificate_purpose: str
    sentence_when_whole: str
    sentence_when_unvouched: str

    @abstractmethod
    def examine(self, content: bytes, trusted: Trust) -> Any:
        """The findings (``SealFindings`` with a ``sha256``) of the file's bytes, whatever they are."""

    @abstractmethod
    def describe(self, findings: Any) -> Iterable[tuple[str, object]]:
        """The facts of a document that contradicts itself nowhere, as labels and values in English."""

    def doubts(self, findings: Any) -> list[str]:
        """What nobody vouches for."""
        return [findings.why_untrusted()]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        self.add_certificate_argument(parser, self.certificate_purpose)

    def handle(self, *args, file: Path, certificate: list[Path] | None = None, **options) -> None:
        trusted = self.trust_in(certificate)
        content = self.read(file, largest=self.largest, too_large=f"larger than any {self.document}")
        findings = self.examine(content, trusted)
        self.facts([("SHA-256", findings.sha256)])
        if findings.outcome is Outcome.BROKEN:
            self.conclude(Outcome.BROKEN, f"NOT a whole {self.document}: {'; '.join(findings.problems)}.")
        self.facts(self.describe(findings))
        if findings.outcome is Outcome.UNTRUSTED:
            self.conclude(Outcome.UNTRUSTED, f"{self.sentence_when_unvouched}, but {'; '.join(self.doubts(findings))}.")
        self.conclude(Outcome.WHOLE, self.sentence_when_whole)

    def seal_facts(self, findings: SealFindings) -> list[tuple[str, object]]:
        """Who sealed the document, with which certificate, and when."""
        return [
            ("Sealed by", findings.sealed_by),
            ("Certificate", f"SHA-256 {findings.fingerprint}"),
            ("Sealed at", findings.sealing_time()),
        ]
