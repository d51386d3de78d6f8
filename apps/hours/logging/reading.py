"""Reading the hours of many rollouts: totals by class, activity, client, person, month and cause, made by the database.

Minutes and centavos. The number of queries does not grow with the hours.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, Expression, F, Q, QuerySet, Sum, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, TruncMonth
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.companies.access import is_presence
from apps.companies.models import roles_of
from apps.core import clock, money
from apps.core.database.unaccented import name_key
from apps.core.exports.tables import Column, Export, Kind
from apps.core.process import PartyRole
from apps.hours import classification, queries
from apps.hours.classification import Activity, HourClass
from apps.hours.models import HourSum, Line, Policy
from apps.rollouts.models import Party, Rollout

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_ROWS = 50
"""The most rows a table shows; the file has them all."""


@dataclass(frozen=True)
class Filters:
    """What is read. Dates are inclusive, in the installation's time zone; the rest are keys, empty for all."""

    since: date
    until: date
    client: int | None = None
    person: int | None = None
    rollout: int | None = None
    activity: str = ""
    hour_class: str = ""


@dataclass
class Row:
    """One line of a table. ``cost`` is what the free minutes would have cost, in centavos; ``key`` says which line it is, in
    any language."""

    label: "StrOrPromise"
    included: int = 0
    billable: int = 0
    free: int = 0
    amount: int = 0
    cost: int = 0
    detail: "StrOrPromise" = ""
    key: str = ""

    @property
    def minutes(self) -> int:
        return self.included + self.billable + self.free

    def add(self, included: int, billable: int, free: int, amount: int) -> None:
        """More minutes, by class, and centavos."""
        self.included += included
        self.billable += billable
        self.free += free
        self.amount += amount


@dataclass
class Table:
    key: str
    title: "StrOrPromise"
    rows: list[Row]

    @property
    def most(self) -> int:
        """The longest row, against which the bars are drawn."""
        return max((row.minutes for row in self.rows), default=0) or 1

    @property
    def visible_rows(self) -> list[Row]:
        return self.rows[:MOST_ROWS]

    @property
    def more(self) -> int:
        return len(self.rows) - len(self.visible_rows)


@dataclass
class Reading:
    total: Row
    months: list[Row]
    tables: list[Table]
    owners: list[Row] = field(default_factory=list)
    causes: list[Row] = field(default_factory=list)


def rollouts_for(user: User) -> QuerySet[Rollout]:
    """The rollouts whose hours ``user`` reads with their price: all for Presence, its own for a client."""
    rollouts = Rollout.objects.visible_to(user)
    if is_presence(user) or user.is_superuser:
        return rollouts
    paid_for = Party.objects.filter(role=PartyRole.CLIENT, company__in=list(roles_of(user)))
    return rollouts.filter(pk__in=paid_for.values("rollout"))


def lines(user: User, filters: Filters) -> QuerySet[Line]:
    """The lines that ``filters`` leave of what ``user`` may read."""
    return _matching(Line.objects.filter(_began(filters.since, _day_after(filters.until))), "entry__", user, filters)


def _matching(rows: QuerySet, of_entry: str, user: User, filters: Filters) -> QuerySet:
    """Those of ``rows`` (lines or kept sums) that ``filters`` leave; ``of_entry`` leads to what an entry says of them."""
    matching = rows.filter(**{f"{of_entry}rollout__in": rollouts_for(user).order_by().values("pk")}).order_by()
    if filters.client:
        clients = Party.objects.filter(role=PartyRole.CLIENT, company=filters.client)
        matching = matching.filter(**{f"{of_entry}rollout__in": clients.values("rollout")})
    filtered_by = {
        f"{of_entry}person": filters.person,
        f"{of_entry}rollout": filters.rollout,
        f"{of_entry}activity": filters.activity,
        "hour_class": filters.hour_class,
    }
    return matching.filter(**{name: value for name, value in filtered_by.items() if value})


def _began(first: date, end: date) -> Q:
    """That the work of a line began from ``first`` to before ``end``."""
    return Q(entry__started_at__gte=clock.instant_of(first), entry__started_at__lt=clock.instant_of(end))


def _day_after(day: date) -> date:
    return day + timedelta(days=1)


