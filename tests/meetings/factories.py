from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from apps.companies.models import Person
from apps.core import clock
from apps.meetings import people
from apps.meetings.models import Absence, Attendee, Meeting
from tests.rollouts.factories import RolloutFactory


class MeetingFactory(DjangoModelFactory):
    """A session of the training in two days, of an hour."""

    class Meta:
        model = Meeting

    rollout = factory.SubFactory(RolloutFactory)
    kind = "training"
    number = factory.LazyAttribute(lambda meeting: meeting.rollout.meetings.filter(kind=meeting.kind).count() + 1)
    planned_start = factory.LazyFunction(lambda: clock.now() + timedelta(days=2))
    planned_minutes = 60
    calendar_key = factory.LazyAttribute(lambda meeting: f"{meeting.rollout.code}-{meeting.kind}-{meeting.number}")

    class Params:
        held = factory.Trait(
            state="held",
            planned_start=None,
            started_at=factory.LazyFunction(lambda: clock.now() - timedelta(hours=2)),
            ended_at=factory.LazyAttribute(lambda meeting: meeting.started_at + timedelta(hours=1)),
        )
        in_progress = factory.Trait(
            state="in_progress", planned_start=None, planned_minutes=None, started_at=factory.LazyFunction(clock.now)
        )


class AttendeeFactory(DjangoModelFactory):
    """Somebody who was there; needs ``meeting``. A guest, unless ``person`` or ``user`` is given."""

    class Meta:
        model = Attendee

    party = "client"
    attended = True
    name = factory.LazyAttribute(lambda row: "" if getattr(row, "person", None) else "Maria da Loja")

    @classmethod
    def _create(cls, model_class, *args, user=None, **fields):
        if user:
            company = fields["meeting"].rollout.company(fields["party"])
            fields |= {"person": people.record_of(user, company), "name": ""}
        return super()._create(model_class, *args, **fields)


class AbsenceFactory(DjangoModelFactory):
    """Needs ``meeting``."""

    class Meta:
        model = Absence

    party = "integrator"
    reason = "Sem agenda hoje"


def marks(*users) -> list[str]:
    """What a form posts of those who are marked in it."""
    keys = Person.objects.filter(user__in=users).values_list("pk", flat=True)
    return [f"#{pk}" for pk in keys]
