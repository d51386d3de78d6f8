"""What waits for whom: the portal's pages are these lists, read from the requirements that the last event left open."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce, RowNumber
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.companies.access import roles_of
from apps.companies.models import Kind, Membership, Role
from apps.companies.readers import compiled_for_reader
from apps.core import clock, plugins
from apps.core.process import PATH, PartyRole, Stage
from apps.core.requirements import Answer
from apps.portal.models import Draft
from apps.rollouts import queries
from apps.rollouts.models import Assignment, OpenRequirement, Party, Rollout
from apps.rollouts.parties import ELIGIBLE

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FIRST = 10
"""A section of a first page shows so many, and leads to all."""


@dataclass
class Matter:
    """A requirement as one person meets it. ``is_own``: their company owes it; otherwise another party does, and they may
    settle it all the same. ``assignee`` takes care of it: the only one who can, or who took it or was handed it.
    ``is_answerable``: the person may settle it themselves."""

    rollout: Rollout
    requirement: OpenRequirement
    user: User
    is_own: bool
    is_answerable: bool
    assignee: User | None = None

    @property
    def key(self) -> str:
        return self.requirement.key

    @property
    def blocking(self) -> bool:
        return self.requirement.blocking

    @property
    def url(self) -> str:
        return reverse("portal:matter", args=[self.rollout.pk, self.key])

    @property
    def anchor(self) -> str:
        """An identifier for the page: keys hold colons."""
        return f"m{self.rollout.pk}-{self.key.replace(':', '-')}"

    @cached_property
    def answer(self) -> Answer | None:
        """The way to settle it in place: asked only where it is shown, since it reads the thing itself."""
        return plugins.answer_to(self.rollout, self.key)

    @property
    def is_assignable(self) -> bool:
        return self.is_own and self.requirement.person is None

    @property
    def is_mine(self) -> bool:
        return self.assignee == self.user

    @property
    def is_late(self) -> bool:
        return self.requirement.due is not None and self.requirement.due < clock.today()

    def colleagues(self) -> list[Membership]:
        """The people of the owing company, the reader among them."""
        company = self.rollout.company(self.requirement.owed_by)
        return list(company.memberships.select_related("user"))


def open_to(user: User) -> QuerySet[OpenRequirement]:
    """What is open for the sides on which ``user`` stands: what their companies owe, and what they may settle for another.

    Each row says its ``group`` (one of ``GROUPS``), ``is_own``, ``is_answerable``, ``assigned_to`` (the key of an account, or
    None), ``is_mine`` and ``is_with_a_colleague``. First what is theirs alone, then what blocks, what nobody has taken yet,
    the longest owed.
    """
    companies = roles_of(user)
    kinds = {kind for kind, _role in companies.values()}
    playable = [role for role, playing in ELIGIBLE.items() if playing & kinds]
    led = [company for company, (_kind, role) in companies.items() if role == Role.LEAD]
    assigned = Assignment.objects.filter(rollout=OuterRef("rollout"), requirement=OuterRef("key"))
    rows = OpenRequirement.objects.owed().filter(rollout__in=Rollout.objects.visible_to(user).open())
    rows = rows.annotate(
        is_own=_played_by("owed_by", list(companies), playable),
        is_for_another=_played_by("also_by", list(companies), playable),
        is_led=_played_by("owed_by", led, playable),
        assigned_to=Coalesce(
            F("person_id"), Subquery(assigned.values("membership__user_id")[:1]), output_field=BigIntegerField()
        ),
    )
    rows = rows.filter(Q(is_own=True) | Q(is_for_another=True)).annotate(
        is_mine=Case(When(assigned_to=user.pk, then=Value(True)), default=Value(False)),
        is_with_a_colleague=Case(
            When(Q(assigned_to__isnull=False) & ~Q(assigned_to=user.pk), then=Value(True)), default=Value(False)
        ),
        is_answerable=Case(
            When(is_own=False, then=Value(True)),
            When(Q(person__isnull=False) & ~Q(person=user.pk), then=Value(False)),
            When(by_lead=True, is_led=False, then=Value(False)),
            default=Value(True),
        ),
    )
    group = Case(*(When(**kind.rows, then=Value(key)) for key, kind in GROUPS.items()), output_field=CharField())
    return rows.annotate(group=group).select_related("rollout__platform", "person").order_by(*ORDER)


def _played_by(field: str, companies: Collection[int], roles: Collection[PartyRole]) -> Expression:
    """Whether one of ``companies``, which may play ``roles``, plays in the row's rollout the role that the row names in
    ``field``.

    One list of rollouts for each role: the database reads it once, and not anew for each row."""
    if not companies or not roles:
        return Value(False)
    plays = Q()
    for role in roles:
        rollouts = Party.objects.filter(role=role, company__in=companies).values("rollout")
        plays |= Q(**{field: role}, rollout__in=rollouts)
    return ExpressionWrapper(plays, output_field=BooleanField())


ORDER = ("-is_mine", "-blocking", "-is_own", "is_with_a_colleague", "since", "rollout_id", "position")
PARTIES = Prefetch("rollout__parties", Party.objects.select_related("company"))


def matters(user: User, rows: Iterable[OpenRequirement]) -> list[Matter]:
    """``rows`` of ``open_to`` as ``user`` meets them, in three queries for however many."""
    rows = list(rows)
    prefetch_related_objects(rows, PARTIES)
    people = User.objects.in_bulk({row.assigned_to for row in rows if row.assigned_to})
    return [Matter(row.rollout, row, user, row.is_own, row.is_answerable, people.get(row.assigned_to)) for row in rows]


def find_matter(user: User, rollout: Rollout, key: str) -> Matter | None:
    """The open matter ``key`` of ``rollout`` as ``user`` meets it; None when it is settled or not theirs."""
    rows = [row for row in _open_in(user, rollout.pk) if row.key == key]
    return next(iter(matters(user, rows[:1])), None)


@compiled_for_reader
def _open_in(user: User, rollout_pk: int) -> QuerySet[OpenRequirement]:
    return open_to(user).filter(rollout=rollout_pk)


@dataclass(frozen=True)
class GroupKind:
    """How the matters of a door are told apart: its heading, and the rows of ``open_to`` that belong to it."""

    title: "StrOrPromise"
    rows: dict[str, bool]


GROUPS = {
    "mine": GroupKind(_("Com você"), {"is_mine": True}),
    "company": GroupKind(_("Da sua empresa"), {"is_mine": False, "is_own": True}),
    "partners": GroupKind(_("Da plataforma, e você também pode enviar"), {"is_mine": False, "is_own": False}),
}


@dataclass
class Group:
    """The first ``matters`` of one of ``GROUPS``, which has ``count``."""

    key: str
    count: int
    matters: list[Matter]

    @property
    def title(self) -> "StrOrPromise":
        return GROUPS[self.key].title

    @property
    def has_more(self) -> bool:
        return self.count > len(self.matters)


@dataclass
class Progress:
    """A rollout as a party follows it: where it stands, and what the others owe."""

    rollout: Rollout
    roles: set[str]

    @property
    def steps(self) -> list[queries.Step]:
        return queries.steps(self.rollout)

    @property
    def place(self) -> tuple[int, int]:
        """Where on the path the rollout is: ``(this stage, all stages)``, counting from one."""
        return PATH.index(Stage(self.rollout.stage)) + 1, len(PATH)

    @property
    def facts(self) -> list[tuple[plugins.Page, list[plugins.Fact]]]:
        if not self.roles & {PartyRole.INTEGRATOR, PartyRole.PLATFORM}:
            return []
        return [(page, self.rollout.summary_of(page.key)) for page in plugins.pages() if page.key in WATCHED]

    @property
    def others_by_party(self) -> dict[str, list[OpenRequirement]]:
        """What the other parties owe at the next gate."""
        rows = [
            row for row in queries.open_requirements(self.rollout) if row.blocking and row.owed_by not in self.roles
        ]
        grouped = {role: [row for row in rows if row.owed_by == role] for role in PartyRole.values}
        return {role: rows for role, rows in grouped.items() if rows}


WATCHED = ("development", "homologation")
"""What an integrator or a platform watches: the connector's dates and the homologation's numbers."""


def progress_of(user: User, rollout: Rollout) -> Progress:
    """``rollout`` as the party, or parties, for which ``user`` acts in it."""
    return Progress(rollout, rollout.roles_of(user))


@dataclass
class Door:
    """The first page of somebody of a client, an integrator or a platform."""

    user: User

    @property
    def _acts(self) -> bool:
        """The person belongs to a company that is not Presence."""
        return any(kind != Kind.PRESENCE for kind, _role in roles_of(self.user).values())

    @cached_property
    def open(self) -> QuerySet[OpenRequirement]:
        return _open_at_door(self.user)

    @cached_property
    def projects(self) -> list[Progress]:
        first = _first_projects(self.user) if self._acts else []
        return [progress_of(self.user, rollout) for rollout in first]

    @property
    def project_count(self) -> int:
        return self.projects[0].rollout.all_rows if self.projects else 0  # type: ignore[attr-defined]

    @cached_property
    def groups(self) -> list[Group]:
        """What is the reader's own, what anybody of the company may settle, what another party owes and they may settle."""
        first = matters(self.user, _first_of_groups(self.user)) if self._acts else []
        groups = []
        for key in GROUPS:
            members = [item for item in first if item.requirement.group == key]  # type: ignore[attr-defined]
            count = members[0].requirement.all_rows if members else 0  # type: ignore[attr-defined]
            groups.append(Group(key, count, members))
        return groups

    def of_group(self, key: str) -> QuerySet[OpenRequirement]:
        """All of one of ``GROUPS``."""
        return self.open.filter(group=key)

    @property
    def count(self) -> int:
        """How many matters there are."""
        return sum(group.count for group in self.groups)

    @property
    def only_one(self) -> Matter | None:
        """The single open matter that the reader can settle, if there is exactly one."""
        first = matters(self.user, _first_answerable(self.user))
        return first[0] if len(first) == 1 else None


