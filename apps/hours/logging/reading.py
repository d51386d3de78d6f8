"""Reading the hours of many rollouts: totals by class, activity, client, person, month and cause, made by the database.

Minutes and centavos. The number of queries does not grow with the hours.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, QuerySet, Sum, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.companies.access import is_presence
from apps.companies.models import roles_of
from apps.core import clock, money
from apps.core.exports.tables import Column, Export
from apps.core.process import PartyRole
from apps.hours import classification
from apps.hours.classification import Activity, HourClass
from apps.hours.models import Line, Policy
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
    """One line of a table. ``cost`` is what the free minutes would have cost, in centavos."""

    label: "StrOrPromise"
    included: int = 0
    billable: int = 0
    free: int = 0
    amount: int = 0
    cost: int = 0
    detail: "StrOrPromise" = ""

    @property
    def minutes(self) -> int:
        return self.included + self.billable + self.free

    def add(self, hour_class: str, minutes: int, amount: int) -> None:
        setattr(self, hour_class, getattr(self, hour_class) + minutes)
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
    zone = clock.installation_zone()
    matching = Line.objects.filter(
        entry__started_at__gte=clock.instant_of(filters.since, zone=zone),
        entry__started_at__lt=clock.instant_of(filters.until + timedelta(days=1), zone=zone),
        entry__rollout__in=rollouts_for(user).order_by().values("pk"),
    ).order_by()
    if filters.client:
        clients = Party.objects.filter(role=PartyRole.CLIENT, company=filters.client)
        matching = matching.filter(entry__rollout__in=clients.values("rollout"))
    filtered_by = {
        "entry__person": filters.person,
        "entry__rollout": filters.rollout,
        "entry__activity": filters.activity,
        "hour_class": filters.hour_class,
    }
    return matching.filter(**{name: value for name, value in filtered_by.items() if value})


def read(user: User, filters: Filters) -> Reading:
    """Everything the page shows, in a fixed number of queries."""
    matching = lines(user, filters)
    sums = list(_sums(matching, "entry__rollout", "entry__person", "entry__activity", "hour_class"))
    keys = {row[0] for row in sums}
    names = _parties(keys)
    people_names = {person.pk: person.name for person in User.objects.filter(pk__in={row[1] for row in sums})}
    total = Row(_("Total"))
    activities: dict[str, Row] = {activity.value: Row(activity.label) for activity in Activity}
    clients: dict[int, Row] = {}
    projects: dict[int, Row] = {}
    people: dict[int, Row] = {}
    for rollout, person, activity, hour_class, minutes, amount in sums:
        company, name = names[rollout]["client"]
        for row in (
            total,
            activities[activity],
            clients.setdefault(company, Row(name)),
            projects.setdefault(rollout, Row(f"INT-{rollout:04d}", detail=name)),
            people.setdefault(person, Row(people_names[person])),
        ):
            row.add(hour_class, minutes, amount)
    reading = Reading(total, _months(matching, filters), [])
    tables = [
        Table("activity", _("Por atividade"), [row for row in activities.values() if row.minutes or row.amount]),
        Table("client", _("Por cliente"), _longest(clients.values())),
        Table("rollout", _("Por projeto"), _longest(projects.values())),
        Table("person", _("Por pessoa"), _longest(people.values())),
    ]
    reading.tables = tables
    rates = _rates(keys)
    days = sorted({version.effective_from for versions in rates.values() for version in versions})
    free = matching.filter(hour_class=HourClass.FREE).annotate(since=_since(days))
    reading.causes, reading.owners = _causes(_sums(free, *_CAUSE, "since"), days, names, rates)
    return reading


_CAUSE = (
    "entry__rollout", "entry__nonconformity__number", "entry__nonconformity__title", "entry__nonconformity__owner",
)  # fmt: skip


def _sums(matching: QuerySet[Line], *by: str) -> Iterator[Any]:
    return matching.values_list(*by).annotate(Sum("minutes"), Sum("amount")).iterator()


def _months(matching: QuerySet[Line], filters: Filters) -> list[Row]:
    """A row for each month of the period, empty months too."""
    zone = clock.installation_zone()
    month, rows, ends = filters.since.replace(day=1), [], []
    while month <= filters.until:
        rows.append(Row(date_format(month, "m/Y")))
        month = (month + timedelta(days=32)).replace(day=1)
        ends.append(clock.instant_of(month, zone=zone))
    # The months' ends in the reader's zone, so that the database compares instants and knows no zone.
    place = Case(
        *(When(entry__started_at__lt=end, then=number) for number, end in enumerate(ends)), default=len(ends) - 1
    )
    for number, hour_class, minutes, amount in _sums(matching.annotate(month=place), "month", "hour_class"):
        rows[number].add(hour_class, minutes, amount)
    return rows


def _since(days: list[date]) -> Case:
    """The place in ``days`` of the last one that had begun when the work was done; an adjustment is of what it corrects."""
    zone = clock.installation_zone()
    worked = Coalesce("entry__adjusts__started_at", "entry__started_at")
    begins = [(place, clock.instant_of(day, zone=zone)) for place, day in enumerate(days)]
    return Case(*(When(GreaterThanOrEqual(worked, at), then=place) for place, at in reversed(begins)), default=0)


def _causes(
    sums: Iterable[Any],
    days: list[date],
    names: dict[int, dict[str, tuple[int, str]]],
    rates: dict[int, list[classification.Rules]],
) -> tuple[list[Row], list[Row]]:
    """Free minutes by nonconformity, and by the company that owes the fix, with what they would have cost."""
    causes: dict[tuple[int, int], Row] = {}
    owners: dict[tuple[str, int], Row] = {}
    for rollout, number, title, role, since, minutes, _amount in sums:
        if number is None:
            continue
        company, name = names[rollout][role]
        rate = classification.in_force(rates[rollout], days[since]).rate(Activity.HOMOLOGATION)
        cause = causes.setdefault((rollout, number), Row(f"INT-{rollout:04d} NC-{number}: {title}", detail=name))
        owner = owners.setdefault((role, company), Row(name, detail=PartyRole(role).label))
        for row in (cause, owner):
            row.free += minutes
            row.cost += money.for_minutes(minutes, rate)
    return _longest(causes.values()), _longest(owners.values())


def _parties(rollouts: set[int]) -> dict[int, dict[str, tuple[int, str]]]:
    """``{rollout: {role: (company key, name)}}``."""
    parties_by_rollout: dict[int, dict[str, tuple[int, str]]] = defaultdict(dict)
    parties = Party.objects.filter(rollout__in=rollouts).order_by()
    for rollout, role, company, name in parties.values_list("rollout", "role", "company", "company__trade_name"):
        parties_by_rollout[rollout][role] = (company, name)
    return parties_by_rollout


def _rates(rollouts: set[int]) -> dict[int, list[classification.Rules]]:
    """The versions of each rollout's policy; never none."""
    rules_by_rollout: dict[int, list[classification.Rules]] = defaultdict(list)
    for policy in Policy.objects.filter(rollout__in=rollouts):
        rules_by_rollout[policy.rollout_id].append(policy.rules())
    return {rollout: rules_by_rollout[rollout] or [Policy().rules()] for rollout in rollouts}


