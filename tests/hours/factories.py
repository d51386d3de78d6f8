"""A rollout with hours, as rows that went through the actions."""

from datetime import UTC, date, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from apps.core import clock
from apps.hours import actions, closing
from apps.hours.models import ClientStatement, Policy, Statement
from tests.rollouts.factories import RolloutFactory

MARCH = datetime(2026, 3, 10, 13, tzinfo=UTC)
APRIL = datetime(2026, 4, 8, 13, tzinfo=UTC)
THE_MONTH = date(2026, 3, 1)


class PolicyFactory(DjangoModelFactory):
    class Meta:
        model = Policy

    rollout = factory.SubFactory(RolloutFactory)


def log(rollout, start=MARCH, minutes=60, who="analyst", **kwargs):
    fields = {"activity": "training", "note": "Aula", **kwargs}
    return actions.log(rollout, by=rollout.people[who], started_at=start, minutes=minutes, **fields)


def a_statement(rollout=None, minutes=300) -> Statement:
    """March of a rollout, closed in April, with ``minutes`` of training."""
    with clock.at(APRIL):
        rollout = rollout or RolloutFactory()
        log(rollout, minutes=minutes)
        return closing.close_month(rollout, by=rollout.people["pm"], month=THE_MONTH)


def a_client_statement(rollout=None, minutes=300) -> ClientStatement:
    """March of a client with one rollout, closed in April."""
    with clock.at(APRIL):
        rollout = rollout or RolloutFactory()
        log(rollout, minutes=minutes)
        log(rollout, start=MARCH + timedelta(days=1), minutes=30, activity="follow_up", note="=1+1")
        return closing.close_client_month(rollout.company("client"), by=rollout.people["pm"], month=THE_MONTH)
