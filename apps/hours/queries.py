from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.models import Company
from apps.core import clock
from apps.core.database.compiled import compiled_once
from apps.core.database.rows import embedded, rows_of
from apps.core.process import PartyRole
from apps.core.refusals import Refusal
from apps.core.requirements import asked_once, remember
from apps.hours import classification
from apps.hours.classification import Activity, HourClass
from apps.hours.models import ClientStatement, ExtraHoursRequest, HourSum, Line, Policy, Statement, TimeEntry
from apps.meetings.models import Meeting, MeetingKind
from apps.rollouts import numbering, parties
from apps.rollouts.models import FormerParty, Party, Rollout

VERSIONS = ("effective_from", "number")
"""The order in which the policies of a rollout begin to hold."""


def month_of(instant: datetime) -> date:
    """The first day of the month of ``instant``, in the installation's time zone."""
    return clock.day_of(instant).replace(day=1)


def is_month_closed(rollout: Rollout, instant: datetime) -> bool:
    """A month is closed when it, or a later one, has a statement: the rollout's own or its client's."""
    first = first_open_month(rollout)
    return first is not None and month_of(instant) < first


def refuse_closed_month(rollout: Rollout, instant: datetime) -> None:
    """Raise ``Refusal`` (409) when the month of ``instant`` is closed: what is recorded of it stands in its statement."""
    if is_month_closed(rollout, instant):
        raise Refusal(
            _("%(month)s já está fechado: nada mais se registra desse mês.")
            % {"month": date_format(month_of(instant), "F Y").capitalize()}
        )


def first_open_month(rollout: Rollout) -> date | None:
    """The month after the last closed one; None while none is closed."""
    last, _number = _end_of_the_ledger(rollout)
    return following(last) if last else None


def last_number(rollout: Rollout) -> int:
    """The number of the newest entry of ``rollout``, deleted or not; 0 before the first."""
    return _end_of_the_ledger(rollout)[1]


@asked_once
def _end_of_the_ledger(rollout: Rollout) -> tuple[date | None, int]:
    """The last closed month of ``rollout``, by a statement of its own or of its client, and its highest entry number."""
    return _ledger_ends(rollout.pk)[0]


@compiled_once
def _ledger_ends(rollout_pk: int) -> "QuerySet[Rollout, tuple[date | None, int]]":
    row = Rollout.objects.filter(pk=rollout_pk).annotate(**_end_annotations())
    return row.values_list("last_closed_month", "last_entry_number")


def _end_annotations() -> dict[str, Any]:
    own_months = Statement.objects.filter(rollout=OuterRef("pk")).order_by("-month").values("month")
    client = Party.objects.filter(rollout=OuterRef(OuterRef("pk")), role=PartyRole.CLIENT).values("company")
    of_client = ClientStatement.objects.filter(client__in=client).order_by("-month").values("month")
    last = Greatest(Subquery(own_months[:1]), Subquery(of_client[:1]))  # In PostgreSQL the one that there is.
    number = numbering.last_number(TimeEntry.objects.filter(rollout=OuterRef("pk")))
    return {"last_closed_month": last, "last_entry_number": number}


def of_the_ledger() -> dict[str, Any]:
    """To annotate a rollout with where its ledger ends and with its policies, for ``take_ledger``."""
    versions = Policy.objects.filter(rollout=OuterRef("pk")).order_by(*VERSIONS)
    return {**_end_annotations(), "embedded_policies": embedded(versions)}


def take_ledger(rollout: Any) -> None:
    """Remember, while ``rollout`` is ``asking``, what came with it (``of_the_ledger``)."""
    versions = rows_of(Policy, rollout.embedded_policies) or [Policy(rollout=rollout)]
    for version in versions:
        version.rollout = rollout
    remember(policies, rollout, versions)
    remember(_end_of_the_ledger, rollout, (rollout.last_closed_month, rollout.last_entry_number))


