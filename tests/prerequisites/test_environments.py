"""The address of an environment is looked at: it answers, its certificate, and signs that it may be production."""

import threading
from datetime import timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.network import outbound
from apps.core.network.outbound import Answer, Unreachable
from apps.core.process import Stage
from apps.core.refusals import Invalid
from apps.core.untrusted import confined
from apps.demo import stand_in
from apps.prerequisites import actions, kinds, schedule
from apps.prerequisites import gathering as evidence
from apps.prerequisites.evidence import environments
from apps.prerequisites.models import Prerequisite
from apps.prerequisites.tasks import gather_due_evidence
from tests.blueprints import shipped
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db

SHARED = {"sharing": "shared", "shared_with": "outro integrador"}


@pytest.fixture
def item():
    return PrerequisiteFactory(kind="environment", key="homologation_environment", environment="homologation")


def deliver(item, link="https://homolog.loja.com.br/"):
    values = {"sharing": "dedicated", "shared_with": ""}
    return actions.submit(item, by=item.rollout.people["client"], link=link, text="200 produtos", values=values)


@pytest.fixture
def answers(monkeypatch):
    """``answers(answer)``: what every address answers from then on."""

    def set_answer(answer):
        def fetch(method, url, **kwargs):
            if isinstance(answer, Exception):
                raise answer
            return answer(url) if callable(answer) else answer

        monkeypatch.setattr(outbound, "fetch", fetch)

    return set_answer


def found(item, link="https://homolog.loja.com.br/"):
    return [row["key"] for row in environments.look(deliver(item, link)).findings]


def page(body=b"<html>Loja", status=200, days=None, at=None, **headers):
    until = clock.now() + timedelta(days=days) if days is not None else None
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda url: Answer(status, at or url, named, body, until)


@pytest.mark.parametrize(
    ("answer", "link", "keys"),
    [
        (page(days=90), "https://homolog.loja.com.br/", ["answers", "certificate_good", "says_test"]),
        (page(days=29.5), "https://hml-loja.com.br/", ["answers", "certificate_soon", "says_test"]),
        (page(), "http://staging.loja.com.br/", ["answers", "no_https", "says_test"]),
        (page(), "https://loja.com.br/", ["answers", "looks_public"]),
        (page(), "https://devolucoes.com.br/", ["answers", "looks_public"]),
        (page(x_robots_tag="noindex"), "https://loja.com.br/", ["answers", "hidden_from_search"]),
        (page(b"<meta name='robots' content='noindex'>"), "https://loja.com.br/", ["answers", "hidden_from_search"]),
        (page(status=401), "https://loja.com.br/", ["asks_password"]),
        (page(b"<html><input type=password>"), "https://loja.com.br/", ["asks_password"]),
        (page(status=503), "https://loja.com.br/", ["bad_status"]),
        (page(at="https://outra.com.br/"), "https://qa.loja.com.br/", ["answers", "leads_elsewhere", "says_test"]),
        (Unreachable("name"), "https://homolog.loja.com.br/", ["unreachable"]),
        (Unreachable("tls", "certificate has expired"), "https://homolog.loja.com.br/", ["certificate_expired"]),
        (Unreachable("tls", "self-signed certificate"), "https://homolog.loja.com.br/", ["certificate_bad"]),
    ],
)
def test_each_sign_is_a_finding_of_its_own(answer, link, keys, item, answers):
    answers(answer)
    assert found(item, link) == keys


@pytest.mark.parametrize(
    "body", [b"<meta " * 300_000, b"<meta name=robots " * 100_000, b"<input " * 280_000, b"<" * 2_000_000]
)
def test_a_page_made_to_hold_the_worker_does_not(body, item, answers):
    answers(page(body))
    assert found(item, "https://loja.com.br/") == ["answers", "looks_public"]


def test_a_page_that_takes_too_much_says_that_it_was_not_read(item, answers, monkeypatch, client_for):
    def ends(*arguments, **options):
        raise confined.TooMuch("time")

    monkeypatch.setattr(confined, "read", ends)
    answers(page())
    submission = deliver(item, "https://loja.com.br/")
    evidence.check_environment(submission.pk)
    text = client_for(item.rollout.people["pm"]).get(reverse("prerequisites:room", args=[item.rollout_id]))
    assert "A página não pôde ser lida" in text.content.decode()


def test_the_host_of_the_production_credential_is_a_sign(item, answers):
    fields = [{"name": "site_url", "label": {"pt": "Site"}, "help": {}, "secret": False}]
    other = PrerequisiteFactory(
        rollout=item.rollout, credential=True, fields=fields, environment="production", key="production_credentials"
    )
    actions.submit(other, by=item.rollout.people["client"], values={"site_url": "https://loja.com.br/"})
    answers(page())
    assert "same_host" in found(item, "https://LOJA.com.br/teste")


