"""Many at once, on a real PostgreSQL: no more pass than a limit says."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.core import clock
from apps.core.refusals import TooMany
from apps.limits import actions as limits
from apps.limits.models import Count
from tests.companies.factories import CompanyFactory, PresenceFactory, a_person
from tests.services.test_concurrency import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
TOP_OF_THE_HOUR = clock.now().replace(minute=0, second=0, microsecond=0)


def then(job):
    """``job`` within one and the same window, in the thread that it runs in."""

    def run():
        with clock.at(TOP_OF_THE_HOUR):
            return job()

    return run


def test_of_twenty_at_once_as_many_pass_as_may():
    limit = limits.Limit("at-once", ((7, limits.HOUR),))
    outcomes = at_once(*[then(lambda: limits.take(limit, "ana"))] * 20)
    assert sum(isinstance(each, limits.Counted) for each in outcomes) == 7
    assert sum(isinstance(each, TooMany) for each in outcomes) == 13
    assert Count.objects.get().times == 20


def test_of_twenty_who_guess_a_password_at_once_five_are_judged():
    person = a_person(CompanyFactory())

    def guess(number):
        form = {"login": person.email, "password": "errada"}
        return then(
            lambda: Client().post(reverse("account_login"), form, REMOTE_ADDR=f"198.51.100.{number}").status_code
        )

    assert sorted(at_once(*[guess(number) for number in range(20)])) == [200] * 5 + [429] * 15


def test_of_many_invitations_at_once_no_more_are_sent_than_a_day_allows(monkeypatch):
    from apps.companies.models import Role
    from apps.invitations import actions

    monkeypatch.setattr(actions, "BY_ONE_PERSON", limits.Limit("invitations-by", ((4, limits.DAY),)))
    pm = a_person(PresenceFactory(), Role.PROJECT_MANAGER)
    company = CompanyFactory()

    def invite(number):
        return then(
            lambda: actions.invite(company, by=pm, email=f"p{number}@exemplo.com.br", name="Ana", role=Role.MEMBER)
        )

    outcomes = at_once(*[invite(number) for number in range(12)])
    assert sum(isinstance(each, TooMany) for each in outcomes) == 8
    assert company.invitations.count() == 4