def following(month: date) -> date:
    """The first day of the month after ``month``."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def is_over(month: date) -> bool:
    """``month`` ended, in the installation's time zone."""
    return clock.today() >= following(month)


def month_starts(month: date) -> datetime:
    """The first instant of ``month``, in the installation's time zone."""
    return clock.instant_of(month.replace(day=1))


def lines_of_month(rollout: Rollout, month: date) -> QuerySet[Line]:
    """The lines of the work that began in ``month``; an entry that runs past midnight belongs to its start."""
    return lines(rollout).filter(
        entry__started_at__gte=month_starts(month), entry__started_at__lt=month_starts(following(month))
    )


@asked_once
def policies(rollout: Rollout) -> list[Policy]:
    """The versions of the policy, in the order in which they begin to hold; never none."""
    return _policies(rollout.pk, rollout=rollout) or [Policy(rollout=rollout)]


@compiled_once
def _policies(rollout_pk: int) -> QuerySet[Policy]:
    return Policy.objects.filter(rollout=rollout_pk).order_by(*VERSIONS)


def rules(rollout: Rollout) -> list[classification.Rules]:
    return [policy.rules() for policy in policies(rollout)]


def policy_in_force(rollout: Rollout, day: date) -> Policy:
    """The version that holds on ``day``."""
    versions = policies(rollout)
    return next((policy for policy in reversed(versions) if policy.effective_from <= day), versions[0])


def loggable(user: User) -> QuerySet[Rollout]:
    """The rollouts on which ``user`` may log time: the open ones, then those that ended, the latest first. The stage never
    stops it; a closed month does."""
    rollouts = Rollout.objects.visible_to(user).select_related("platform").prefetch_related("parties__company")
    return rollouts.order_by(F("closed_at").desc(nulls_first=True), "-pk")


def lines(rollout: Rollout) -> QuerySet[Line]:
    """The ledger: every line in the order the work was done."""
    return Line.objects.filter(entry__rollout=rollout).select_related(
        "entry__person", "entry__nonconformity", "entry__adjusts", "statement"
    )


def open_lines(rollout: Rollout) -> QuerySet[Line]:
    return lines(rollout).filter(statement=None)


def closed_lines(rollout: Rollout) -> QuerySet[Line]:
    return lines(rollout).exclude(statement=None)


def open_entries(rollout: Rollout) -> QuerySet[TimeEntry]:
    """Entries that count and whose lines are not fixed by a statement."""
    fixed = closed_lines(rollout).values("entry")
    entries = rollout.time_entries.filter(deleted_at=None).exclude(pk__in=fixed)
    return entries.select_related("nonconformity", "adjusts")


def closed_so_far(rollout: Rollout, entries: Iterable[TimeEntry]) -> list[classification.Line]:
    """What the closed lines mean to ``entries``: how much of each allowance is used and since when, and the lines of
    the entries that they adjust. Sums instead of every line ever closed, so that a long project stays quick."""
    if first_open_month(rollout) is None:
        return []
    adjusted = {entry.adjusts_id for entry in entries if entry.adjusts_id}
    corrections = rollout.time_entries.filter(adjusts__in=adjusted, deleted_at=None).values("pk")
    of_adjusted_entries = Q(entry__in=adjusted) | Q(entry__in=corrections)
    fixed = Line.objects.filter(entry__rollout=rollout).exclude(statement=None)
    sums = fixed.exclude(allowance="").exclude(of_adjusted_entries).order_by().values("allowance").annotate(
        all=Sum("minutes"), last=Max("entry__started_at")
    )  # fmt: skip
    result = [
        classification.Line(
            0, row["all"], HourClass.INCLUDED, "within_allowance", row["allowance"],
            params={"on": clock.day_of(row["last"]).isoformat()},
        )
        for row in sums
    ]  # fmt: skip
    return result + ([line.pure() for line in closed_lines(rollout).filter(of_adjusted_entries)] if adjusted else [])


