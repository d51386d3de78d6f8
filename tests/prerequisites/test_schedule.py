"""When the application looks at deliveries by itself: once a day, spread over it, and at one of a host at a time."""

from datetime import UTC, time, timedelta

import psycopg
import pytest
from django.db import connection

from apps.core import clock
from apps.core.background import locks
from apps.prerequisites import gathering as evidence
from apps.prerequisites import schedule
from apps.prerequisites.models import Prerequisite, Submission
from tests.prerequisites.factories import PrerequisiteFactory

pytestmark = pytest.mark.django_db


def deliver(item, link, number=1):
    Prerequisite.objects.filter(pk=item.pk).update(state="submitted")
    person = item.rollout.people["client"] if hasattr(item.rollout, "people") else item.rollout.project_manager
    return Submission.objects.create(prerequisite=item, number=number, link=link, submitted_by=person)


def deliveries(number, link="https://homolog.exemplo.com.br/"):
    items = [PrerequisiteFactory(kind=Prerequisite.Kind.ENVIRONMENT) for _number in range(number)]
    return [deliver(item, link) for item in items]


def test_with_nothing_to_do_a_sweep_asks_the_same_however_many_were_delivered(django_assert_num_queries):
    for submission in deliveries(3):
        Submission.objects.filter(pk=submission.pk).update(next_probe_at=schedule.next_time(submission))
    with django_assert_num_queries(1):
        schedule.due()


def test_one_of_a_host_is_looked_at_at_once_also_after_an_outage():
    first, second = deliveries(2)
    [other] = deliveries(1, "https://outra.exemplo.com.br/")
    with clock.at(clock.now() + timedelta(days=9)):
        assert schedule.due().environments == [first.pk, other.pk]
        with schedule.looking(first) as alone:
            assert alone
        assert schedule.due().environments == [second.pk, other.pk]


def test_many_of_one_host_keep_no_other_waiting(monkeypatch):
    monkeypatch.setattr(schedule, "MOST", 2)
    many, [other] = deliveries(4), deliveries(1, "https://outra.exemplo.com.br/")
    now = clock.now() + timedelta(days=9)
    with clock.at(now):
        sweeps = [schedule.due().environments for _number in range(5)]
    assert sweeps[0] == [many[0].pk]
    assert other.pk in sweeps[3]
    later = Submission.objects.filter(pk__in=[row.pk for row in many[1:]]).values_list("next_probe_at", flat=True)
    assert all(now < moment <= now + timedelta(minutes=3) for moment in later)


def test_a_link_whose_message_was_lost_is_handed_over_again_the_same_day_and_tomorrow_once_it_was_read():
    item = PrerequisiteFactory(kind=Prerequisite.Kind.DOCUMENT)
    submission = deliver(item, "https://docs.exemplo.com.br/api")
    Submission.objects.update(evidence={"found": "document"})
    now = clock.instant_of(clock.today() + timedelta(days=9), time(9))
    with clock.at(now):
        assert schedule.due().links == [submission.pk]
        assert schedule.due().links == []
    with clock.at(now + timedelta(hours=1)):
        assert schedule.due().links == [submission.pk]
        with schedule.looking(submission) as alone:
            assert alone
    with clock.at(now + timedelta(hours=3)):
        assert schedule.due().links == []


def test_those_of_a_host_are_spread_over_tomorrow():
    times = {schedule.next_time(submission) for submission in deliveries(8)}
    assert len({moment.hour for moment in times}) > 3
    assert {moment.date() for moment in times} == {clock.now().astimezone(UTC).date() + timedelta(days=1)}


def test_what_somebody_is_at_is_not_asked_of_the_same_host():
    [submission] = deliveries(1)
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        key = locks.key_of("host homolog.exemplo.com.br")
        other.execute("SELECT pg_advisory_lock(%s)", [key])
        assert evidence.check_environment(submission.pk) is None
    assert schedule.due().environments == [submission.pk]


def test_what_was_replaced_or_sent_back_is_looked_at_no_more():
    [first] = deliveries(1)
    second = deliver(first.prerequisite, first.link, number=2)
    assert schedule.due().environments == [second.pk]
    Prerequisite.objects.filter(pk=first.prerequisite_id).update(state="rejected")
    assert schedule.due().environments == []
    assert not Submission.objects.exclude(next_probe_at=None).exists()
