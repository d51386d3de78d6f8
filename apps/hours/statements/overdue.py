"""What is over and not closed, by client and month."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import DateField, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncMonth
from django.db.models.lookups import GreaterThan

from apps.companies.models import Company
from apps.core import clock
from apps.core.database.unaccented import by_name
from apps.core.process import PartyRole
from apps.hours import closing_warnings, queries
from apps.hours.agreement.records import records_of_many
from apps.hours.ledger import closing
from apps.hours.models import ClientStatement, HourSum
from apps.rollouts.models import FormerParty, Party, Rollout


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
    return described(clients_to_close())


def clients_to_close() -> QuerySet[Company]:
    """The clients that have a month with hours which is over and not closed, the longest waiting first; each with such
    ``months``."""
    of_client = Q(client=OuterRef("pk")) | Q(client__merged_into=OuterRef("pk"))
    last_closed = Subquery(ClientStatement.objects.filter(of_client).order_by("-month").values("month")[:1])
    month = "parties__rollout__hour_sums__month"
    # A month that was over when another company took the client's place is that one's.
    changed_in = TruncMonth("until", output_field=DateField(), tzinfo=clock.installation_zone())
    later = FormerParty.objects.filter(rollout=OuterRef("parties__rollout"), role=PartyRole.CLIENT).filter(
        GreaterThan(changed_in, OuterRef(month))
    )
    return (
        Company.objects.alias(last_closed=Coalesce(last_closed, date.min))
        .filter(
            **{f"{month}__lt": queries.month_of(clock.now()), f"{month}__gt": F("last_closed")},
            parties__role=PartyRole.CLIENT,
        )
        .alias(is_anothers=Exists(later))
        .filter(is_anothers=False)
        .annotate(first_month=Min(month), months=ArrayAgg(month, distinct=True))
        .order_by("first_month", *by_name("trade_name"), "pk")
    )


def described(clients: Iterable[Company]) -> list[MonthToClose]:
    """The first month of each of ``clients``, which come from ``clients_to_close``; in a fixed number of queries."""
    clients = list(clients)
    first_months = {client.pk: min(client.months) for client in clients}  # type: ignore[attr-defined]
    in_these_months = HourSum.objects.filter(rollout=OuterRef("rollout"), month__in={*first_months.values()})
    parties = list(
        Party.objects.filter(Exists(in_these_months), role=PartyRole.CLIENT, company__in=first_months)
        .select_related("rollout")
        .order_by("rollout")
    )
    taken_over = dict(
        FormerParty.objects.filter(rollout__in=[party.rollout_id for party in parties], role=PartyRole.CLIENT)
        .order_by("until")
        .values_list("rollout", "until")
    )
    parties = [
        party
        for party in parties
        if party.rollout_id not in taken_over
        or queries.month_of(taken_over[party.rollout_id]) <= first_months[party.company_id]
    ]
    records = records_of_many(party.rollout for party in parties)
    rollouts: dict[int, list[Rollout]] = defaultdict(list)
    sums: dict[int, list[HourSum]] = defaultdict(list)
    open_rollouts: dict[int, list[Rollout]] = defaultdict(list)
    for party in parties:
        rollout, key = party.rollout, party.company_id
        month_sums = [row for row in records[rollout.pk].sums if row.month == first_months[key]]
        sums[key] += month_sums
        if month_sums:
            rollouts[key].append(rollout)
        if any(not row.closed for row in month_sums):
            open_rollouts[key].append(rollout)
    months = []
    for client in clients:
        month = first_months[client.pk]
        warnings = closing.client_warnings_in(open_rollouts[client.pk], records, month)
        months.append(
            MonthToClose(
                client,
                month,
                rollouts[client.pk],
                queries.totals(sums[client.pk]),
                [closing_warnings.describe(warning) for warning in warnings],
                closing.receipt(warnings),
                later=sorted(client.months)[1:],  # type: ignore[attr-defined]
            )
        )
    return months
