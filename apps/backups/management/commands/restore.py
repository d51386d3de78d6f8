from typing import Any

from django.core.management.base import CommandParser

from apps.backups import manifest, proving, restoring
from apps.backups.commands import EXIT_CODES, NOT_WHOLE, BackupCommand
from apps.backups.restoring import Restored
from apps.files import verification
from apps.seals.outcomes import Outcome, worst


class Command(BackupCommand):
    help = (
        "Bring a backup back into an empty database and an empty store of files, those of the settings; then prove files, "
        f"timelines, terms, requirements, hours and keys, and say what is missing. {EXIT_CODES}"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="a folder, or s3://bucket/prefix")
        self.add_source_arguments(parser)
        parser.add_argument(
            "--as-copy",
            action="store_true",
            help="the original lives on: what is restored is another installation (for trials, on a store of its own)",
        )
        parser.add_argument(
            "--missing-files",
            action="store_true",
            help="touch no database: bring back only the files that its rows name and the store lacks",
        )
        parser.add_argument(
            "--without-proofs", action="store_true", help="prove nothing afterwards (docs/backup.md says how)"
        )

    def handle(self, *args, source: str, **options) -> None:
        with self.failing_with_a_sentence():
            restoring.require_own_folder()
            chosen, store = self.opened(self.target(source), options)
            contents = manifest.contents_of(chosen, store)
            if options["missing_files"]:
                restored = restoring.bring_missing_files(contents, store, set(verification.missing_names()))
            else:
                restored = restoring.restore(
                    chosen, contents, store, as_copy=options["as_copy"], progress=self.progress
                )
        proofs: list[proving.Proof] = []
        if not (options["without_proofs"] or options["missing_files"]):
            self.progress("It is proved.")
            proofs = proving.prove(may_be_absent=restored.deleted_meanwhile)
        self._conclude(options, chosen, restored, proofs)

    def _conclude(
        self, options: dict[str, Any], chosen: manifest.Manifest, restored: Restored, proofs: list[proving.Proof]
    ) -> None:
        lost = {**restored.missing, **restored.damaged}
        outcome = worst([Outcome.BROKEN if lost else Outcome.WHOLE, *(proof.outcome for proof in proofs)])
        data = {
            "backup": chosen.id,
            "made_at": chosen.made_at,
            "outcome": str(outcome),
            "files": restored.files,
            "bytes": restored.bytes,
            "missing": restored.missing,
            "damaged": restored.damaged,
            "deleted_meanwhile": restored.deleted_meanwhile,
            "migrated": restored.migrated,
            "proofs": [
                {"name": proof.name, "outcome": str(proof.outcome), "answer": proof.answer, "reasons": proof.reasons}
                for proof in proofs
            ],
        }
        lines = [f"{restored.files} files of backup {chosen.id} are here."]
        lines += [f"Missing: {name} {reason}" for name, reason in sorted(lost.items())]
        lines += [f"Deleted while the backup was made, which is no loss: {name}" for name in restored.deleted_meanwhile]
        for proof in proofs:
            lines.append(f"{proof.name}: {proof.answer}")
            lines += [f"  {reason}" for reason in proof.reasons]
        self.answer(options, {**data, "lines": lines}, lines)
        self.end(outcome, NOT_WHOLE[outcome])