@dataclass(frozen=True)
class Allowance:
    """How much of an allowance is used, and how much of it the sessions that are scheduled will use. Minutes."""

    activity: str
    label: str
    used: int
    size: int
    scheduled: int = 0

    @property
    def remaining(self) -> int:
        return max(self.size - self.used, 0)

    @property
    def forecast(self) -> int:
        """What the scheduled sessions take of what is left."""
        return min(self.scheduled, self.remaining)

    @property
    def beyond(self) -> int:
        """What the scheduled sessions need beyond the allowance."""
        return self.scheduled - self.forecast

    @property
    def free(self) -> int:
        """What is neither used nor needed by the scheduled sessions."""
        return self.remaining - self.forecast


def allowances(rollout: Rollout) -> list[Allowance]:
    """What is used of each allowance and what the scheduled sessions will use; its size is today's."""
    with_scheduled = Rollout.objects.annotate(**scheduled()).get(pk=rollout.pk)
    return allowances_by(with_scheduled, hour_sums(rollout), policy_in_force(rollout, clock.today()))


def allowances_by(rollout: Rollout, sums: Iterable[HourSum], policy: Policy) -> list[Allowance]:
    """The same, of a ``rollout`` that comes with ``scheduled``, its ``sums``, and the ``policy`` that gives the sizes."""
    return [
        Allowance(activity.value, str(activity.label), used, size, getattr(rollout, f"scheduled_{activity}"))
        for activity, used, size in used_of_allowances(sums, policy)
    ]


def scheduled() -> dict[str, Coalesce]:
    """The minutes of the scheduled sessions, by activity, as a query of rollouts gives them: ``scheduled_training``, …"""
    return {
        f"scheduled_{Activity.TRAINING}": _planned_minutes(MeetingKind.TRAINING),
        f"scheduled_{Activity.HOMOLOGATION}": _planned_minutes(MeetingKind.HOMOLOGATION),
    }


def _planned_minutes(kind: str) -> Coalesce:
    by_rollout = Meeting.objects.filter(rollout=OuterRef("pk"), kind=kind).planned().order_by().values("rollout")
    return Coalesce(Subquery(by_rollout.annotate(all=Sum("planned_minutes")).values("all")), 0)


@asked_once
def hour_sums(rollout: Rollout) -> list[HourSum]:
    """The hours of ``rollout`` as kept sums, by month."""
    return _hour_sums(rollout.pk, rollout=rollout)


@compiled_once
def _hour_sums(rollout_pk: int) -> QuerySet[HourSum]:
    return HourSum.objects.filter(rollout=rollout_pk).order_by("month")


def used_of_allowances(sums: Iterable[HourSum], policy: Policy) -> list[tuple[Activity, int, int]]:
    """Each activity that has an allowance, with the minutes used of it and its size by ``policy``.

    What is included of such an activity is what uses its allowance, and nothing else does (docs/hours.md, rules 1 to 4).
    """
    used: Counter[str] = Counter()
    for row in sums:
        if row.hour_class == HourClass.INCLUDED:
            used[row.activity] += row.minutes
    sizes = {Activity.TRAINING: policy.training_allowance, Activity.HOMOLOGATION: policy.homologation_allowance}
    return [(activity, used[activity.value], size) for activity, size in sizes.items()]


def totals(lines: Iterable[Line | HourSum]) -> dict[str, int]:
    """Minutes by class and the billable amount in centavos, of lines or of kept sums. Of a queryset, summed by the
    database."""
    result = {hour_class.value: 0 for hour_class in HourClass} | {"amount": 0}
    if isinstance(lines, QuerySet):
        rows = lines.order_by().values_list("hour_class").annotate(Sum("minutes"), Sum("amount"))
    else:
        rows = ((line.hour_class, line.minutes, line.amount) for line in lines)
    for hour_class, minutes, amount in rows:
        result[hour_class] += minutes
        result["amount"] += amount
    return result


