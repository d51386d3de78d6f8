"""What is over and not closed, by client and month."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Max
from django.db.models.functions import TruncMonth

from apps.companies.models import Company
from apps.core import clock
from apps.core.process import PartyRole
from apps.hours import closing_warnings, queries
from apps.hours.ledger import closing
from apps.hours.models import ClientStatement, Line, Statement
from apps.rollouts.models import Party, Rollout


@dataclass(frozen=True)
class MonthToClose:
    """The first month of a client that is over and not closed; ``later`` are those that follow it.

    Minutes, centavos; ``warnings`` must be acknowledged.
    """

    client: Company
    month: date
    rollouts: list[Rollout]
    totals: dict[str, int]
    warnings: list[str]
    receipt: str
    later: list[date]

    @property
    def key(self) -> str:
        return f"{self.client.pk}-{self.month:%Y-%m}"


def waiting_to_close() -> list[MonthToClose]:
    """What is over and not closed, of each client the first month: the others come after it."""
    this_month = queries.month_starts(queries.month_of(clock.now()))
    zone = clock.installation_zone()
    pending = Line.objects.filter(statement=None, entry__started_at__lt=this_month).order_by()
    of_clients = Party.objects.filter(role=PartyRole.CLIENT).select_related("company")
    months: dict[tuple[Company, date], set[int]] = defaultdict(set)
    by_rollout: dict[int, set[date]] = defaultdict(set)
    for pk, month in (
        pending.annotate(month=TruncMonth("entry__started_at", tzinfo=zone))
        .values_list("entry__rollout", "month")
        .distinct()
    ):
        by_rollout[pk].add(month.date())
    for pk, month in Statement.objects.values_list("rollout", "month"):
        by_rollout[pk].add(month)
    closed = set(ClientStatement.objects.values_list("client", "month"))
    last_closed = dict(ClientStatement.objects.order_by().values_list("client").annotate(Max("month")))
    for party in of_clients.filter(rollout__in=by_rollout):
        for month in by_rollout[party.rollout_id]:
            if (party.company_id, month) not in closed and month > last_closed.get(party.company_id, date.min):
                months[party.company, month].add(party.rollout_id)
    by_client: dict[Company, list[date]] = defaultdict(list)
    for client, month in sorted(months, key=lambda row: row[1]):
        by_client[client].append(month)
    waiting = [_first(client, ahead, months[client, ahead[0]]) for client, ahead in by_client.items()]
    return sorted(waiting, key=lambda row: (row.month, row.client.trade_name))


def _first(client: Company, ahead: list[date], keys: set[int]) -> MonthToClose:
    month = ahead[0]
    rollouts = list(Rollout.objects.filter(pk__in=keys).select_related("platform").order_by("pk"))
    lines = Line.objects.filter(
        entry__rollout__in=keys,
        entry__started_at__gte=queries.month_starts(month),
        entry__started_at__lt=queries.month_starts(queries.following(month)),
    )
    open_now = set(lines.filter(statement=None).order_by().values_list("entry__rollout", flat=True).distinct())
    warnings = closing.client_warnings([rollout for rollout in rollouts if rollout.pk in open_now], month)
    sentences = [closing_warnings.describe(warning) for warning in warnings]
    return MonthToClose(
        client, month, rollouts, queries.totals(lines), sentences, closing.receipt(warnings), later=ahead[1:]
    )
