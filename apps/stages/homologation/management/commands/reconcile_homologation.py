from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.rollouts import timeline
from apps.stages.homologation.execution import standing
from apps.stages.homologation.models import Script


class Command(BaseCommand):
    help = (
        "Work out anew how each case stands, from its results and rounds, and compare with what is kept. Names each "
        "difference and exits with 1; with --mend, keeps what the results say and exits with 0."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="keep what the results say")

    def handle(self, *args, **options) -> None:
        scripts = Script.objects.select_related("rollout").order_by("rollout")
        differing = 0
        for script in scripts.iterator():
            differences = standing.differences(script)
            for difference in differences:
                self.stderr.write(f"{script.rollout.code}: {difference}")
            differing += bool(differences)
            if differences and options["mend"]:
                with timeline.changing(script.rollout, even_closed=True):
                    standing.write(script.cases.select_related("script"))
        count = scripts.count()
        if differing and not options["mend"]:
            raise CommandError(f"{differing} of {count} scripts differ from their results, as said above.")
        mended = f", {differing} of them mended" if differing else ""
        self.stdout.write(self.style.SUCCESS(f"{count} scripts stand as their results say{mended}."))
