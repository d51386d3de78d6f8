"""A probe sends no secret where it was not given for, whatever the database says; and the vault goes on around it."""

import threading

import pytest
import tink
from django.urls import reverse

from apps.blueprints.catalogues import content
from apps.core.network import outbound
from apps.core.network.outbound import Answer
from apps.demo import stand_in
from apps.prerequisites import actions, kinds
from apps.prerequisites import gathering as evidence
from apps.prerequisites.credentials import probes
from apps.prerequisites.models import Submission
from apps.vault import actions as vault
from apps.vault import keys, rotation
from apps.vault.models import Secret
from tests.blueprints import shipped
from tests.companies.factories import PASSWORD
from tests.prerequisites.credentials import (
    CHANGES,
    OTHER,
    an_item,
    deliver,
    send_back,
    the_presence_api,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _blueprints():
    shipped.load()


class TestTheDatabaseIsChanged:
    """Somebody who writes to the database, but has no key of the vault, sends no secret anywhere."""

    @pytest.mark.parametrize(("slug", "name"), CHANGES)
    def test_a_changed_field_sends_nothing(self, slug, name, sent):
        submission = deliver(an_item(slug))
        Submission.objects.filter(pk=submission.pk).update(values={**submission.values, name: OTHER[name]})
        self.nothing_is_sent(submission, sent)

    def test_a_changed_statement_sends_nothing_either(self, sent):
        submission = deliver(an_item("woocommerce"))
        values = {**submission.values, "site_url": "https://mal.example"}
        Submission.objects.filter(pk=submission.pk).update(values=values)
        Secret.objects.update(destination=probes.destination(submission.prerequisite, values))
        self.nothing_is_sent(submission, sent)

    def test_nor_an_erased_one(self, sent):
        submission = deliver(an_item("woocommerce"))
        Secret.objects.update(destination="")
        self.nothing_is_sent(submission, sent)

    def test_nor_fields_that_bind_no_more(self, sent):
        submission = deliver(an_item("woocommerce"))
        item = submission.prerequisite
        item.fields = [{**row, "binds": False, "address": ""} for row in item.fields]
        item.save()
        self.nothing_is_sent(submission, sent)

    def test_nor_a_blueprint_that_asks_elsewhere(self, sent, monkeypatch):
        submission = deliver(an_item("nuvemshop"))
        step = content.ProbeStep(url="https://mal.example/{store_id}", headers={"X": "{access_token}"})
        monkeypatch.setattr(probes, "of", lambda item: content.Probe(steps=[step]))
        self.nothing_is_sent(submission, sent)

    def test_nor_a_step_that_an_answer_leads_elsewhere(self, monkeypatch):
        """An answer may not rename the host that the next step asks."""
        steps = [
            content.ProbeStep(url="{site_url}/a", keep={"site_url": "next"}),
            content.ProbeStep(url="{site_url}/b", headers={"X": "{consumer_secret}"}),
        ]
        monkeypatch.setattr(probes, "of", lambda item: content.Probe(steps=steps))
        asked = []

        def fetch(method, url, **kwargs):
            asked.append(url)
            return Answer(200, url, {}, b'{"next": "https://mal.example"}')

        monkeypatch.setattr(outbound, "fetch", fetch)
        submission = deliver(an_item("woocommerce"))
        assert probes.ask(submission) == probes.ProbeResult("withheld", None, "destination")
        assert asked == ["https://loja.com.br/a"]

    def test_nor_the_presence_apis_address(self, sent):
        values = {"host": "https://erp.loja.com.br", "user": "u", "serial_number": "1", "id_webservice": "2"}
        submission = deliver(the_presence_api(), "analyst", **values)
        Submission.objects.filter(pk=submission.pk).update(values={**submission.values, "host": "https://mal.example"})
        self.nothing_is_sent(submission, sent)

    def test_nor_another_credentials_secret(self, sent):
        mine, theirs = deliver(an_item("woocommerce")), deliver(an_item("woocommerce"), site_url="https://rica.com.br")
        mine.secrets.set(theirs.secrets.all())
        self.nothing_is_sent(mine, sent)

    def moved(self, item):
        submission = deliver(item)
        values = {**submission.values, "site_url": "https://mal.example"}
        Submission.objects.filter(pk=submission.pk).update(values=values)
        return submission

    def nothing_is_sent(self, submission, sent):
        submission = Submission.objects.get(pk=submission.pk)
        if probes.of(submission.prerequisite).steps:
            assert evidence.probe(submission.pk).outcome == "withheld"
        else:
            assert evidence.probe(submission.pk) is None
        assert sent == []

    def test_the_reviewer_reads_why(self, sent, client_for):
        submission = self.moved(item := an_item("woocommerce"))
        evidence.probe(submission.pk)
        rollout = item.rollout
        page = client_for(rollout.people["pm"]).get(reverse("prerequisites:room", args=[rollout.pk])).content.decode()
        assert "Não foi enviada: o destino não confere" in page
        assert "Nada foi enviado" in page

    def test_who_reveals_it_is_warned_where_it_was_given_for(self, client_for):
        self.moved(item := an_item("woocommerce"))
        browser = client_for(item.rollout.people["pm"])
        browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        page = browser.post(reverse("prerequisites:reveal", args=[item.rollout_id, item.pk]), {"reason": "x"})
        assert "canario-consumer_secret" in page.content.decode()
        assert "Foi informado para outro destino: loja.com.br" in page.content.decode()


def test_what_is_revealed_where_it_was_given_for_carries_no_warning():
    deliver(item := an_item("woocommerce"))
    shown = actions.reveal(item, by=item.rollout.people["pm"], reason="x")
    assert "canario-consumer_secret" in [field.value for field in shown]
    assert [field.warning for field in shown] == ["", "", ""]


def test_a_redirect_takes_no_secret_to_another_host(settings):
    """Over real connections: the shop's own server sends the probe away."""
    heard = []

    class Elsewhere(stand_in.Platform):
        def do_GET(self):
            heard.append((self.path, str(self.headers)))
            self._answer(200, {})

    class Shop(stand_in.Platform):
        def do_GET(self):
            self._answer(307, "", {"Location": f"http://{there}{self.path}"})

    servers = [stand_in.ThreadingHTTPServer(("127.0.0.1", 0), handler) for handler in (Elsewhere, Shop)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    there, here = (f"127.0.0.1:{server.server_address[1]}" for server in servers)
    settings.PLATFORM_STAND_IN, settings.OUTBOUND_ALLOW = f"http://{here}", [here, there]
    try:
        assert probes.ask(deliver(an_item("woocommerce"))).why == "redirect"
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
    [(path, headers)] = heard
    assert "canario" not in path + headers
    assert "Authorization" not in headers


class TestTheVaultGoesOn:
    def test_rotation_keeps_the_destination_bound(self, settings, sent):
        submission = deliver(an_item("woocommerce"))
        settings.VAULT_KEYSET = rotation.with_new_primary(keys.in_clear())
        rotation.rotate()
        assert not any(rotation.left_behind().values())
        settings.VAULT_KEYSET = rotation.only_primary(settings.VAULT_KEYSET)
        assert probes.ask(submission).outcome == "valid"
        secret = submission.secrets.get()
        with pytest.raises(tink.TinkError):
            vault.unseal_for(secret, secret.destination.replace("loja", "mal"))

    def test_two_deliveries_are_compared_though_their_destinations_differ(self):
        item = an_item("woocommerce")
        before = deliver(item)
        send_back(item)
        after = deliver(item, site_url="https://nova.com.br")
        rows = {row.label: row.says for row in kinds.of(after.prerequisite).compare(before, after)}
        assert (rows["Consumer secret"], rows["Endereço do site"]) == ("igual", "trocado")
