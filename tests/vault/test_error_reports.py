"""When something breaks while a credential passes, the report of the error does not hold it."""

import sys

import pytest
from django.core import mail
from django.core.signals import got_request_exception
from django.test import Client
from django.urls import reverse
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from apps.blueprints.catalogues import content
from apps.core.network import outbound
from apps.prerequisites import actions
from apps.prerequisites import gathering as evidence
from apps.prerequisites.credentials import delivery as credentials
from apps.prerequisites.credentials import probes
from apps.rollouts import timeline
from apps.vault import actions as vault
from apps.vault import key_check, keys
from tests.companies.factories import PASSWORD
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import at_stage
from tests.vault import canary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys_that_open(monkeypatch, settings):
    """What crashes is what comes after they were tried."""
    monkeypatch.setattr(key_check, "_keysets_that_open", {(settings.VAULT_KEYSET, settings.VAULT_KMS_URI)})


@pytest.fixture
def item():
    return PrerequisiteFactory(credential=True, key="presence_api")


@pytest.fixture
def secret():
    return canary.value("canario")


@pytest.fixture
def browser(item, settings):
    """The client's; a crash is answered, not raised, and its report goes to the administrators by e-mail."""
    settings.ADMINS = [("Ops", "ops@presence.example")]
    return signed_in(item.rollout.people["client"])


def signed_in(person):
    found = Client(raise_request_exception=False)
    found.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return found


class Bare(SafeExceptionReporterFilter):
    """Keeps nothing out."""

    def is_active(self, request):
        return False


def variables(request, exception, *, bare=False):
    """The local variables of each frame, below this file's own, and the posted fields, as a report of the error has them."""
    reporter = ExceptionReporter(request, type(exception), exception, exception.__traceback__)
    if bare:
        reporter.filter = Bare()
    frames = [frame for frame in reporter.get_traceback_frames() if frame["filename"] != __file__]
    posted = reporter.filter.get_post_parameters(request)
    return f"{[frame['vars'] for frame in frames]!r} {posted!r}"


@pytest.fixture
def crashed():
    """``(request, exception)`` of each crash of a request."""
    found = []

    def keep(sender, request, **_kwargs):
        found.append((request, sys.exc_info()[1]))

    got_request_exception.connect(keep)
    yield found
    got_request_exception.disconnect(keep)


def crash(*_args, **_kwargs):
    raise RuntimeError("broken")


def holds(text, secret):
    return [form for form, written in canary.disguises(secret).items() if written in text.encode()]


DOORS = {"room": "prerequisites:submit", "matter": "portal:matter", "draft": "portal:draft"}


@pytest.mark.parametrize(
    ("door", "place"),
    [
        ("room", "apps.prerequisites.forms.SubmitForm.clean"),
        ("room", "apps.prerequisites.credentials.delivery.check"),
        ("room", "apps.vault.keys.primitive"),
        ("room", "apps.rollouts.timeline.record"),
        ("matter", "apps.prerequisites.forms.SubmitForm.clean"),
        ("matter", "apps.rollouts.timeline.record"),
        ("draft", "apps.portal.views._keepable"),
    ],
)
def test_a_crash_while_it_is_posted(door, place, item, secret, browser, crashed, monkeypatch, caplog):
    monkeypatch.setattr(place, crash)
    last = item.pk if door == "room" else f"prerequisite:{item.key}"
    address = reverse(DOORS[door], args=[item.rollout_id, last])
    answer = browser.post(address, {"value_account": "aurora", "value_token": secret})
    assert answer.status_code == 500
    [(request, exception)] = crashed
    assert holds(variables(request, exception, bare=True), secret)  # It would be there, were it not kept out.
    assert holds(variables(request, exception), secret) == []
    assert holds(answer.content.decode(), secret) == []
    assert holds(caplog.text, secret) == []
    [message] = mail.outbox
    assert "broken" in message.body
    assert holds(message.message().as_string(), secret) == []


def test_the_page_of_the_report_has_stars_in_its_place(item, secret, browser, crashed, monkeypatch):
    monkeypatch.setattr(credentials, "keep", crash)
    address = reverse("prerequisites:submit", args=[item.rollout_id, item.pk])
    browser.post(address, {"value_account": "aurora", "value_token": secret})
    [(request, exception)] = crashed
    page = ExceptionReporter(request, type(exception), exception, exception.__traceback__).get_traceback_html()
    assert "value_token" in page
    assert SafeExceptionReporterFilter.cleansed_substitute in page
    assert holds(page, secret) == []


def test_a_crash_of_the_page_that_reveals(item, secret, crashed, monkeypatch):
    actions.submit(item, by=item.rollout.people["client"], values={"account": "aurora", "token": secret})
    browser = signed_in(item.rollout.people["pm"])
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    monkeypatch.setattr(timeline, "record", crash)
    address = reverse("prerequisites:reveal", args=[item.rollout_id, item.pk])
    assert browser.post(address, {"reason": "x"}).status_code == 500
    [(request, exception)] = crashed
    assert holds(variables(request, exception, bare=True), secret)
    assert holds(variables(request, exception), secret) == []


def test_what_was_revealed_does_not_show_itself_where_it_is_logged(item, secret):
    actions.submit(item, by=item.rollout.people["client"], values={"account": "aurora", "token": secret})
    shown = actions.reveal(item, by=item.rollout.people["pm"], reason="x")
    assert secret in [field.value for field in shown]
    assert holds(repr(shown), secret) == []


def test_a_crash_of_the_worker_that_tries_it(item, secret, monkeypatch):
    step = content.ProbeStep(url="https://x.example/{account}?t={token}", headers={"X-Token": "{token}"})
    probe = content.Probe(steps=[step])
    monkeypatch.setattr(probes, "of", lambda _item: probe)
    submission = actions.submit(item, by=item.rollout.people["client"], values={"account": "aurora", "token": secret})
    monkeypatch.setattr(outbound, "_exchange", crash)
    with pytest.raises(RuntimeError) as caught:
        evidence.probe(submission.pk)
    assert holds(variables(None, caught.value, bare=True), secret)
    assert holds(variables(None, caught.value), secret) == []


@pytest.mark.parametrize("verb", [vault.seal, vault.encrypt_text])
def test_a_crash_of_the_vault(verb, secret, monkeypatch):
    monkeypatch.setattr(keys, "primitive", crash)
    with pytest.raises(RuntimeError) as caught:
        verb(secret, **({"field": "x"} if verb is vault.seal else {"purpose": "x"}))
    assert holds(variables(None, caught.value, bare=True), secret)
    assert holds(variables(None, caught.value), secret) == []


def test_a_refused_page_does_not_repeat_it(item, secret, client_for):
    at_stage(item.rollout, "cancelled")
    browser = client_for(item.rollout.people["client"])
    address = reverse("prerequisites:submit", args=[item.rollout_id, item.pk])
    answer = browser.post(address, {"value_account": "aurora", "value_token": secret})
    assert answer.status_code == 409
    assert holds(answer.content.decode(), secret) == []
