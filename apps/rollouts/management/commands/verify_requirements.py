from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.rollouts import read_model, refreshing
from apps.rollouts.models import Rollout


class Command(BaseCommand):
    help = (
        "Ask every rule what is open in each rollout, and compare with what is kept and shown. Names each difference and "
        "exits with 1; with --mend, works out anew what differs."
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
        for rollout in rollouts.iterator():
            differences = read_model.differences(rollout)
            for difference in differences:
                self.stderr.write(f"{rollout.code}: {difference}")
            if differences:
                differing += 1
                if options["mend"]:
                    refreshing.refresh(rollout.pk)
        count = rollouts.count()
        if differing:
            mended = "and were mended" if options["mend"] else "from what their rules answer"
            raise CommandError(f"{differing} of {count} rollouts differ {mended}; the reasons stand above.")
        self.stdout.write(self.style.SUCCESS(f"{count} rollouts are as their rules answer."))
