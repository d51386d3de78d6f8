from pathlib import Path

from asn1crypto import x509
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.stages.acceptance import certificates, verification


class Command(BaseCommand):
    help = "Tell from the file of a sealed term alone whether it is whole and whose seal it bears. Asks no database."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--certificate",
            type=Path,
            help="the certificate (PEM or DER) that must have made the seal; without it, the one of this installation's "
            "settings, or else whoever sealed is only named",
        )

    def handle(self, *args, file: Path, certificate: Path | None = None, **options) -> None:
        try:
            content = file.read_bytes()
            trusted = [certificates.read(certificate)] if certificate else _ours()
        except (OSError, ValueError) as error:
            raise CommandError(f"Cannot be read: {error}") from error
        found = verification.examine(content, trusted)
        if trusted and found.is_whole and not found.trusted:
            found.problems.append("the seal was made with another certificate than the one that was asked for")
        self.stdout.write(f"SHA-256      {found.sha256}")
        if found.is_whole:
            self._describe(found, bool(trusted))
            return
        raise CommandError("NOT a whole term: " + "; ".join(found.problems) + ".")

    def _describe(self, found: verification.Findings, asked: bool) -> None:
        record = found.term["record"]
        lines = [
            ("Term", found.term["term"]),
            ("Project", record["rollout"]["code"]),
            *[("Signed", _signature(entry)) for entry in found.log["entries"] if entry["what"] == "signed"],
            ("Document", found.log["document"]["sha256"]),
            ("Sealed by", found.sealed_by),
            ("Certificate", f"SHA-256 {found.fingerprint}"),
            ("Sealed at", f"{found.sealed_at:%Y-%m-%d %H:%M:%S %Z}{' (timestamped)' if found.timestamped else ''}"),
        ]
        for label, value in lines:
            self.stdout.write(f"{label:<12} {value}")
        self.stdout.write(self.style.SUCCESS("Whole: seal, record and signing log hold."))
        if not asked:
            self.stdout.write(
                "Nobody vouched for the certificate: compare its SHA-256 with the one that Presence publishes."
            )


def _ours() -> list[x509.Certificate]:
    """The certificate of this installation, where there is one to read."""
    if not certificates.is_configured():
        return []
    try:
        found = certificates.signer().signing_cert
    except certificates.NoCertificate:
        return []
    return [found] if found else []


def _signature(entry: dict) -> str:
    held = entry.get("certificate")
    how = f", with the certificate of {held['subject']} by {held['issuer']}, in {entry['file']['name']}" if held else ""
    return f"{entry['role']}: {entry['name']}, {entry['company']}, {entry['at']}{how}"