def _longest(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row.minutes, str(row.label)))


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


COLUMNS = (
    Column("table", gettext_lazy("recorte")),
    Column("name", gettext_lazy("nome")),
    Column("detail", gettext_lazy("detalhe")),
    Column("included", gettext_lazy("minutos incluídos")),
    Column("billable", gettext_lazy("minutos extras cobrados")),
    Column("free", gettext_lazy("minutos extras não cobrados")),
    Column("amount", gettext_lazy("valor em centavos")),
    Column("cost", gettext_lazy("custo dos não cobrados em centavos")),
)


def export(name: str, reading: Reading, *, presence: bool) -> Export:
    """What the page shows, every row: minutes and centavos. What free hours would have cost is for Presence alone."""
    parts: list[tuple[StrOrPromise, list[Row]]] = [(_("Total"), [reading.total]), (_("Por mês"), reading.months)]
    parts += [(table.title, table.rows) for table in reading.tables]
    parts.append((_("Por causa"), reading.causes))
    if presence:
        parts.append((_("Por responsável da não conformidade"), reading.owners))
    rows = [
        {
            "table": title,
            "name": row.label,
            "detail": row.detail,
            "included": row.included,
            "billable": row.billable,
            "free": row.free,
            "amount": row.amount,
            "cost": row.cost if presence else "",
        }
        for title, part_rows in parts
        for row in part_rows
    ]
    return Export(name, COLUMNS, rows, for_people=True)


def twelve_months() -> tuple[date, date]:
    """The period read when none is asked for: this month and the eleven before it."""
    today = clock.today()
    months = today.year * 12 + today.month - 1 - 11
    return date(months // 12, months % 12 + 1, 1), today
