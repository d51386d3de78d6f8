"""Which meetings there are: of a rollout, and of a person in a span of time."""

from datetime import datetime
from typing import Literal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, JSONObject, NullIf

from apps.accounts.models import User
from apps.companies.access import is_presence
from apps.core.database.compiled import compiled_once
from apps.core.requirements import asked_once
from apps.meetings.models import Attendee, Meeting, MeetingKind
from apps.rollouts.models import Rollout


def in_order(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """``meetings`` by when they began, or were to begin, in ``starting``."""
    return meetings.annotate(starting=Coalesce("started_at", "planned_start")).order_by("starting", "pk")


@asked_once
def _of_rules(rollout: Rollout) -> list[Meeting]:
    """The meetings that rules ask for: those that are planned, and of the kickoff and the training those that were held."""
    return _meetings_of_rules(rollout.pk, rollout=rollout)


@compiled_once
def _meetings_of_rules(rollout_pk: int) -> QuerySet[Meeting]:
    held = Q(kind__in=[MeetingKind.KICKOFF, MeetingKind.TRAINING], state=Meeting.State.HELD)
    meetings = Meeting.objects.filter(Q(state=Meeting.State.PLANNED) | held, rollout=rollout_pk)
    return meetings.order_by("planned_start", "pk")


def planned(rollout: Rollout, *kinds: MeetingKind) -> list[Meeting]:
    """The meetings of ``rollout`` that are planned, of ``kinds``, the next one first."""
    return [meeting for meeting in _of_rules(rollout) if meeting.is_planned and meeting.kind in kinds]


def held(rollout: Rollout, kind: Literal[MeetingKind.KICKOFF, MeetingKind.TRAINING]) -> list[Meeting]:
    """The meetings of ``rollout`` that took place and are over, of ``kind``, by number."""
    meetings = [meeting for meeting in _of_rules(rollout) if meeting.kind == kind and not meeting.is_planned]
    return sorted(meetings, key=lambda meeting: meeting.number)


def number_held(rollout: Rollout) -> int:
    """How many meetings of ``rollout`` took place and are over."""
    return _number_held.first(rollout.pk) or 0


@compiled_once
def _number_held(rollout_pk: int) -> "QuerySet[Meeting, int]":
    held = Meeting.objects.filter(rollout=rollout_pk).held().order_by().values("rollout")
    return held.annotate(number=Count("pk")).values_list("number", flat=True)


def between(meetings: QuerySet[Meeting], first: datetime, last: datetime) -> QuerySet[Meeting]:
    """Those of ``meetings`` that begin from ``first`` to before ``last``, in order, with what a list shows of them."""
    parties_and_platform = in_order(meetings).filter(starting__gte=first, starting__lt=last)
    return parties_and_platform.select_related("rollout__platform", "confirmed_by").prefetch_related(
        "rollout__parties__company"
    )


def meetings_of(user: User) -> QuerySet[Meeting]:
    """The meetings of ``user``: at Presence those that they are on the list of, lead, set or run the project of; elsewhere
    all of their company's rollouts."""
    meetings = Meeting.objects.filter(rollout__in=Rollout.objects.visible_to(user))
    if not is_presence(user):
        return meetings
    listed = Attendee.objects.filter(person__user=user).values("meeting")
    return meetings.filter(Q(pk__in=listed) | Q(led_by=user) | Q(scheduled_by=user) | Q(rollout__project_manager=user))


def attended_by(user: User, since: datetime) -> QuerySet[Attendee]:
    """The part of ``user``, by account, in the meetings that they attended for Presence and that began at or after ``since``
    and are over, with meeting and rollout."""
    rows = Attendee.objects.filter(
        person__user=user, party="presence", attended=True, meeting__state=Meeting.State.HELD,
        meeting__started_at__gte=since,
    )  # fmt: skip
    return rows.select_related("meeting__rollout").order_by(F("meeting__started_at"), "pk")


def attendance() -> ArraySubquery:
    """To annotate meetings: who was there, as a list of JSON objects with ``name``, ``account`` (its key), ``party``,
    ``company`` and ``position``. The name is None of an account that was erased."""

    def first_given(*names: str) -> Coalesce:
        return Coalesce(*(NullIf(name, Value("")) for name in names), address)

    address = Case(When(person__user__erased_at=None, then=F("person__user__email")))
    rows = Attendee.objects.filter(meeting=OuterRef("pk"), attended=True).order_by("pk")
    described = JSONObject(
        name=first_given("name", "person__name", "person__user__name"), account="person__user", party="party",
        company="company", position=Coalesce("person__position", "position"),
    )  # fmt: skip
    return ArraySubquery(rows.values(json=described))
