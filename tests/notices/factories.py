from datetime import date, datetime
from typing import Annotated, get_args, get_origin

import factory
from django.db.models import Choices
from factory.django import DjangoModelFactory

from apps.core import clock, plugins
from apps.core.events import data_types
from apps.core.localized import Localized
from apps.notices.models import Digest, Notice, Preference
from apps.rollouts import timeline
from tests.companies.factories import UserFactory
from tests.rollouts.factories import RolloutFactory


def an_event(rollout=None, *, kind="prerequisites.rejected", by=None, **data):
    """Something that happened in ``rollout``, as the action of another app would record it."""
    with timeline.changing(rollout or RolloutFactory(), even_closed=True) as locked:
        return timeline.record(locked, an_event_of(plugins.events()[kind], **data), by)


def an_event_of(kind, **data):
    """An event of ``kind`` with ``data``, and something plausible where it says nothing."""
    return kind(**{name: data.get(name, _plausible(annotation)) for name, annotation in data_types(kind).items()})


def _plausible(annotation):
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is not None:
        return get_origin(annotation)()
    if issubclass(annotation, Choices):
        return next(iter(annotation))
    values = {str: "x", int: 1, bool: True, date: clock.today(), datetime: clock.now()}
    return values.get(annotation, Localized(pt="x", en="x"))


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