def _rollouts_at_door(user: User) -> QuerySet[Rollout]:
    """The open ones in which the person acts for another company than Presence."""
    acts = Party.objects.filter(rollout=OuterRef("pk"), company__in=list(roles_of(user)))
    return Rollout.objects.visible_to(user).open().filter(Exists(acts.exclude(role=PartyRole.PRESENCE)))


def _open_at_door(user: User) -> QuerySet[OpenRequirement]:
    return open_to(user).filter(rollout__in=_rollouts_at_door(user).order_by().values("pk"))


@compiled_for_reader
def _first_projects(user: User) -> QuerySet[Rollout]:
    rollouts = _rollouts_at_door(user).for_listing().prefetch_related(queries.WITH_REQUIREMENTS)
    return rollouts.annotate(all_rows=Window(Count("pk")))[:FIRST]


@compiled_for_reader
def _first_of_groups(user: User) -> QuerySet[OpenRequirement]:
    """The first of each of ``GROUPS``, with the number of all."""
    by_group = F("group")
    rows = _open_at_door(user).annotate(
        place=Window(RowNumber(), partition_by=by_group, order_by=ORDER),
        all_rows=Window(Count("pk"), partition_by=by_group),
    )
    return rows.filter(place__lte=FIRST)


@compiled_for_reader
def _first_answerable(user: User) -> QuerySet[OpenRequirement]:
    """The first two matters that the person settles alone."""
    return _open_at_door(user).filter(is_own=True, is_answerable=True, is_with_a_colleague=False)[:2]


def draft_of(matter: Matter) -> Draft | None:
    """What the reader typed since the matter is theirs; a draft from before it was last settled is of no use."""
    drafts = Draft.objects.filter(user=matter.user, rollout=matter.rollout, requirement=matter.key)
    return drafts.filter(saved_at__gte=matter.requirement.since).first()