def read(user: User, filters: Filters) -> Reading:
    """Everything the page shows, in three queries; one more where the period does not begin and end with a month."""
    total = Row(_("Total"))
    months = {month: Row(date_format(month, "m/Y"), key=f"{month:%Y-%m}") for month in _months(filters)}
    activities: dict[str, Row] = {activity.value: Row(activity.label, key=activity.value) for activity in Activity}
    clients: dict[str, Row] = {}
    projects: dict[str, Row] = {}
    people: dict[str, Row] = {}
    for table, key, second_key, name, *figures in _sums(user, filters):
        rows: tuple[Row, ...]
        if table == "month":
            rows = (total, months[date.fromisoformat(key[:10])], activities[second_key])
        elif table == "rollout":
            code = f"INT-{int(key):04d}"
            project = projects.setdefault(key, Row(code, detail=name, key=code))
            rows = (project, clients.setdefault(second_key, Row(name, key=second_key)))
        else:
            rows = (people.setdefault(key, Row(name, key=key)),)
        for row in rows:
            row.add(*(figure or 0 for figure in figures))
    reading = Reading(total, list(months.values()), [])
    reading.tables = [
        Table("activity", TABLES["activity"], [row for row in activities.values() if row.minutes or row.amount]),
        Table("client", TABLES["client"], _longest(clients.values())),
        Table("rollout", TABLES["rollout"], _longest(projects.values())),
        Table("person", TABLES["person"], _longest(people.values())),
    ]
    reading.causes, reading.owners = _causes(lines(user, filters))
    return reading


def _sums(user: User, filters: Filters) -> Iterator[tuple]:
    """What the tables add up: ``(table, key, second key, name, included, billable, free, amount)``.

    Whole months are read as kept sums; of a month that the period cuts, the lines of its days are added up.
    """
    first = filters.since if filters.since.day == 1 else queries.following(filters.since)
    # Nobody works in the future: a month that is not over yet is whole up to today.
    until_today = filters.until >= clock.today()
    end = _day_after(filters.until)
    end = queries.following(filters.until) if until_today else end.replace(day=1)
    if first < end:
        of_months = HourSum.objects.filter(month__gte=first, month__lt=end)
        yield from _tables(_matching(of_months, "", user, filters), "", F("month"))
        days = Q()
        if filters.since < first:
            days |= _began(filters.since, first)
        if end <= filters.until:
            days |= _began(end, _day_after(filters.until))
    else:
        days = _began(filters.since, _day_after(filters.until))
    if days:
        month = TruncMonth("entry__started_at", tzinfo=clock.installation_zone())
        yield from _tables(_matching(Line.objects.filter(days), "entry__", user, filters), "entry__", month)


def _tables(rows: QuerySet, of_entry: str, month: Expression | F) -> QuerySet:
    """The sums of ``rows`` by month and activity, by rollout with its client, and by person, in one query."""
    minutes = {f"{name}_minutes": Sum("minutes", filter=Q(hour_class=name)) for name in HourClass.values}

    def table(rows: QuerySet, name: str, key: Expression | F, second_key: Expression | F, label: Expression | F):
        keys = {"table": Value(name), "key": Cast(key, TextField()), "second_key": Cast(second_key, TextField())}
        by_key = rows.values(**keys, label=Cast(label, TextField())).annotate(**minutes, amounts=Sum("amount"))
        return by_key.values_list(*keys, "label", *minutes, "amounts")

    nothing = Value("")
    client = f"{of_entry}rollout__parties"
    of_clients = rows.filter(**{f"{client}__role": PartyRole.CLIENT})
    return table(rows, "month", month, F(f"{of_entry}activity"), nothing).union(
        table(
            of_clients, "rollout", F(f"{of_entry}rollout"), F(f"{client}__company"), F(f"{client}__company__trade_name")
        ),
        table(rows, "person", F(f"{of_entry}person"), nothing, F(f"{of_entry}person__name")),
        all=True,
    )


def _months(filters: Filters) -> Iterator[date]:
    """The months of the period, by their first day."""
    month = filters.since.replace(day=1)
    while month <= filters.until:
        yield month
        month = queries.following(month)


def _since(days: list[date]) -> Case:
    """The place in ``days`` of the last one that had begun when the work was done; an adjustment is of what it corrects."""
    worked = Coalesce("entry__adjusts__started_at", "entry__started_at")
    begins = [(place, clock.instant_of(day)) for place, day in enumerate(days)]
    return Case(*(When(GreaterThanOrEqual(worked, at), then=place) for place, at in reversed(begins)), default=0)


