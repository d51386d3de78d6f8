import time
from collections.abc import Sequence

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, OperationalError

from apps.core import plugins
from apps.core.background import locks
from apps.core.database import conflicts, timeouts

LOCK_SECONDS = 5
"""It waits no longer for a lock: pages wait behind it meanwhile."""
ATTEMPTS = 5
PAUSE = 5
"""Seconds between two attempts of a step, in which those who waited go on."""


class Command(BaseCommand):
    help = "Brings the database and the static files to this version: before the first start and after each update."
    requires_system_checks = []

    def handle(self, *args, verbosity: int, **options) -> None:
        self.check(databases=[DEFAULT_DB_ALIAS])  # Those that look at the database too: are the keys its own?
        with locks.in_turn("prepare"), timeouts.waiting_at_most(LOCK_SECONDS):
            for plugin in plugins.plugins():
                for command in plugin.prepared_by:
                    self._run(command, verbosity)

    def _run(self, command: Sequence[str], verbosity: int) -> None:
        """Run ``command``, which may be run again, until it gets the locks that it needs."""
        name, *arguments = command
        for attempt in range(1, ATTEMPTS + 1):
            try:
                call_command(name, *arguments, verbosity=verbosity, stdout=self.stdout)
            except OperationalError as error:
                if not conflicts.waited_too_long(error):
                    raise
                if attempt == ATTEMPTS:
                    raise CommandError(
                        f"{name}: others hold what it needs for longer than {LOCK_SECONDS} s. End their sessions, or run it "
                        "again at a quieter time: docs/upgrading.md."
                    ) from error
                self.stderr.write(f"{name}: somebody holds what it needs; it is tried again in {PAUSE} s.")
                time.sleep(PAUSE)
            else:
                return
