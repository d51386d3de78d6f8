from datetime import datetime

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.blueprints.loading import loader
from apps.core import clock
from apps.core.background import queue
from apps.demo import sign_ins, world
from apps.portfolio import tasks as portfolio
from apps.rollouts import tasks


class Command(BaseCommand):
    help = "Fill an empty database with the demonstration; refuses to touch one that holds anything else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing, and say nothing, when there is data")
        parser.add_argument("--sign-ins", action="store_true", help="only print how to sign in")
        parser.add_argument("--today", help="the day on which the stories end, as 2026-11-23; today when left out")
        parser.add_argument("--projects", type=int, default=0, help="how many projects, where the eleven are too few")

    def handle(self, *args, **options) -> None:
        if options["sign_ins"]:
            self.stdout.write(sign_ins.table())
            return
        if options["if_empty"] and not world.is_empty():
            return
        if not settings.DEBUG and settings.SECRET_KEY != settings.DEVELOPMENT_SECRET_KEY:
            raise CommandError("Everybody in the demonstration has one public password: it is for DEBUG=1 only.")
        today = clock.now()
        if options["today"]:
            typed = datetime.fromisoformat(options["today"])
            today = typed if typed.tzinfo else typed.replace(tzinfo=clock.installation_zone())
        loader.load()
        try:
            # The broker is not up yet; what it would hear of is found a minute later.
            with queue.paused():
                world.build(today, options["projects"])
        except world.NotEmpty:
            raise CommandError("The database is not empty; the demonstration is only for an empty one.") from None
        # As the night's tasks do: whoever looks at a timeline finds it anchored, and each project foretold.
        tasks.anchor_changed_rollouts()
        portfolio.forecast_waiting_rollouts()
        portfolio.add_up_waiting_rollouts()
        self.stdout.write("demonstration data ready.")
