from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.utils import ProgrammingError

from apps.reporting import roles


class Command(BaseCommand):
    help = (
        "A role of the database that reads the views of the schema reporting and nothing else, for Power BI and the like. "
        "Prints the SQL that makes it; with --apply, runs it and prints the new role's password once. For a role that this "
        "made before, it brings what it may read up to date, as after a restored backup."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="small letters, digits and _, as in power_bi")
        parser.add_argument("--apply", action="store_true", help="run it instead of printing it")

    def handle(self, *args, name: str, **options) -> None:
        try:
            if not options["apply"]:
                exists = roles.is_made_here(name)
                for statement in roles.statements(name, exists=exists):
                    self.stdout.write(f"{statement.text};")
                if not exists:
                    self.stdout.write(f"-- Then give it a password, in psql: \\password {name}")
                return
            password = roles.apply(name)
        except roles.UnusableRole as problem:
            raise CommandError(str(problem)) from None
        except ProgrammingError as problem:
            raise CommandError(
                f"The database refuses it: {str(problem).splitlines()[0]}. Run what this command prints without --apply as "
                "an administrator of the database."
            ) from None
        if password:
            self.stdout.write(f"Password of {name}, which is shown only now: {password}")
        self.stdout.write(self.style.SUCCESS(f"{name} reads the schema reporting, and nothing else."))
