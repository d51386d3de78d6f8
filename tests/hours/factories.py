from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from apps.core import clock
from apps.hours.models import Proposal, Reclassification, Revision, TimeEntry, Timer
from tests.companies.factories import UserFactory
from tests.rollouts.factories import RolloutFactory


class TimeEntryFactory(DjangoModelFactory):
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

    entry = factory.SubFactory(TimeEntryFactory)
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

    entry = factory.SubFactory(TimeEntryFactory)
    before = [["included", 30]]
    after = [["billable", 30]]
