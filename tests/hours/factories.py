"""A rollout with hours, as rows that went through the actions."""

from datetime import UTC, date, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from apps.core import clock
from apps.hours import queries
from apps.hours.agreement import coverage as agreement
from apps.hours.ledger import actions, closing, sums
from apps.hours.models import (
    ClientStatement,
    Contest,
    ContestMessage,
    ExtraHoursRequest,
    Line,
    Policy,
    Proposal,
    Reclassification,
    Revision,
    Statement,
    TimeEntry,
    Timer,
)
from tests.companies.factories import UserFactory
from tests.rollouts.factories import RolloutFactory

MARCH = datetime(2026, 3, 10, 13, tzinfo=UTC)
APRIL = datetime(2026, 4, 8, 13, tzinfo=UTC)
THE_MONTH = date(2026, 3, 1)


class PolicyFactory(DjangoModelFactory):
    class Meta:
        model = Policy

    rollout = factory.SubFactory(RolloutFactory)


class TimeEntryFactory(DjangoModelFactory):
    """An hour of the analyst's follow-up with its one billable line, as rows: nothing was classified."""

    class Meta:
        model = TimeEntry
        skip_postgeneration_save = True

    rollout = factory.SubFactory(RolloutFactory)
    number = factory.Sequence(lambda number: number + 1)
    person = factory.LazyAttribute(lambda entry: entry.rollout.people["analyst"])
    activity = "follow_up"
    started_at = factory.LazyFunction(clock.now)
    minutes = 60
    note = "Apoio"

    @factory.post_generation
    def line(self, create, extracted, **kwargs):
        fields = {"hour_class": "billable", "amount": 25000, "reason": "follow_up", **kwargs}
        Line.objects.create(entry=self, position=1, minutes=self.minutes, **fields)
        sums.write_open(self.rollout, queries.open_lines(self.rollout))


class ExtraHoursRequestFactory(DjangoModelFactory):
    class Meta:
        model = ExtraHoursRequest

    rollout = factory.SubFactory(RolloutFactory)
    number = factory.LazyAttribute(lambda request: request.rollout.extra_requests.count() + 1)
    activity = "follow_up"
    purpose = "Apoio à equipe da loja"
    minutes = 60
    hourly_rate = 25000
    price = 25000
    sent_by = factory.LazyAttribute(lambda request: request.rollout.people["pm"])


class ContestFactory(DjangoModelFactory):
    """An open contest of a billable line, with the client's first message."""

    class Meta:
        model = Contest
        skip_postgeneration_save = True

    entry = factory.SubFactory(TimeEntryFactory)
    rollout = factory.LazyAttribute(lambda contest: contest.entry.rollout)
    number = factory.LazyAttribute(lambda contest: contest.rollout.contests.count() + 1)
    hour_class = "billable"
    content = factory.LazyAttribute(lambda contest: agreement.part(contest.entry, contest.hour_class))
    opened_by = factory.LazyAttribute(lambda contest: contest.rollout.people["client"])

    @factory.post_generation
    def message(self, create, extracted, **kwargs):
        ContestMessage.objects.create(
            contest=self, author=self.opened_by, party="client", text="Foi meia hora", **kwargs
        )


class BareEntryFactory(DjangoModelFactory):
    """An entry as a row: no lines were written, nothing was checked."""

    class Meta:
        model = TimeEntry

    rollout = factory.SubFactory(RolloutFactory)
    number = factory.Sequence(lambda n: n + 1)
    person = factory.SubFactory(UserFactory)
    activity = "internal"
    started_at = factory.LazyFunction(lambda: clock.now() - timedelta(hours=3))
    minutes = 60
    note = "Trabalho"


class TimerFactory(DjangoModelFactory):
    class Meta:
        model = Timer

    person = factory.SubFactory(UserFactory)
    rollout = factory.SubFactory(RolloutFactory)
    activity = "internal"


class ProposalFactory(DjangoModelFactory):
    class Meta:
        model = Proposal

    person = factory.SubFactory(UserFactory)
    rollout = factory.SubFactory(RolloutFactory)
    source = factory.Sequence(lambda n: f"timer:{n}")
    activity = "internal"
    note = "Trabalho"
    started_at = factory.LazyFunction(lambda: clock.now() - timedelta(hours=2))
    minutes = 45


class RevisionFactory(DjangoModelFactory):
    class Meta:
        model = Revision

    entry = factory.SubFactory(BareEntryFactory)
    by = factory.SelfAttribute("entry.person")
    before = {
        "activity": "internal",
        "started_at": "2026-03-10T13:00:00Z",
        "minutes": 30,
        "note": "x",
        "nonconformity": "",
    }


class ReclassificationFactory(DjangoModelFactory):
    class Meta:
        model = Reclassification

    entry = factory.SubFactory(BareEntryFactory)
    before = [["included", 30]]
    after = [["billable", 30]]


def log(rollout, start=MARCH, minutes=60, who="analyst", **kwargs):
    fields = {"activity": "training", "note": "Aula", **kwargs}
    return actions.log(rollout, by=rollout.people[who], started_at=start, minutes=minutes, **fields)


def close_month(rollout, month=THE_MONTH, who="pm", **kwargs) -> Statement:
    """Close a month, acknowledging whatever is pointed out."""
    kwargs.setdefault("acknowledged", closing.receipt(closing.warnings_of(rollout, month)))
    return closing.close_month(rollout, by=rollout.people[who], month=month, **kwargs)


def close_client_month(rollout, month=THE_MONTH, who="pm", **kwargs) -> ClientStatement:
    """Close a month of the rollout's client, acknowledging whatever is pointed out."""
    client = rollout.company("client")
    rollouts = queries.rollouts_of(client, month).order_by("pk")
    pending = [each for each in rollouts if queries.lines_of_month(each, month).filter(statement=None).exists()]
    kwargs.setdefault("acknowledged", closing.receipt(closing.client_warnings(pending, month)))
    return closing.close_client_month(client, by=rollout.people[who], month=month, **kwargs)


def a_statement(rollout=None, minutes=300) -> Statement:
    """March of a rollout, closed in April, with ``minutes`` of training."""
    with clock.at(APRIL):
        rollout = rollout or RolloutFactory()
        log(rollout, minutes=minutes)
        return close_month(rollout)


def a_client_statement(rollout=None, minutes=300) -> ClientStatement:
    """March of a client with one rollout, closed in April."""
    with clock.at(APRIL):
        rollout = rollout or RolloutFactory()
        log(rollout, minutes=minutes)
        log(rollout, start=MARCH + timedelta(days=1), minutes=30, activity="follow_up", note="=1+1")
        return close_client_month(rollout)
