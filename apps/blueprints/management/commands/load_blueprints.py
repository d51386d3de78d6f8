from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.blueprints.loading import loader


class Command(BaseCommand):
    help = "Load the versioned blueprint files; safe to run again. --check reads them without touching the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only validate the files")

    def handle(self, *args, **options) -> None:
        try:
            if options["check"]:
                self.stdout.write(f"{len(list(loader.read_files()))} blueprint files are valid.")
                return
            loaded = loader.load()
        except loader.BadBlueprint as error:
            raise CommandError(str(error)) from None
        for blueprint in loaded:
            self.stdout.write(f"loaded {blueprint.kind}/{blueprint.key} v{blueprint.version}")
        self.stdout.write(f"{len(loaded)} new blueprints.")
