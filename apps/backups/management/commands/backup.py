from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management.base import CommandParser
from django.db import DatabaseError

from apps.backups import latest, making, manifest, rehearsal, retention
from apps.backups.commands import EXIT_CODES, NOT_WHOLE, BackupCommand, count
from apps.backups.errors import BackupError
from apps.backups.retention import Removed, Retention
from apps.backups.targets import Folder, Target
from apps.core import clock
from apps.seals.outcomes import Outcome

NOT_ALL_WELL = {
    Outcome.WHOLE: "",
    Outcome.UNTRUSTED: "the backup is made, but it is not signed: the seal of the settings does not open.",
    Outcome.BROKEN: "the backup is made, and the files that are named above are not in it as they should be.",
}


class Command(BackupCommand):
    help = (
        "Back up the database and every file into a folder or s3://bucket/prefix: what is there already is not copied again. "
        f"Settings and keys are never part of it. {EXIT_CODES}"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", help="a folder, or s3://bucket/prefix")
        parser.add_argument(
            "--recipient",
            action="append",
            metavar="KEY",
            help="encrypt to this public key (age1…, or an SSH key), once or more; without it, to those of BACKUP_RECIPIENTS",
        )
        for name, period in (("daily", "days"), ("weekly", "weeks"), ("monthly", "months")):
            parser.add_argument(
                f"--keep-{name}",
                type=count,
                default=0,
                metavar="N",
                help=f"afterwards delete backups, except the newest of each of the last N {period}",
            )
        parser.add_argument("--list", action="store_true", help="only list the backups that are there")
        parser.add_argument(
            "--within",
            type=count,
            metavar="HOURS",
            help="with --list, exit with 4 unless the newest was made within so many hours: for a watchman",
        )
        parser.add_argument(
            "--verify",
            action="store_true",
            help="make none, but restore one into a scratch database and a scratch folder, prove it, and remove both",
        )
        self.add_source_arguments(parser)

    def handle(self, *args, target: str, **options) -> None:
        with self.failing_with_a_sentence():
            place = self.target(target)
            if options["list"]:
                self._list(place, options)
            elif options["verify"]:
                self._verify(target, place, options)
            else:
                self._make(place, options)

    def _make(self, target: Target, options: dict[str, Any]) -> None:
        _require_another_place(target)
        recipients = options["recipient"] or settings.BACKUP_RECIPIENTS
        keep = Retention(options["keep_daily"], options["keep_weekly"], options["keep_monthly"])
        with making.alone():
            report = making.make(target, recipients=recipients, progress=self.progress)
            self._note(report, target)
            is_broken = report.outcome is Outcome.BROKEN
            removed = retention.apply(target, keep) if keep and not is_broken else Removed()
        if not report.is_signed:
            self.progress(f"Nobody vouches for this backup, since it could not be signed. {report.unsigned_because}")
        lines = [
            f"Backup {report.id}: {report.files} files, {report.copied} of them new ({report.copied_bytes} bytes), "
            f"and {report.dump_bytes} bytes of database{', encrypted' if report.is_encrypted else ''}."
        ]
        lines += [f"Missing: {name} {reason}" for name, reason in sorted(report.missing.items())]
        lines += [f"Differing: {name}: {reason}" for name, reason in sorted(report.differing.items())]
        lines += [f"Deleted meanwhile: {name}" for name in report.deleted_meanwhile]
        if keep and is_broken:
            lines.append("No backup was deleted, since this one lacks files that those before it may have.")
        if removed.backups:
            lines.append(
                f"{len(removed.backups)} backups are gone, and {removed.objects} objects ({removed.bytes} bytes)."
            )
        self.answer(options, {"outcome": str(report.outcome), **asdict(report), "removed": asdict(removed)}, lines)
        self.end(report.outcome, NOT_ALL_WELL[report.outcome])

    def _note(self, report: making.BackupReport, target: Target) -> None:
        try:
            latest.note(report, target)
        except DatabaseError as error:  # Of a replica, say: the backup is there all the same.
            self.progress(f"The page on the state of the system will not know of this backup: {str(error).strip()}")

    def _list(self, target: Target, options: dict[str, Any]) -> None:
        manifests = [manifest.read(target, name) for name in manifest.ids(target)]
        data = [
            {
                "backup": row.id,
                "made_at": row.made_at,
                "product": row.product,
                "bytes": sum(row.objects.values()),
                "lacking": row.lacking,
            }
            for row in manifests
        ]
        lines = [
            f"{row.id}  {row.made_at}  version {row.product}  {sum(row.objects.values())} bytes"
            f"{'  encrypted' if row.recipients else ''}{f'  lacks {row.lacking} files' if row.lacking else ''}"
            for row in manifests
        ]
        self.answer(options, {"backups": data}, lines or ["There is no backup here."])
        hours = options["within"]
        if hours is not None and not any(clock.now() - row.moment <= timedelta(hours=hours) for row in manifests):
            self.end(Outcome.BROKEN, f"no backup was made within {hours} hours.")

    def _verify(self, address: str, target: Target, options: dict[str, Any]) -> None:
        chosen, _store = self.opened(target, options)
        damaged = rehearsal.damaged_objects(target, chosen)
        if damaged:
            with making.alone():
                rehearsal.move_aside(target, list(damaged))
        answer: dict[str, Any] = {"backup": chosen.id, "damaged_objects": damaged}
        lines = [f"Object {name} {reason}." for name, reason in damaged.items()]
        code = 0
        if chosen.recipients and not options["identity"]:
            lines.append(
                "What is stored fits its names. Without --identity it cannot be opened, so it was not restored."
            )
        else:
            arguments = ["--backup", chosen.id, "--unvouched"]
            arguments += ["--identity", str(options["identity"].absolute())] if options["identity"] else []
            code, answer["restored"] = rehearsal.rehearse(_absolute(address), arguments)
            lines += answer["restored"].pop("lines")
        outcome = Outcome.BROKEN if damaged else Outcome(code)
        answer["outcome"] = str(outcome)
        self.answer(options, answer, lines)
        self.end(outcome, NOT_WHOLE[outcome])


def _absolute(address: str) -> str:
    return address if address.startswith("s3://") else str(Path(address).absolute())


def _require_another_place(target: Target) -> None:
    """A backup within the store that it copies is lost with it."""
    if not (isinstance(target, Folder) and isinstance(default_storage, FileSystemStorage)):
        return
    if target.path.resolve().is_relative_to(Path(default_storage.location).resolve()):
        raise BackupError("The target lies in the folder of the files: give a place that is not lost with it.")