def _causes(matching: QuerySet[Line]) -> tuple[list[Row], list[Row]]:
    """Free minutes by nonconformity, and by the company that owes the fix, with what they would have cost."""
    free = matching.filter(hour_class=HourClass.FREE, entry__nonconformity__isnull=False)
    rates: dict[int, list[classification.Rules]] = defaultdict(list)
    for policy in Policy.objects.filter(rollout__in=free.values("entry__rollout")):
        rates[policy.rollout_id].append(policy.rules())
    days = sorted({version.effective_from for versions in rates.values() for version in versions})
    owner_party = "entry__rollout__parties"
    sums = (
        free.filter(**{f"{owner_party}__role": F("entry__nonconformity__owner")})
        .annotate(since=_since(days))
        .values_list(
            "entry__rollout", "entry__nonconformity__number", "entry__nonconformity__title",
            "entry__nonconformity__owner", f"{owner_party}__company", f"{owner_party}__company__trade_name", "since",
        )
        .annotate(Sum("minutes"))
    )  # fmt: skip
    causes: dict[tuple[int, int], Row] = {}
    owners: dict[tuple[str, int], Row] = {}
    for rollout, number, title, role, company, name, since, minutes in sums:
        versions = rates[rollout] or [Policy().rules()]
        rate = classification.in_force(versions, days[since] if days else date.min).rate(Activity.HOMOLOGATION)
        code = f"INT-{rollout:04d} NC-{number}"
        cause = causes.setdefault((rollout, number), Row(f"{code}: {title}", detail=name, key=code))
        owner = owners.setdefault((role, company), Row(name, detail=PartyRole(role).label, key=role))
        for row in (cause, owner):
            row.free += minutes
            row.cost += money.for_minutes(minutes, rate)
    return _longest(causes.values()), _longest(owners.values())


def _longest(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row.minutes, name_key(row.label)))


# --- The chart -----------------------------------------------------------------------------------------

HEIGHT, STEP, BAR = 120, 48, 28


@dataclass(frozen=True)
class Block:
    """A part of a bar, in the chart's units."""

    hour_class: str
    x: int
    y: int
    height: int


@dataclass(frozen=True)
class Chart:
    width: int
    blocks: list[Block]
    labels: list[tuple[int, "StrOrPromise"]]
    most: int


def chart(months: list[Row]) -> Chart:
    """Stacked bars, one a month from the first with hours; what was taken back on balance is not drawn below zero."""
    first = next((place for place, row in enumerate(months) if row.minutes), 0)
    months = months[first:]
    most = max((row.minutes for row in months), default=0)
    blocks = []
    for place, row in enumerate(months):
        y = HEIGHT
        for hour_class in ("included", "billable", "free"):
            height = round(max(getattr(row, hour_class), 0) * HEIGHT / most) if most > 0 else 0
            y = max(y - height, 0)
            if height:
                blocks.append(Block(hour_class, place * STEP + (STEP - BAR) // 2, y, height))
    labels = [(place * STEP + STEP // 2, row.label) for place, row in enumerate(months)]
    return Chart(len(months) * STEP, blocks, labels, most)


# --- The file ------------------------------------------------------------------------------------------


TABLES = {
    "total": gettext_lazy("Total"),
    "month": gettext_lazy("Por mês"),
    "activity": gettext_lazy("Por atividade"),
    "client": gettext_lazy("Por cliente"),
    "rollout": gettext_lazy("Por projeto"),
    "person": gettext_lazy("Por pessoa"),
    "cause": gettext_lazy("Por causa"),
    "owner": gettext_lazy("Por responsável da não conformidade"),
}
COLUMNS = (
    Column("table", gettext_lazy("Recorte"), labels=TABLES, width=24),
    Column("name", gettext_lazy("Nome"), width=40, wraps=True),
    Column("detail", gettext_lazy("Detalhe"), width=28, wraps=True),
    Column("included", gettext_lazy("Incluídas"), Kind.MINUTES),
    Column("billable", gettext_lazy("Extras cobradas"), Kind.MINUTES),
    Column("free", gettext_lazy("Extras não cobradas"), Kind.MINUTES),
    Column("amount", gettext_lazy("Valor"), Kind.CENTAVOS),
    Column("cost", gettext_lazy("Custo das não cobradas"), Kind.CENTAVOS),
    Column("key", for_importers=True),
)


def export(name: str, reading: Reading, *, presence: bool) -> Export:
    """What the page shows, every row. What free hours would have cost is for Presence alone."""
    parts = [("total", [reading.total]), ("month", reading.months)]
    parts += [(table.key, table.rows) for table in reading.tables]
    parts.append(("cause", reading.causes))
    if presence:
        parts.append(("owner", reading.owners))
    rows = [
        {
            "table": key,
            "name": str(row.label),
            "detail": str(row.detail),
            "included": row.included,
            "billable": row.billable,
            "free": row.free,
            "amount": row.amount,
            "cost": row.cost if presence else "",
            "key": row.key,
        }
        for key, part_rows in parts
        for row in part_rows
    ]
    return Export(name, COLUMNS, rows, sheet=_("Horas"), title=_("Horas"))


def twelve_months() -> tuple[date, date]:
    """The period read when none is asked for: this month and the eleven before it."""
    today = clock.today()
    months = today.year * 12 + today.month - 1 - 11
    return date(months // 12, months % 12 + 1, 1), today
