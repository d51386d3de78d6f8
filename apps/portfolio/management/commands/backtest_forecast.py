from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core import clock
from apps.portfolio.forecasts import backtest, database, synthetic


class Command(BaseCommand):
    help = (
        "Replay the past: every twenty business days each open project is foretold from what was known then. Prints how "
        "often the day at 50 and at 80 % was kept, and the error beside the plan's and that of the mean. With --synthetic "
        "the past is one of so many projects that never were."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--synthetic", type=int, metavar="PROJECTS", help="make up so many projects")
        parser.add_argument("--seed", type=int, default=1, help="of what is made up")
        parser.add_argument("--shape", choices=("lognormal", "gamma"), default="lognormal", help="of what is made up")

    def handle(self, *args, **options) -> None:
        if options["synthetic"]:
            projects, today = synthetic.history(options["synthetic"], options["seed"], options["shape"])
        else:
            projects, today = database.projects(), clock.today()
        figures = backtest.figures(list(backtest.replay(projects, today)))
        if figures is None:
            raise CommandError(
                f"Of {len(projects)} projects too few have finished stages and a plan: the forecast falls back to the plan."
            )
        self.stdout.write(f"{len(projects)} projects, {figures.count} forecasts whose day at 80 % is over")
        self.stdout.write(f"kept by the day at 50 %: {figures.within_likely:6.1%}")
        self.stdout.write(f"kept by the day at 80 %: {figures.within_safe:6.1%}")
        self.stdout.write(f"mean error of the {figures.compared} that had a plan, in business days:")
        self.stdout.write(f"  forecast {figures.error:6.1f}")
        self.stdout.write(f"  plan     {figures.error_of_plan:6.1f}")
        self.stdout.write(f"  mean     {figures.error_of_mean:6.1f}")
