from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.files import identity, orphans


class Command(BaseCommand):
    help = (
        "Move the files that no row names into the store's bin, which keeps them for 30 days; a daily task does the same. "
        "Says what it did, and exits with 1 when it does not dare."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only name the files")
        parser.add_argument("--however-many", action="store_true", help="even if more files than ever look forgotten")
        parser.add_argument("--put-back", metavar="DAY", help="bring back what was moved on a day, as 2026-03-31")
        parser.add_argument("--claim", action="store_true", help="the files are this database's: mark them so")

    def handle(self, *args, **options) -> None:
        if options["claim"]:
            identity.claim()
            self.stdout.write("The files are marked as this database's.")
        elif options["put_back"]:
            try:
                day = date.fromisoformat(options["put_back"])
            except ValueError:
                raise CommandError("Write the day as 2026-03-31.") from None
            self.stdout.write(f"{orphans.put_back(day)} files are back.")
        else:
            self._sweep(dry_run=options["dry_run"], however_many=options["however_many"])

    def _sweep(self, *, dry_run: bool, however_many: bool) -> None:
        try:
            if dry_run:
                findings = orphans.look()
                for name in findings.orphans:
                    self.stdout.write(name)
                self.stdout.write(f"{len(findings.orphans)} of {findings.files} files are named by nothing.")
            else:
                self.stdout.write(f"{orphans.sweep(however_many=however_many)} files were moved to the bin.")
        except orphans.NotSwept as error:
            raise CommandError(str(error)) from None