def test_the_domain_of_the_clients_mail_is_a_sign_but_not_that_of_everybodys(item, answers):
    client = item.rollout.people["client"]
    answers(page())
    for domain, is_sign in (("loja.com.br", True), ("gmail.com", False)):
        client.email = f"ana@{domain}"
        client.save()
        Prerequisite.objects.filter(pk=item.pk).update(state="pending")
        assert ("own_domain" in found(item, f"https://www.{domain}/")) is is_sign


def test_what_was_seen_is_kept_and_shown_and_decides_nothing(item, answers, client_for):
    answers(page(days=12))
    submission = deliver(item, "https://loja.com.br/")
    evidence.check_environment(submission.pk)
    answers(Unreachable("timeout"))
    evidence.check_environment(submission.pk)
    assert submission.environment_checks.count() == 2
    text = client_for(item.rollout.people["pm"]).get(reverse("prerequisites:room", args=[item.rollout_id]))
    text = text.content.decode()
    assert "Evidência, não decisão" in text
    assert "Não respondeu a tempo." in text
    assert "vence logo" not in text  # The newest counts.
    assert Prerequisite.objects.get(pk=item.pk).state == "submitted"


def test_it_is_looked_at_again_when_a_day_was_missed_and_not_after_the_end(item, answers):
    answers(page())
    submission = deliver(item)
    gather_due_evidence()
    assert submission.environment_checks.count() == 1
    assert schedule.due().environments == []
    with clock.at(clock.now() + timedelta(days=2)):
        assert schedule.due().environments == [submission.pk]
        at_stage(item.rollout, Stage.COMPLETED)
        assert schedule.due().environments == []
    assert evidence.check_environment(submission.pk) is None


class TestTheForm:
    def post(self, item, client_for, **data):
        url = f"/projetos/{item.rollout_id}/pre-requisitos/{item.pk}/entregar/"
        return client_for(item.rollout.people["client"]).post(url, data)

    def test_it_asks_for_address_sharing_and_test_data(self, item, client_for):
        answer = self.post(item, client_for, link="https://homolog.loja.com.br", text="200 produtos", **SHARED)
        assert answer.status_code == 302
        last = Prerequisite.objects.get(pk=item.pk).last
        assert (last.link, last.text) == ("https://homolog.loja.com.br", "200 produtos")
        assert kinds.of(last.prerequisite).lines(last) == ["Dividido com outro integrador"]

    def test_who_shares_it_is_asked_for(self, item, client_for):
        answer = self.post(item, client_for, link="https://x.com.br", text="x", sharing="shared")
        assert answer.status_code == 422
        assert "Diga com quem" in answer.content.decode()

    def test_of_what_came_back_only_the_wrong_part_counts(self, item, client_for):
        deliver(item)
        actions.reject(item, by=item.rollout.people["pm"], reason="É dividido", wrong=["sharing"])
        assert self.post(item, client_for, **SHARED).status_code == 302
        last = Prerequisite.objects.get(pk=item.pk).last
        assert (last.link, last.text, last.values) == ("https://homolog.loja.com.br/", "200 produtos", SHARED)

    def test_without_an_address_it_is_refused(self, item):
        with pytest.raises(Invalid) as refusal:
            actions.submit(item, by=item.rollout.people["client"], text="x", values=SHARED)
        assert refusal.value.field == "link"


def test_an_old_delivery_in_words_is_still_shown(client_for):
    old = PrerequisiteFactory(kind="statement", key="homologation_environment")
    actions.submit(old, by=old.rollout.people["client"], text="Ambiente dedicado")
    room = client_for(old.rollout.people["pm"]).get(reverse("prerequisites:room", args=[old.rollout_id]))
    assert "Ambiente dedicado" in room.content.decode()


@pytest.fixture
def played(settings):
    """The demonstration's stand-in on a real port."""
    shipped.load()
    server = stand_in.server(0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_address[1]}"
    settings.PLATFORM_STAND_IN, settings.OUTBOUND_ALLOW = f"http://{address}", [address]
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize(
    ("link", "keys"),
    [
        ("https://homolog.loja.example/", ["answers", "says_test"]),
        ("https://www.loja.example/", ["answers", "looks_public"]),
        ("https://fora.loja.example/", ["bad_status"]),
    ],
)
def test_the_stand_in_has_environments_of_both_kinds(link, keys, item):
    assert found(item, link) == keys


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize(("path", "what"), [("api", "coverage"), ("privado", "sign_in"), ("guia", "document")])
def test_the_stand_in_has_documents_of_each_kind(path, what):
    item = PrerequisiteFactory(kind="document")
    link = f"https://docs.loja.example/{path}"
    submission = actions.submit(item, by=item.rollout.people["client"], link=link)
    assert evidence.read_document(submission.pk)["found"] == what
