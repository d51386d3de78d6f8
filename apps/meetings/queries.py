"""Which meetings there are: of a rollout, and of a person in a span of time."""

from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, JSONObject, NullIf

from apps.accounts.models import User
from apps.companies.access import is_presence
from apps.meetings.models import Attendee, Meeting
from apps.rollouts.models import Rollout


def in_order(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """``meetings`` by when they began, or were to begin, in ``starting``."""
    return meetings.annotate(starting=Coalesce("started_at", "planned_start")).order_by("starting", "pk")


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
