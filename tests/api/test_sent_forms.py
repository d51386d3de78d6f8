"""A form of the browser that is sent twice with its key is done once."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from apps.accounts import personal_data
from apps.accounts.tasks import forget_what_expired
from apps.api import idempotency, sent_forms
from apps.api.models import Answer
from apps.core import clock
from apps.core.refusals import Refusal
from tests.accounts.proving import is_asked, prove
from tests.api.factories import ApiTokenFactory
from tests.companies.factories import UserFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db

KEY = "a-key-of-a-page-123456"


@pytest.fixture
def rollout():
    return RolloutFactory()


@pytest.fixture
def analyst(rollout, client_for):
    return client_for(rollout.people["analyst"])


def hours(rollout, **changed):
    started = clock.local(clock.now() - timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M")
    work = {"activity": "internal", "minutes": "10m", "note": "x", "started_at": started, "form_key": KEY}
    return reverse("hours:log", args=[rollout.pk]), {**work, **changed}


def test_the_second_makes_nothing_and_leads_to_the_result_of_the_first(rollout, analyst):
    first, second = analyst.post(*hours(rollout)), analyst.post(*hours(rollout))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url
    assert rollout.time_entries.count() == rollout.events.count() == 1
    assert "já tinha sido enviado" in analyst.get(second.url).content.decode()


def test_what_was_changed_before_it_was_sent_again_is_another_form(rollout, analyst):
    analyst.post(*hours(rollout))
    analyst.post(*hours(rollout, note="y"))
    assert rollout.time_entries.count() == 2


def test_without_a_key_or_with_another_it_is_done_each_time(rollout, analyst):
    for key in ("", "", "b-key-of-a-page-123456", "not a key"):
        analyst.post(*hours(rollout, form_key=key))
    assert rollout.time_entries.count() == 4


def test_a_key_is_the_persons_own(rollout, analyst, client_for):
    analyst.post(*hours(rollout))
    client_for(rollout.people["pm"]).post(*hours(rollout))
    assert rollout.time_entries.count() == 2


def test_what_was_refused_may_be_sent_again(rollout, analyst):
    refused = analyst.post(*hours(rollout, minutes="0"))
    assert refused.status_code == 422
    assert not Answer.objects.exists()
    assert analyst.post(*hours(rollout, minutes="0")).status_code == 422
    analyst.post(*hours(rollout))
    assert rollout.time_entries.count() == 1


def test_what_only_led_to_the_proof_that_it_is_you_may_be_sent_again(rollout, client_for):
    token = ApiTokenFactory(rollout=rollout)
    browser, url = client_for(rollout.people["manager"]), reverse("api:revoke", args=[rollout.pk, token.pk])
    assert is_asked(browser.post(url, {"form_key": KEY}))
    assert is_asked(browser.post(url, {"form_key": KEY}, headers={"HX-Request": "true"}))
    assert not Answer.objects.exists()
    prove(browser)
    assert not is_asked(browser.post(url, {"form_key": KEY}))
    token.refresh_from_db()
    assert token.revoked_at


@pytest.mark.parametrize(
    ("route", "data"),
    [
        ("hours:confirm", {"source": "x"}),
        ("hours:dismiss", {"source": "x"}),
        ("hours:copy", {"entry": "1"}),
        ("prerequisites:review_accept", {"delivery": "1"}),
    ],
)
def test_an_answer_that_leads_on_though_nothing_was_done_is_not_kept(analyst, route, data):
    for _time in range(2):
        assert analyst.post(reverse(route), {**data, "form_key": KEY}).status_code == 302
        assert not Answer.objects.exists()


def test_a_code_that_was_not_sent_again_so_soon_may_be_asked_for_later(analyst, monkeypatch):
    def refuse(request):
        raise Refusal("x")

    monkeypatch.setattr("apps.accounts.proof.codes.send", refuse)
    assert analyst.post(reverse("account_reauthenticate"), {"send": "1", "form_key": KEY}).status_code == 302
    assert not Answer.objects.exists()


def test_what_a_failure_left_is_gone_with_its_key(rollout, analyst, monkeypatch):
    monkeypatch.setattr("apps.hours.ledger.views.redirect", lambda *args, **kwargs: 1 / 0)
    analyst.raise_request_exception = False
    assert analyst.post(*hours(rollout)).status_code == 500
    assert not rollout.time_entries.exists()
    assert not Answer.objects.exists()


def test_every_form_of_a_page_has_the_key_of_the_page(rollout, analyst):
    page = analyst.get(reverse("hours:room", args=[rollout.pk])).content.decode()
    keys = {part.split('"')[0] for part in page.split('name="form_key" value="')[1:]}
    assert page.count('name="form_key"') == page.count('name="csrfmiddlewaretoken"') > 1
    assert len(keys) == 1
    again = analyst.get(reverse("hours:room", args=[rollout.pk])).content.decode()
    assert keys.pop() not in again


def test_who_sends_it_by_htmx_stays_on_the_page_which_is_shown_anew(rollout, analyst):
    day = clock.today().isoformat()
    work = {"rollout": rollout.pk, "activity": "internal", "minutes": "1m", "note": "x", "day": day, "form_key": KEY}
    url = reverse("hours:quick")
    first = analyst.post(url, work, headers={"HX-Request": "true"})
    second = analyst.post(url, work, headers={"HX-Request": "true"})
    assert (first.status_code, second.status_code) == (200, 200), first.content
    assert second["HX-Refresh"] == "true"
    assert rollout.time_entries.count() == 1


def test_the_keys_of_forms_are_kept_for_a_week(rollout, analyst):
    analyst.post(*hours(rollout))
    with clock.at(clock.now() + timedelta(days=6)):
        forget_what_expired()
        assert Answer.objects.exists()
    with clock.at(clock.now() + timedelta(days=8)):
        forget_what_expired()
    assert not Answer.objects.exists()


def test_what_is_kept_of_forms_is_in_the_copy_of_the_person_and_goes_with_the_account():
    person = UserFactory()
    Answer.objects.create(person=person, key=KEY, request="d" * 64, status=302, location="/x/")
    [form] = personal_data.export(person)["sent_forms"]
    assert form["led_to"] == "/x/"
    personal_data.erase(person)
    assert not Answer.objects.exists()


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_who_sends_it_again_while_the_first_takes_long_is_told_that_it_may_still_be_done(client_for, monkeypatch):
    person = UserFactory()
    browser, other = client_for(person), connection.copy()
    monkeypatch.setattr(sent_forms, "fingerprint", lambda request: "d" * 64)
    row = "INSERT INTO api_answer (person_id, key, request, status, body, at) VALUES (%s, %s, %s, 0, '', now())"
    try:
        other.set_autocommit(False)
        with other.cursor() as first, connection.cursor() as second:
            first.execute(row, [person.pk, KEY, "d" * 64])
            second.execute("SET lock_timeout = '50ms'")
            answer = browser.post(reverse("notices:preferences"), {"form_key": KEY})
    finally:
        other.close()
        connection.close()
    assert answer.status_code == 409
    assert "ainda está sendo processado" in answer.content.decode()
    assert not Answer.objects.exists()


@pytest.mark.parametrize("fingerprint", [sent_forms.fingerprint, idempotency.fingerprint])
def test_nobody_finds_what_was_typed_again_from_its_digest_alone(fingerprint, rf, settings):
    digest = fingerprint(rf.post("/x/", {"password": "123456"}))
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    settings.SECRET_KEY = "that of another installation"
    assert fingerprint(rf.post("/x/", {"password": "123456"})) != digest
