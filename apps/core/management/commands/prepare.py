from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS

from apps.core import plugins
from apps.core.background import locks


class Command(BaseCommand):
    help = "Brings the database and the static files to this version: before the first start and after each update."
    requires_system_checks = []

    def handle(self, *args, verbosity: int, **options) -> None:
        self.check(databases=[DEFAULT_DB_ALIAS])  # Those that look at the database too: are the keys its own?
        with locks.in_turn("prepare"):
            for plugin in plugins.plugins():
                for name, *arguments in plugin.prepared_by:
                    call_command(name, *arguments, verbosity=verbosity, stdout=self.stdout)
