"""How much lies ahead of each person of Presence, week by week: counted in minutes from what is planned and open."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.companies.models import Kind, Membership, Role
from apps.core import clock, workdays
from apps.core.process import PartyRole, Stage
from apps.meetings.models import Attendee, Meeting
from apps.portfolio.models import Absence
from apps.rollouts.models import Analyst, Assignment, Hold, OpenRequirement, PlannedStage, Rollout

WEEKS = 8
DEFAULT_MINUTES = 30 * 60
"""What somebody has for projects in a week of five business days, where nothing else is set for them."""
OF_A_MEETING = 60
"""Minutes of a planned meeting whose length nobody said."""
OF_A_REQUIREMENT = 30
"""Minutes of something that Presence owes."""
OF_A_WEEK_OF_HOMOLOGATION = 4 * 60
"""Minutes of a week in which a project is to be homologated by its plan, for each who works on it."""
BUSINESS_DAYS_OF_A_WEEK = 5
ONE_WEEK = timedelta(days=7)
ANALYSED = (Role.PROJECT_MANAGER, Role.ANALYST)


@dataclass(frozen=True)
class Week:
    """What lies ahead of a person in the week that begins on Monday ``first``, in minutes; ``capacity`` is what they have
    then, without holidays and the ``absent_days`` (business days on which they are away). Days that are over count for
    neither, as what lay in them does not."""

    first: date
    meetings: int
    requirements: int
    homologation: int
    capacity: int
    absent_days: int

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)

    @property
    def total(self) -> int:
        return self.meetings + self.requirements + self.homologation

    @property
    def is_over(self) -> bool:
        """More lies ahead than there is time for."""
        return self.total > self.capacity

    @property
    def percent(self) -> int:
        """How much of the capacity is taken, at most 100; 100 where there is none and something lies ahead."""
        if not self.capacity:
            return 100 if self.total else 0
        return min(100, round(100 * self.total / self.capacity))


@dataclass(frozen=True)
class PersonLoad:
    """The ``weeks`` ahead of the person of ``membership``, who works on ``projects`` open projects. ``minutes`` is what they
    have for them in a week of five days; ``has_own_capacity``: it was set for them."""

    membership: Membership
    weeks: Sequence[Week]
    absences: Sequence[Absence]
    projects: int
    minutes: int
    has_own_capacity: bool

    @property
    def name(self) -> str:
        return str(self.membership.user)

    @property
    def weeks_over(self) -> list[Week]:
        return [week for week in self.weeks if week.is_over]


def mondays() -> list[date]:
    """Those of this week and of the following ones."""
    first = clock.today() - timedelta(days=clock.today().weekday())
    return [first + number * ONE_WEEK for number in range(WEEKS)]


def of_everybody() -> list[PersonLoad]:
    """The load of Presence's project managers and analysts, and of its managers who manage an open project, by name: in as
    many queries for however many."""
    members = list(people())
    return _loads(members)


def people() -> QuerySet[Membership]:
    """Whose load is counted, each with ``own_minutes`` (None where the default holds)."""
    managed = Rollout.objects.open().filter(project_manager=OuterRef("user"))
    members = Membership.objects.filter(company__kind=Kind.PRESENCE, user__is_active=True)
    members = members.filter(Q(role__in=ANALYSED) | Q(role=Role.MANAGER) & Exists(managed))
    return members.select_related("user").annotate(own_minutes=F("user__capacity__minutes"))


def _loads(members: list[Membership]) -> list[PersonLoad]:
    weeks = mondays()
    work = _Work(weeks)
    absences = _absences(weeks)
    loads = []
    for membership in members:
        person = membership.user_id
        own_minutes: int | None = membership.own_minutes  # type: ignore[attr-defined]
        minutes = DEFAULT_MINUTES if own_minutes is None else own_minutes
        away = absences.get(person, [])
        rows = [
            Week(
                first,
                work.meetings[person, first],
                work.requirements[person, first],
                work.homologation[person, first],
                *_capacity(first, minutes, away),
            )
            for first in weeks
        ]
        loads.append(PersonLoad(membership, rows, away, work.projects[person], minutes, own_minutes is not None))
    return loads


def _capacity(first: date, minutes: int, absences: Iterable[Absence]) -> tuple[int, int]:
    """The minutes that are left of ``minutes`` in the week of ``first`` from today on, and the business days of absence in
    it."""
    today = clock.today()
    days = [first + timedelta(days=number) for number in range(BUSINESS_DAYS_OF_A_WEEK)]
    business_days = [day for day in days if day >= today and workdays.is_workday(day)]
    absent = sum(any(row.first <= day <= row.last for row in absences) for day in business_days)
    return minutes * (len(business_days) - absent) // BUSINESS_DAYS_OF_A_WEEK, absent


def _absences(weeks: Sequence[date]) -> Mapping[int, list[Absence]]:
    rows: dict[int, list[Absence]] = defaultdict(list)
    for absence in Absence.objects.filter(last__gte=clock.today(), first__lt=weeks[-1] + ONE_WEEK):
        rows[absence.person_id].append(absence)
    return rows


class _Work:
    """The minutes of each person in each week, by what they are of, and how many open projects each works on."""

    def __init__(self, weeks: Sequence[date]) -> None:
        self.weeks = weeks
        self.meetings: Counter[tuple[int, date]] = Counter()
        self.requirements: Counter[tuple[int, date]] = Counter()
        self.homologation: Counter[tuple[int, date]] = Counter()
        self.projects: Counter[int] = Counter()
        self._add_meetings()
        self._add_requirements()
        self._add_projects()

    def _week_of(self, day: date) -> date:
        """The Monday of ``day``; what is overdue counts in this week."""
        day = max(day, clock.today())
        return day - timedelta(days=day.weekday())

    def _add_meetings(self) -> None:
        """For whom Presence put on the list and for who leads it; where that is nobody, for the project's manager."""
        listed = Attendee.objects.filter(meeting=OuterRef("pk"), party=PartyRole.PRESENCE, person__user__isnull=False)
        end = clock.instant_of(self.weeks[-1] + ONE_WEEK)
        meetings = Meeting.objects.planned().filter(planned_start__gte=clock.now(), planned_start__lt=end)
        rows = meetings.exclude(rollout__stage=Stage.CANCELLED).annotate(
            listed=ArraySubquery(listed.order_by("pk").values("person__user"))
        )
        for start, minutes, leader, manager, people in rows.values_list(
            "planned_start", "planned_minutes", "led_by", "rollout__project_manager", "listed"
        ):
            if start is None:
                continue  # The filter leaves none such.
            week = self._week_of(clock.day_of(start))
            for person in {*people, *([leader] if leader else [])} or {manager}:
                self.meetings[person, week] += minutes or OF_A_MEETING

    def _add_requirements(self) -> None:
        """For who alone can settle it, who took it, or the project's manager."""
        assigned = Assignment.objects.filter(rollout=OuterRef("rollout"), requirement=OuterRef("key"))
        rows = OpenRequirement.objects.filter(
            Q(blocking=True) | Q(gate=""),
            owed_by=PartyRole.PRESENCE,
            rollout__in=Rollout.objects.running().values("pk"),
        ).annotate(
            who=Coalesce(
                F("person_id"),
                Subquery(assigned.values("membership__user_id")[:1]),
                F("rollout__project_manager_id"),
                output_field=BigIntegerField(),
            )
        )
        for who, due in rows.values_list("who", "due"):
            week = self._week_of(due or clock.today())
            self.requirements[who, week] += OF_A_REQUIREMENT

    def _add_projects(self) -> None:
        """How many there are for each, and the weeks of homologation ahead: of a project's analysts, or of its manager where
        it has none. One on hold has none."""
        analysts = Analyst.objects.filter(rollout=OuterRef("pk")).order_by("pk").values("membership__user")
        plan = PlannedStage.objects.filter(rollout=OuterRef("pk"))
        rows = (
            Rollout.objects.open()
            .order_by()
            .annotate(
                people=ArraySubquery(analysts),
                begins=Subquery(plan.filter(stage=Stage.HOMOLOGATION).values("starts")[:1]),
                ends=Subquery(plan.filter(stage=Stage.ACCEPTANCE).values("starts")[:1]),
                is_on_hold=Exists(Hold.objects.filter(rollout=OuterRef("pk"), ended_at=None)),
            )
        )
        for stage, manager, people, begins, ends, is_on_hold in rows.values_list(
            "stage", "project_manager", "people", "begins", "ends", "is_on_hold"
        ):
            for person in {manager, *people}:
                self.projects[person] += 1
            for first in [] if is_on_hold else self._weeks_of_homologation(stage, begins, ends):
                for person in people or [manager]:
                    self.homologation[person, first] += OF_A_WEEK_OF_HOMOLOGATION

    def _weeks_of_homologation(self, stage: str, begins: date | None, ends: date | None) -> Iterator[date]:
        """The weeks ahead of a homologation that is planned to begin on the day ``begins``, and the stage after it on
        ``ends``, of a project at ``stage``: this week at least while it is there, whatever the plan says; none once it is
        over, and without a plan."""
        if stage in (Stage.ACCEPTANCE, Stage.GO_LIVE):
            return
        today = clock.today()
        begins = today if stage == Stage.HOMOLOGATION else begins
        if begins is None:
            return
        begins = max(begins, today)
        last = max(ends - timedelta(days=1), begins) if ends else begins
        yield from (monday for monday in self.weeks if monday <= last and monday + ONE_WEEK > begins)
