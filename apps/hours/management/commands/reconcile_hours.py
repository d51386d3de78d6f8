from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.hours.models import ClientStatement, Line
from apps.hours.statements import reconciliation
from apps.rollouts.models import Rollout


def _differences(rollout: Rollout, month: date | None) -> list[str]:
    """One that cannot be computed is a difference, and hides no other."""
    try:
        return list(reconciliation.differences(rollout, month))
    except Exception as error:
        return [f"{rollout.code}: cannot be computed ({type(error).__name__})"]


def _client_differences(statement: ClientStatement) -> list[str]:
    try:
        return list(reconciliation.client_differences(statement))
    except Exception as error:
        return [f"{statement.code}: cannot be computed ({type(error).__name__})"]


class Command(BaseCommand):
    help = (
        "Compute every line, sum, statement and amount anew from the entries and the policies, and compare with what is "
        "stored, to the minute and the centavo. Names each difference and exits with 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", help="only the work of this month, as 2026-03")
        parser.add_argument("--rollout", type=int, help="only this rollout, by its number")

    def handle(self, *args, **options) -> None:
        month = None
        if options["month"]:
            try:
                month = date.fromisoformat(f"{options['month']}-01")
            except ValueError:
                raise CommandError("Write the month as 2026-03.") from None
        rollouts = Rollout.objects.order_by("pk")
        clients = ClientStatement.objects.select_related("client")
        if month:
            clients = clients.filter(month=month)
        if options["rollout"]:
            rollouts = rollouts.filter(pk=options["rollout"])
            if not rollouts.exists():
                raise CommandError(f"No such rollout: {options['rollout']}")
            clients = clients.filter(client__parties__rollout__in=rollouts, client__parties__role="client").distinct()
        differences = [text for rollout in rollouts.iterator() for text in _differences(rollout, month)]
        differences += [text for statement in clients for text in _client_differences(statement)]
        differences += reconciliation.numbering()
        for text in differences:
            self.stderr.write(text)
        if differences:
            raise CommandError(f"{len(differences)} differences.")
        lines = Line.objects.filter(entry__rollout__in=rollouts).count()
        self.stdout.write(
            f"{rollouts.count()} rollouts reconcile ({lines} lines), {clients.count()} clients' statements."
        )
