import factory
from factory.django import DjangoModelFactory

from apps.core import clock
from apps.notices.models import Digest, Notice, Preference
from apps.rollouts import timeline
from tests.companies.factories import UserFactory
from tests.rollouts.factories import RolloutFactory


def an_event(rollout=None, *, kind="prerequisites.rejected", by=None, **data):
    """Something that happened in ``rollout``, as the action of another app would record it."""
    with timeline.changing(rollout or RolloutFactory(), even_closed=True) as locked:
        return timeline.record(locked, timeline.EventKind(kind, "x"), by, **data)


class NoticeFactory(DjangoModelFactory):
    """A notice that waits to be sent."""

    class Meta:
        model = Notice

    event = factory.LazyFunction(an_event)
    user = factory.SubFactory(UserFactory)


class DigestFactory(DjangoModelFactory):
    class Meta:
        model = Digest

    user = factory.SubFactory(UserFactory)
    day = factory.LazyFunction(clock.today)


class PreferenceFactory(DjangoModelFactory):
    class Meta:
        model = Preference

    user = factory.SubFactory(UserFactory)
