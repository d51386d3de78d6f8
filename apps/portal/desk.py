"""The first page of Presence's people: what waits for a decision, what is late, who has the ball."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Window, prefetch_related_objects
from django.db.models.functions import RowNumber
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.companies.access import is_presence
from apps.companies.readers import compiled_for_reader
from apps.core import clock
from apps.core.process import PartyRole
from apps.portal.queries import FIRST
from apps.rollouts.models import OpenRequirement, Party, Rollout

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Section:
    """The first ``rows`` of a list that has ``count``."""

    count: int = 0
    rows: list = field(default_factory=list)

    @property
    def has_more(self) -> bool:
        return self.count > len(self.rows)


@dataclass(frozen=True)
class Overdue:
    """Something promised for a day that has passed; ``text`` is empty for the rollout's own date."""

    rollout: Rollout
    text: str
    owed_by: str
    due: date
    url: str

    @property
    def days(self) -> int:
        return (clock.today() - self.due).days


@dataclass(frozen=True)
class Desk:
    """``reviews``: what was delivered and waits for a decision. ``to_do``: what else Presence owes at a gate. ``overdue``:
    what anybody promised for a day that has passed. ``ready``: the rollouts in which nothing is missing. ``by_holder``: the
    rollouts under each role that has the ball; ``late_projects``: how many of ``overdue`` are rollouts themselves. The
    longest waiting come first everywhere."""

    everybodys: bool
    has_projects: bool
    reviews: Section
    to_do: Section
    overdue: Section
    ready: Section
    by_holder: dict[str, Section]
    late_projects: int


def of(user: User, *, everybodys: bool) -> Desk | None:
    """Presence's first page; None for people of other companies. Without rollouts of one's own it is everybody's."""
    if not is_presence(user):
        return None
    everybodys = everybodys or not _any_of(user)
    by_holder = _by_holder(user, everybodys=everybodys)
    lists = {name: _section(_first(user, name=name, everybodys=everybodys)) for name in LISTS}
    late_rollouts, ready = (
        _section(_first(user, name=name, everybodys=everybodys)) for name in ("late_projects", "ready")
    )
    held = [rollout for section in by_holder.values() for rollout in section.rows]
    rows = [row for section in lists.values() for row in section.rows]
    _read_companies([*held, *ready.rows, *late_rollouts.rows, *(row.rollout for row in rows)])
    overdue = [
        *(Overdue(item, "", item.holder, item.target_date, item.get_absolute_url()) for item in late_rollouts.rows),
        *(Overdue(row.rollout, str(row.text), row.owed_by, row.due, row.url) for row in lists["late"].rows),
    ]
    overdue.sort(key=lambda item: item.due)
    return Desk(
        everybodys=everybodys,
        has_projects=bool(held),
        reviews=lists["review"],
        to_do=lists["todo"],
        overdue=Section(late_rollouts.count + lists["late"].count, overdue[:FIRST]),
        ready=ready,
        by_holder=by_holder,
        late_projects=late_rollouts.count,
    )


@dataclass(frozen=True)
class ListKind:
    """A list of open requirements on a desk: its heading, and the condition of its rows today."""

    title: "StrOrPromise"
    condition: Callable[[], Q]


def ready_of(rollouts: QuerySet[Rollout]) -> QuerySet[Rollout]:
    """Those in which nothing is missing, the longest waiting first."""
    blocking = OpenRequirement.objects.filter(rollout=OuterRef("pk"), blocking=True)
    return rollouts.running().exclude(Exists(blocking)).order_by("holder_since", "pk")


def late_of(rollouts: QuerySet[Rollout]) -> QuerySet[Rollout]:
    """Those whose day of going live has passed, the oldest day first."""
    return rollouts.filter(target_date__lt=clock.today()).order_by("target_date", "pk")


def held_by(role: PartyRole, rollouts: QuerySet[Rollout]) -> QuerySet[Rollout]:
    """Those in which ``role`` has the ball, the longest held first."""
    return rollouts.filter(holder=role).order_by("holder_since", "pk")


ROLLOUT_LISTS: "dict[str, tuple[StrOrPromise, Callable[[QuerySet[Rollout]], QuerySet[Rollout]]]]" = {
    "ready": (_("Prontos para seguir"), ready_of),
    "late_projects": (_("Entrada em produção prevista para antes de hoje"), late_of),
    **{role.value: (format_lazy("{} {}", _("Bola com"), role.label), partial(held_by, role)) for role in PartyRole},
}
"""The lists of rollouts on a desk: their heading, and their rows."""
LISTS = {
    "review": ListKind(_("Esperando a sua conferência"), lambda: Q(owed_by=PartyRole.PRESENCE, review=True)),
    "todo": ListKind(_("A fazer pela Presence"), lambda: Q(owed_by=PartyRole.PRESENCE, review=False, blocking=True)),
    "late": ListKind(_("Atrasados"), lambda: Q(due__lt=clock.today())),
}


def rollouts_of(user: User, *, everybodys: bool) -> QuerySet[Rollout]:
    """The open rollouts that ``user`` manages or works on as an analyst, or all that they may see."""
    rollouts = Rollout.objects.visible_to(user).open()
    return rollouts if everybodys else rollouts.worked_on_by(user)


def rows_of(rollouts: QuerySet[Rollout], name: str) -> QuerySet[OpenRequirement]:
    """What is open in ``rollouts`` and belongs to one of ``LISTS``."""
    rows = OpenRequirement.objects.owed().filter(LISTS[name].condition(), rollout__in=rollouts)
    first = "due" if name == "late" else "since"
    return rows.select_related("rollout__platform").order_by(first, "rollout", "position")


@compiled_for_reader
def _any_of(user: User) -> "QuerySet[Rollout, int]":
    return rollouts_of(user, everybodys=False).order_by().values_list("pk", flat=True)[:1]


@compiled_for_reader
def _first(user: User, *, name: str, everybodys: bool) -> QuerySet[Any]:
    """The first rows of one of ``LISTS`` or ``ROLLOUT_LISTS``, each with the number of all."""
    rollouts = rollouts_of(user, everybodys=everybodys)
    rows: QuerySet[Any]
    if name in LISTS:
        rows = rows_of(rollouts, name)
    else:
        _title, list_of = ROLLOUT_LISTS[name]
        rows = list_of(rollouts).select_related("platform")
    return rows.annotate(all_rows=Window(Count("pk")))[:FIRST]


def _section(rows: list[Any]) -> Section:
    return Section(rows[0].all_rows if rows else 0, rows)


@compiled_for_reader
def _first_by_holder(user: User, *, everybodys: bool) -> QuerySet[Rollout]:
    holder = F("holder")
    return (
        rollouts_of(user, everybodys=everybodys)
        .order_by()
        .annotate(
            place=Window(RowNumber(), partition_by=holder, order_by=[F("holder_since"), F("pk")]),
            all_rows=Window(Count("pk"), partition_by=holder),
        )
        .filter(place__lte=FIRST)
        .select_related("platform")
        .order_by("holder_since", "pk")
    )


def _by_holder(user: User, *, everybodys: bool) -> dict[str, Section]:
    grouped: dict[str, list[Any]] = {role: [] for role in PartyRole.values}
    for rollout in _first_by_holder(user, everybodys=everybodys):
        grouped.setdefault(rollout.holder, []).append(rollout)
    return {role: _section(rows) for role, rows in grouped.items()}


def _read_companies(rollouts: list[Rollout]) -> None:
    """What their titles, their parties and their pauses say, in two queries for all."""
    prefetch_related_objects(rollouts, Prefetch("parties", Party.objects.select_related("company")), "holds")
