from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.files import orphans, rows, verification


class Command(BaseCommand):
    help = (
        "Look at each file that a row names: whether it is in the store, with the size and the hash that the row says. Names "
        "each that is not and exits with 1; with --mend, takes back first what lies in the bin."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sizes", action="store_true", help="compare sizes alone, which reads no file")
        parser.add_argument("--mend", action="store_true", help="take missing files back from the bin")
        parser.add_argument(
            "--may-be-absent",
            action="append",
            default=[],
            metavar="NAME",
            help="say nothing of this file if it is not there, once or more",
        )

    def handle(self, *args, **options) -> None:
        if options["mend"]:
            names = orphans.take_back(verification.missing_names())
            self.stdout.write(f"{len(names)} files were taken back from the bin.")
        count = 0
        problems = verification.problems(
            with_hashes=not options["sizes"], may_be_absent=frozenset(options["may_be_absent"])
        )
        for name, reason in problems:
            self.stderr.write(f"{name} {reason}")
            count += 1
        total = len(rows.file_names())
        if count:
            raise CommandError(f"{count} of {total} files are not as their rows say, as said above.")
        self.stdout.write(self.style.SUCCESS(f"{total} files are as their rows say."))
