"""The same sent twice in the same instant, through the pages, on a real PostgreSQL."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from apps.companies.models import Company, Membership, Person
from apps.core import clock
from apps.core.background import locks
from apps.hours.ledger import actions as hours
from apps.hours.logging import timers
from apps.hours.models import Timer
from apps.invitations import actions as invitations
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from tests import read_model
from tests.invitations.factories import InvitationFactory
from tests.rollouts.factories import RolloutFactory
from tests.services.test_concurrency import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

KEY = "a-key-of-a-page-123456"


def browser(user) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def send_at_once(user, url, *forms):
    """The answers to ``forms``, each sent from a browser of its own."""
    browsers = [(browser(user), form) for form in forms]
    return at_once(*[lambda client=client, form=form: client.post(url, form) for client, form in browsers])


def hour(**changed):
    started = clock.local(clock.now() - timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M")
    return {"activity": "internal", "minutes": "10m", "note": "x", "started_at": started, **changed}


def test_one_form_sent_four_times_at_once_is_one_entry_and_each_answer_leads_to_it():
    rollout = RolloutFactory()
    url = reverse("hours:log", args=[rollout.pk])
    answers = send_at_once(rollout.people["analyst"], url, *[hour(form_key=KEY)] * 4)
    assert {(answer.status_code, answer.headers.get("Location")) for answer in answers} == {
        (302, answers[0].headers["Location"])
    }
    assert rollout.time_entries.count() == 1


def test_two_companies_with_one_cnpj_at_once_are_one_and_a_form_that_says_why():
    rollout = RolloutFactory()
    company = {"kind": "client", "trade_name": "Nova", "legal_name": "Nova Ltda", "cnpj": "11.222.333/0001-81"}
    answers = send_at_once(rollout.people["manager"], reverse("companies:new"), company, company, company)
    assert sorted(answer.status_code for answer in answers) == [302, 422, 422]
    assert Company.objects.filter(trade_name="Nova").count() == 1
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert 'value="Nova Ltda"' in refused.content.decode()


def test_an_invitation_redeemed_twice_at_once_is_one_place():
    invitation = InvitationFactory(email="nova@exemplo.com.br", name="Nova Pessoa")
    url = reverse("invitations:open", args=[invitations.token(invitation)])
    form = {"name": "Nova Pessoa", "password": "uma-senha-bem-longa", "terms": "on"}
    answers = send_at_once(None, url, form, form, form)
    assert all(answer.status_code < 500 for answer in answers), answers
    assert Membership.objects.filter(user__email="nova@exemplo.com.br").count() == 1


def test_the_same_contact_at_once_is_refused_or_registered_and_never_a_failure():
    rollout = RolloutFactory()
    company = rollout.company("client")
    url = reverse("companies:add_person", args=[company.pk])
    form = {"name": "Rosa Nunes", "emails": "rosa@exemplo.com.br", "form_key": KEY}
    answers = send_at_once(rollout.people["manager"], url, form, form, form)
    assert [answer.status_code for answer in answers] == [302] * 3
    assert Person.objects.filter(company=company, name="Rosa Nunes").count() == 1


def test_who_starts_timers_and_logs_hours_at_once_does_it_all():
    first, second = RolloutFactory(), RolloutFactory()
    person = first.people["analyst"]
    second.parties.filter(role="presence").update(company=first.company("presence"))
    read_model.follow()
    work = {"activity": "internal", "started_at": clock.now() - timedelta(hours=30), "minutes": 10, "note": "x"}
    for rollouts in [(first, second), (second, first)] * 2:
        outcomes = at_once(
            lambda: timers.start(first, by=person),
            lambda: timers.start(second, by=person),
            lambda rollouts=rollouts: hours.log(rollouts[0], by=person, **work),
            lambda rollouts=rollouts: hours.log(rollouts[1], by=person, **work),
        )
        assert [type(outcome).__name__ for outcome in outcomes] == ["Timer", "Timer", "TimeEntry", "TimeEntry"]
    assert Timer.objects.filter(person=person).count() == 1
    assert first.time_entries.count() == second.time_entries.count() == 4


def test_a_request_that_the_database_ended_for_another_is_done_again(monkeypatch):
    """Two pages that take two locks in opposite orders: of whatever pair is ended, both are answered as if alone."""
    rollout = RolloutFactory()
    url = reverse("hours:log", args=[rollout.pk])
    plain_log = hours.log

    def crosswise(rollout, **values):
        with transaction.atomic():
            names = ["a", "b"] if values["note"] == "x" else ["b", "a"]
            locks.hold(names[0])
            locks.hold(names[1])
            return plain_log(rollout, **values)

    monkeypatch.setattr("apps.hours.ledger.views.actions.log", crosswise)
    for number in range(2):
        forms = [hour(note="x"), hour(note="y"), hour(note="x", form_key=f"{KEY}{number}"), hour(note="y")]
        answers = send_at_once(rollout.people["analyst"], url, *forms)
        assert [answer.status_code for answer in answers] == [302] * 4
    assert rollout.time_entries.count() == 8
    assert timeline.verify(Rollout.objects.get(pk=rollout.pk)) is None
