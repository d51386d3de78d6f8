from datetime import date, datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet

from apps.accounts.models import User
from apps.companies.models import Membership
from apps.core import clock, plugins, workdays
from apps.core.process import Stage
from apps.meetings.audiences import invited_to
from apps.meetings.models import Attendee, Meeting
from apps.notices.models import WAITING, Beginning, Digest, Outgoing, Preference
from apps.notices.words import Due, Upcoming
from apps.rollouts import queries
from apps.rollouts.audiences import people_of
from apps.rollouts.models import Event, OpenRequirement, Party, Rollout
from apps.rollouts.reminders import due_days

# Events are looked for so far back: a transaction that ends late, or a worker that was away, loses nothing.
LOOK_BACK = timedelta(days=14)
OF_A_MEETING = "meeting:"
"""What a reminder of a meeting begins with, before the meeting's key; no requirement's key does."""


def events_without_notices() -> QuerySet[Event]:
    """Events that give a notice, and whose notices were not made, in whichever order their transactions ended."""
    beginning, _created = Beginning.objects.get_or_create(pk=1)
    since = max(beginning.at, clock.now() - LOOK_BACK)
    return Event.objects.filter(kind__in=plugins.notices(), at__gte=since, consumption=None).order_by("at", "pk")


def waiting(model: type[Outgoing]) -> list[int]:
    """The keys of what is to be sent, the longest waiting first; no digest to which more may come."""
    rows = model._default_manager.filter(WAITING)
    if model is Digest:
        rows = rows.filter(Q(run=None) | Q(run__finished_at__isnull=False))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def preference_of(user: User) -> Preference:
    """What ``user`` chose, or everything."""
    return Preference.objects.filter(user=user).first() or Preference(user=user)


def wants(users: list[User], what: str) -> list[User]:
    """Those of ``users`` who did not switch ``what`` off: ``events`` or ``reminders``."""
    refused = set(Preference.objects.filter(user__in=users, **{what: False}).values_list("user_id", flat=True))
    return [user for user in users if user.pk not in refused]


def dated(rollout: Rollout) -> list[OpenRequirement]:
    """What of ``owed`` is owed by a day."""
    return [row for row in owed(rollout) if row.due]


def owed(rollout: Rollout) -> list[OpenRequirement]:
    """What somebody owes: of the next gate, what nobody waived, and what may be settled ahead of it. Nothing while the
    rollout is on hold or closed."""
    if rollout.open_hold:
        return []
    return [row for row in queries.open_requirements(rollout) if row.is_owed]


def rollouts_to_remind(today: date) -> QuerySet[Rollout]:
    """The running rollouts in which something is due on a day of which ``today`` reminds, whatever became of it since; and
    those with a meeting before the next business day is over."""
    due_today = OpenRequirement.objects.filter(due__in=due_days(today)).values("rollout")
    running = Rollout.objects.running().filter(pk__in=due_today).values("pk")
    return Rollout.objects.filter(Q(pk__in=running) | Q(pk__in=meetings_to_remind_of(today).values("rollout")))


def meetings_to_remind_of(today: date) -> QuerySet[Meeting]:
    """The planned meetings before which ``today`` is the last business day: of tomorrow; on a Friday, of the days up to and
    with Monday. None on a day off. A rollout has some after its completion, and while it is on hold."""
    if not workdays.is_workday(today):
        return Meeting.objects.none()
    start = clock.instant_of(today + timedelta(days=1))
    planned = Meeting.objects.planned().exclude(rollout__stage=Stage.CANCELLED)
    return planned.filter(planned_start__gte=start, planned_start__lt=_end_of_reminders(today))


def _end_of_reminders(today: date) -> datetime:
    """The end of the next business day: what begins before it may have been reminded of up to ``today``."""
    return clock.instant_of(workdays.shift(today, 1) + timedelta(days=1))


def with_whom_to_remind(rollouts: QuerySet[Rollout], today: date) -> QuerySet[Rollout]:
    """``rollouts`` with what ``to_remind`` reads of each, in as many queries for a thousand as for one."""
    due_today = OpenRequirement.objects.filter(due__in=due_days(today)).select_related("person")
    people = Membership.objects.filter(user__is_active=True).select_related("user").order_by("user")
    invited = Attendee.objects.filter(invited=True).select_related("person")
    return rollouts.select_related("project_manager").prefetch_related(
        "holds",
        Prefetch("parties", Party.objects.select_related("company")),
        Prefetch("parties__company__memberships", people),
        Prefetch("open_requirements", due_today),
        Prefetch("meetings", meetings_to_remind_of(today).prefetch_related(Prefetch("attendees", invited))),
        queries.WITH_ASSIGNEES,
    )


def to_remind(rollout: Rollout, today: date) -> dict[User, list[tuple[Rollout, str]]]:
    """Who is to be reminded of ``rollout`` (``with_whom_to_remind``) on ``today``, unless they do not want to be, and of
    what: the rollout, and the requirement's key or a meeting as a reminder keeps it."""
    people: dict[User, list[tuple[Rollout, str]]] = {}
    days = set(due_days(today))
    for matter in dated(rollout):
        if matter.due in days:
            for user in who_takes_care(rollout, matter):
                people.setdefault(user, []).append((rollout, matter.key))
    for meeting in rollout.meetings.all():  # Those that today reminds of.
        for user in invited_to(meeting):
            people.setdefault(user, []).append((rollout, f"{OF_A_MEETING}{meeting.pk}"))
    return people


def still_planned(rollout: Rollout, keys: list[str]) -> list[Upcoming]:
    """The meetings of ``rollout`` among ``keys`` that lie ahead, up to the next business day, in the reader's language."""
    numbers = [int(key.removeprefix(OF_A_MEETING)) for key in keys if key.startswith(OF_A_MEETING)]
    if not numbers:
        return []
    end = _end_of_reminders(clock.today())
    meetings = rollout.meetings.planned().filter(pk__in=numbers, planned_start__gt=clock.now(), planned_start__lt=end)
    return [Upcoming(rollout, meeting) for meeting in meetings]


def still_owed(rollout: Rollout, keys: list[str], *, undated: bool) -> list[Due]:
    """Those of the requirements ``keys`` of ``rollout`` that are still owed, ``undated`` ones only where it says so, in the
    reader's language."""
    now = {matter.key: matter for matter in (owed(rollout) if undated else dated(rollout))}
    return [Due(rollout, now[key]) for key in keys if key in now]


def who_takes_care(rollout: Rollout, matter: OpenRequirement) -> list[User]:
    """Who alone can settle the matter; or whom it was handed to, while they work at the company that owes it; or else
    everybody there."""
    if matter.person:
        return [matter.person] if matter.person.is_active else []
    people = people_of(rollout, matter.owed_by)
    membership = queries.assignees(rollout).get(matter.key)
    if membership and membership.user in people:
        return [membership.user]
    return people
