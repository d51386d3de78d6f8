"""More projects for the demonstration, through the same actions; every course is walked by what its functions are made of."""

import pytest

from apps.blueprints.loading import loader
from apps.companies.models import Company
from apps.core import clock
from apps.core.background import queue
from apps.demo import more
from apps.demo.people import create_people
from apps.rollouts import timeline
from apps.rollouts.models import Event, Rollout

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    loader.load()
    return clock.now()


def added(number, today, monkeypatch):
    """``number`` projects of the short courses; the long ones are those of the demonstration itself."""
    courses = [course for course in more.COURSES if course[0] in (more._fresh, more._on_hold, more._to_development)]
    monkeypatch.setattr(more, "COURSES", courses)
    with queue.paused():
        more.add(create_people(), number, today)
    return list(Rollout.objects.order_by("pk"))


def test_they_are_of_several_retailers_platforms_integrators_and_managers_and_end_before_today(today, monkeypatch):
    rollouts = added(6, today, monkeypatch)
    assert len(rollouts) == 6
    assert all(timeline.verify(rollout) is None for rollout in rollouts)
    assert Event.objects.latest("at").at <= today
    assert len({rollout.company("client") for rollout in rollouts}) == 6
    assert len({rollout.platform for rollout in rollouts}) == 3
    assert len({rollout.company("integrator") for rollout in rollouts}) > 1
    assert len({rollout.project_manager for rollout in rollouts}) == 2


def test_a_retailer_with_two_projects_is_one_company_whose_person_leads_both(today, monkeypatch):
    monkeypatch.setattr(more, "RETAILERS", more.RETAILERS[:1])
    rollouts = added(2, today, monkeypatch)
    client = Company.objects.get(trade_name=more.RETAILERS[0][0])
    assert [rollout.company("client") for rollout in rollouts] == [client, client]
    assert client.memberships.count() == 1


@pytest.mark.parametrize("number", [0, -5])
def test_none_are_made_where_there_are_enough(number, today, monkeypatch):
    assert added(number, today, monkeypatch) == []
