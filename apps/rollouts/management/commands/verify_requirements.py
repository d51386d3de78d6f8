from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.rollouts import refreshing
from apps.rollouts.models import Rollout


class Command(BaseCommand):
    help = (
        "Ask every rule what is open in each rollout, and compare with what is kept and shown. Names each difference and "
        "exits with 1; with --mend, works out anew what differs and exits with 0."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rollout", nargs="*", type=int, help="numbers of rollouts; all of them when left out")
        parser.add_argument("--mend", action="store_true", help="work out anew what differs")

    def handle(self, *args, **options) -> None:
        rollouts = Rollout.objects.order_by("pk")
        if options["rollout"]:
            rollouts = rollouts.filter(pk__in=options["rollout"])
            unknown = set(options["rollout"]) - set(rollouts.values_list("pk", flat=True))
            if unknown:
                raise CommandError(f"No such rollout: {', '.join(map(str, sorted(unknown)))}.")
        differing = 0
        for pk in rollouts.values_list("pk", flat=True):
            code, differences = refreshing.compared(pk, mend=options["mend"])
            for difference in differences:
                self.stderr.write(f"{code}: {difference}")
            differing += bool(differences)
        count = rollouts.count()
        if differing and not options["mend"]:
            raise CommandError(f"{differing} of {count} rollouts differ from what their rules answer, as said above.")
        mended = f", {differing} of them mended" if differing else ""
        self.stdout.write(self.style.SUCCESS(f"{count} rollouts are as their rules answer{mended}."))
