import factory
from factory.django import DjangoModelFactory

from apps.core import clock
from apps.hours import agreement
from apps.hours.models import Contest, ContestMessage, ExtraHoursRequest, Line, TimeEntry
from tests.rollouts.factories import RolloutFactory


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
        fields = {"klass": "billable", "amount": 25000, "reason": "follow_up", **kwargs}
        Line.objects.create(entry=self, position=1, minutes=self.minutes, **fields)


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
    klass = "billable"
    content = factory.LazyAttribute(lambda contest: agreement.part(contest.entry, contest.klass))
    opened_by = factory.LazyAttribute(lambda contest: contest.rollout.people["client"])

    @factory.post_generation
    def message(self, create, extracted, **kwargs):
        ContestMessage.objects.create(
            contest=self, author=self.opened_by, party="client", text="Foi meia hora", **kwargs
        )