def rollouts_of(client: Company, month: date) -> QuerySet[Rollout]:
    """The rollouts whose client is ``client`` at the end of ``month``: the month in which another took its place is the
    other's."""
    clients = Party.objects.filter(rollout=OuterRef("pk"), role=PartyRole.CLIENT).values("company")
    later = FormerParty.objects.filter(rollout=OuterRef("pk"), role=PartyRole.CLIENT, until__gte=_ends(month))
    former = later.order_by("until", "pk").values("company")
    companies = Company.objects.filter(Q(pk=client.pk) | Q(merged_into=client) | Q(merged_records=client))
    return Rollout.objects.alias(client_then=Coalesce(Subquery(former[:1]), Subquery(clients))).filter(
        client_then__in=companies.values("pk")
    )


def client_of(rollout: Rollout, month: date) -> Company:
    """The client of ``rollout`` at the end of ``month``."""
    return parties.company_at(rollout, PartyRole.CLIENT, _ends(month))


def when_client_came(rollout: Rollout) -> Subquery:
    """Since when the client of ``rollout`` plays that role, to be written into a row; null for its first client."""
    before = FormerParty.objects.filter(rollout=rollout, role=PartyRole.CLIENT).order_by("-until")
    return Subquery(before.values("until")[:1])


def approvals_of_client(rollout: Rollout, month: date) -> QuerySet[ExtraHoursRequest]:
    """The extra hours that the client of the end of ``month`` approved, in the order of its answers: not those that another
    approved before it came or after it left."""
    since, until = parties.period_at(rollout, PartyRole.CLIENT, _ends(month))
    approved = rollout.extra_requests.filter(state=ExtraHoursRequest.State.APPROVED)
    if since:
        approved = approved.filter(answered_at__gt=since)
    if until:
        approved = approved.filter(answered_at__lte=until)
    return approved.select_related("answered_by").order_by("answered_at", "number")


def _ends(month: date) -> datetime:
    return month_starts(following(month.replace(day=1)))


def statements_of(client: Company, month: date) -> list[Statement]:
    """The statements of the client's rollouts of ``month``, by rollout."""
    statements = Statement.objects.filter(rollout__in=rollouts_of(client, month).values("pk"), month=month)
    return list(statements.select_related("rollout__platform").order_by("rollout_id"))


def client_statements_of(client: Company) -> "QuerySet[ClientStatement]":
    """The closed months of ``client``, those that were closed under another record of it too."""
    return ClientStatement.objects.filter(Q(client=client) | Q(client__merged_into=client))


def classified(rollout: Rollout) -> list[classification.Line]:
    """Every line of ``rollout``: the closed ones first, then the open ones in the order the work was done.

    Each line names its own entry, an adjustment too.
    """
    works = [entry.work() for entry in open_entries(rollout)]
    fixed = list(closed_lines(rollout))
    counted = classification.classify(works, rules(rollout), [line.pure() for line in fixed])
    return [replace(line.pure(), entry=line.entry.number) for line in fixed] + counted


def preview(rollout: Rollout, *works: classification.Work) -> list[classification.Line]:
    """The lines that ``works`` would get if they were logged now; they are numbered on from the last entry, in order."""
    first = last_number(rollout) + 1
    numbered = [replace(work, number=number) for number, work in enumerate(works, start=first)]
    open_works, closed = _open_part(rollout)
    counted = classification.classify([*open_works, *numbered], rules(rollout), closed)
    return [line for line in counted if line.entry >= first]


@asked_once
def _open_part(rollout: Rollout) -> tuple[list[classification.Work], list[classification.Line]]:
    """What counts and is not closed, and what the closed lines mean to it."""
    entries = list(open_entries(rollout))
    return [entry.work() for entry in entries], closed_so_far(rollout, entries)


def with_words(lines: Iterable[classification.Line]) -> list[dict[str, object]]:
    """Lines with the words for their class and their reason, for a template."""
    return [
        {
            "line": line,
            "label": HourClass(line.hour_class).label,
            "why": classification.explain(line.reason, line.params, line.minutes),
        }
        for line in lines
    ]
