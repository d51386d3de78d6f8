from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.rollouts import timeline
from apps.rollouts.models import Rollout


class Command(BaseCommand):
    help = "Prove the hash chain of every rollout's timeline; name the first broken link of each and exit with 1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rollout", nargs="*", type=int, help="numbers of rollouts; all of them when left out")

    def handle(self, *args, **options) -> None:
        rollouts = Rollout.objects.order_by("pk")
        if options["rollout"]:
            rollouts = rollouts.filter(pk__in=options["rollout"])
            unknown = set(options["rollout"]) - set(rollouts.values_list("pk", flat=True))
            if unknown:
                raise CommandError(f"No such rollout: {', '.join(map(str, sorted(unknown)))}")
        broken = [link for rollout in rollouts if (link := timeline.verify(rollout))]
        for link in broken:
            self.stderr.write(f"{link.rollout.code}: broken at event #{link.sequence}: {link.why}")
        if broken:
            raise CommandError(f"{len(broken)} of {rollouts.count()} timelines do not hold.")
        events = sum(rollouts.values_list("version", flat=True))
        self.stdout.write(f"{rollouts.count()} timelines hold, {events} events.")
