"""A secret goes only where it was given for: whatever changes of a destination, each secret has to be given again."""

import threading
from contextlib import suppress
from dataclasses import asdict

import pytest
from django.urls import reverse

from apps.blueprints import content, loader
from apps.blueprints.models import Platform
from apps.core import outbound
from apps.core.outbound import Answer
from apps.core.refusals import Invalid, Refusal
from apps.demo import stand_in
from apps.prerequisites import actions, comparison, destinations, evidence, probes
from apps.prerequisites.models import Prerequisite, Submission
from apps.vault import actions as vault
from apps.vault import keys, rotation
from apps.vault.models import Secret
from tests.companies.factories import PASSWORD
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db

GIVEN = {
    "vtex": {"account_name": "aurora", "app_key": "vtexappkey-aurora"},
    "shopify": {"shop": "aurora.myshopify.com"},
    "nuvemshop": {"store_id": "123"},
    "woocommerce": {"site_url": "https://loja.com.br", "consumer_key": "ck_1"},
    "magento": {"base_url": "https://loja.com.br"},
    "tray": {"api_address": "https://loja.com.br/web_api", "consumer_key": "key"},
    "linx": {"base_url": "https://loja.com.br/api", "user": "presence"},
    "anymarket": {"host": "https://sandbox-api.anymarket.com.br"},
    "bling": {"client_id": "id"},
    "mercado-livre": {"client_id": "id"},
    "outra": {"base_url": "https://loja.com.br", "user": "presence"},
}
OTHER = {
    "account_name": "outra", "app_key": "vtexappkey-outra", "shop": "outra.myshopify.com", "store_id": "124",
    "site_url": "https://outra.com.br", "consumer_key": "ck_2", "base_url": "https://outra.com.br",
    "api_address": "https://outra.com.br/web_api", "user": "outro", "client_id": "outro",
    "host": "https://sandbox-api.anymarket.com.br/v2",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _blueprints():
    loader.load()


@pytest.fixture
def sent(monkeypatch):
    """What went out; every request is answered with 200 and ``{}``."""
    found = []

    def fetch(method, url, **kwargs):
        found.append((url, str(kwargs)))
        return Answer(200, url, {}, b"{}")

    monkeypatch.setattr(outbound, "fetch", fetch)
    return found


def an_item(slug, environment="homologation", **more):
    rollout = more.pop("rollout", None) or RolloutFactory(platform=Platform.objects.get(slug=slug))
    fields = [asdict(spec) for spec in content.platform(slug).fields]
    return PrerequisiteFactory(
        rollout=rollout, credential=True, fields=fields, environment=environment,
        key=f"{environment}_credentials", **more,
    )  # fmt: skip


def the_presence_api():
    row = next(row for row in content.read("prerequisites").items if row.key == "presence_api")
    fields = [asdict(spec) for spec in row.fields]
    return PrerequisiteFactory(credential=True, key="presence_api", owner="presence", fields=fields)


def secrets_of(item):
    return {spec["name"]: f"canario-{spec['name']}" for spec in item.fields if spec["secret"]}


def deliver(item, by="client", secrets=True, **values):
    slug = item.rollout.platform.slug
    known = GIVEN.get(slug, {}) | (secrets_of(item) if secrets else {})
    return actions.submit(item, by=item.rollout.people[by], values=known | values)


def send_back(item, wrong=()):
    actions.reject(item, by=item.rollout.people["pm"], reason="Corrigir", wrong=wrong)
    return Prerequisite.objects.get(pk=item.pk)


CHANGES = [(slug, name) for slug, values in GIVEN.items() for name in values]


@pytest.mark.parametrize(("slug", "name"), CHANGES)
@pytest.mark.parametrize("pointed_at", [True, False], ids=["only that field was asked", "all was asked"])
def test_what_decides_where_a_secret_goes_asks_for_each_secret_again(slug, name, pointed_at):
    item = an_item(slug)
    deliver(item)
    send_back(item, [name] if pointed_at else [])
    with pytest.raises(Invalid, match="mudou") as refused:
        deliver(item, secrets=False, **{name: OTHER[name]})
    secrets = list(secrets_of(item))
    assert refused.value.field == f"value_{secrets[0]}"
    assert len(refused.value.details) == len(secrets) - 1
    assert item.submissions.count() == 1
    second = deliver(item, **{name: OTHER[name]})
    assert second.secrets.count() == len(secrets)
    assert not set(second.secrets.all()) & set(item.submissions.get(number=1).secrets.all())


@pytest.mark.parametrize("slug", GIVEN)
def test_nothing_changed_keeps_the_secrets(slug):
    item = an_item(slug)
    first = deliver(item)
    send_back(item)
    assert set(deliver(item, secrets=False).secrets.all()) == set(first.secrets.all())


def test_one_secret_given_again_is_not_enough_for_two():
    item = an_item("tray")
    deliver(item)
    send_back(item)
    with pytest.raises(Invalid) as refused:
        deliver(item, secrets=False, api_address="https://mal.example", code="novo")
    assert refused.value.field == "value_consumer_secret"


@pytest.mark.parametrize("name", ["host", "user"])
def test_the_presence_api_is_no_exception(name):
    item = the_presence_api()
    values = {"host": "https://erp.loja.com.br:8443/presence", "user": "u", "serial_number": "1", "id_webservice": "2"}
    deliver(item, "analyst", **values)
    actions.reopen(item, by=item.rollout.people["pm"], reason="x")
    changed = values | {name: "https://mal.example" if name == "host" else "outro"}
    with pytest.raises(Invalid, match="mudou"):
        deliver(item, "analyst", secrets=False, **changed)


def test_what_says_nothing_of_the_destination_may_change_alone():
    item = the_presence_api()
    values = {"host": "https://erp.loja.com.br", "user": "u", "serial_number": "1", "id_webservice": "2"}
    first = deliver(item, "analyst", **values)
    actions.reopen(item, by=item.rollout.people["pm"], reason="x")
    second = deliver(item, "analyst", secrets=False, **values | {"serial_number": "3", "id_webservice": "4"})
    assert set(second.secrets.all()) == set(first.secrets.all())


def test_an_item_of_the_projects_own_binds_all_that_is_no_secret():
    item = PrerequisiteFactory(credential=True, own=True)
    actions.submit(item, by=item.rollout.people["client"], values={"account": "aurora", "token": "t"})
    send_back(item)
    with pytest.raises(Invalid, match="mudou"):
        actions.submit(item, by=item.rollout.people["client"], values={"account": "outra"})


@pytest.mark.parametrize("who", ["client", "client_member"])
def test_it_holds_for_each_role_that_may_deliver(who):
    item = an_item("woocommerce")
    deliver(item)
    send_back(item)
    with pytest.raises(Invalid):
        deliver(item, who, secrets=False, site_url="https://mal.example")


class TestTheForm:
    @pytest.fixture
    def item(self):
        item = an_item("woocommerce")
        deliver(item)
        send_back(item, ["site_url"])
        return item

    def doors(self, item):
        return [
            reverse("prerequisites:submit", args=[item.rollout_id, item.pk]),
            reverse("portal:matter", args=[item.rollout_id, f"prerequisite:{item.key}"]),
        ]

    def test_asks_for_the_secret_beside_an_address_that_came_back(self, item, client_for):
        page = client_for(item.rollout.people["client"]).get(reverse("prerequisites:room", args=[item.rollout_id]))
        text = page.content.decode()
        assert 'name="value_site_url"' in text
        assert 'name="value_consumer_secret"' in text
        assert 'name="value_consumer_key"' not in text
        assert "se mudar Endereço do site, Consumer key, informe-o de novo" in text

    def test_the_portal_shows_nothing_as_kept_that_it_asks_for(self, item, client_for):
        page = client_for(item.rollout.people["client"]).get(self.doors(item)[1]).content.decode()
        assert 'name="value_consumer_secret"' in page
        assert "ck_1" in page  # The key stays as it was, and is shown so.
        assert "guardado no cofre" not in page

    def test_says_so_beside_the_secret_and_keeps_what_was_typed(self, item, client_for):
        browser = client_for(item.rollout.people["client"])
        for door in self.doors(item):
            answer = browser.post(door, {"value_site_url": "https://mal.example", "value_consumer_secret": ""})
            text = answer.content.decode()
            assert answer.status_code == 422
            assert "O destino da credencial mudou (Endereço do site): informe “Consumer secret” de novo." in text
            assert "https://mal.example" in text
        assert item.submissions.count() == 1

    def test_takes_it_with_the_secret(self, item, client_for):
        typed = {"value_site_url": "https://nova.com.br", "value_consumer_secret": "cs_novo"}
        assert client_for(item.rollout.people["client"]).post(self.doors(item)[0], typed).status_code == 302
        [secret] = item.last.secrets.all()
        assert vault.unseal(secret) == "cs_novo"
        assert destinations.hosts_of(secret.destination) == ["nova.com.br"]

    def test_english_readers_read_it_in_english(self, item, client_for):
        browser = client_for(item.rollout.people["client"])
        browser.cookies["django_language"] = "en"
        item.rollout.people["client"].language = "en"
        item.rollout.people["client"].save()
        answer = browser.post(self.doors(item)[0], {"value_site_url": "https://mal.example"})
        assert (
            "This credential now goes somewhere else (Site URL): give “Consumer secret” again."
            in answer.content.decode()
        )


HOSTILE_SHOPS = [
    "evilmyshopify.com", "x.myshopify.com.evil.com", "myshopify.com", "a.b.myshopify.com", "ana@x.myshopify.com",
    "x.myshopify.com@evil.com", "x.myshopify.com:8443", "x.myshopify.com/../evil", "x.myshopify.com#", "x.myshopify.com?",
    "evil.com\\.myshopify.com", "https://x.myshopify.com", "x.myshopify.com evil.com", "127.0.0.1", "[::1]",
    "x.myshopıfy.com", "x．evil．com", "x.myshopify.com..", "evil.com%2e.myshopify.com", "i❤.myshopify.com",
]  # fmt: skip


class TestFixedHosts:
    @pytest.mark.parametrize("shop", HOSTILE_SHOPS)
    def test_no_other_host_is_taken_in_any_writing(self, shop):
        item = an_item("shopify")
        with pytest.raises(Invalid) as refused:
            deliver(item, shop=shop)
        assert refused.value.field == "value_shop"
        assert Secret.objects.count() == 0

    @pytest.mark.parametrize("shop", ["AURORA.MyShopify.com", "aurora.myshopify.com.", " aurora.myshopify。com "])
    def test_another_writing_of_the_right_one_is(self, shop, sent):
        found = probes.ask(deliver(an_item("shopify"), shop=shop))
        assert found.outcome == "valid"
        assert sent[0][0] == "https://aurora.myshopify.com/admin/api/2026-07/shop.json"

    @pytest.mark.parametrize(
        "host",
        [
            "https://api.anymarket.com.br", "http://sandbox-api.anymarket.com.br", "https://sandbox-api.anymarket.com.br:8443",
            "https://sandbox-api.anymarket.com.br@evil.com", "https://evil.com/sandbox-api.anymarket.com.br",
            "https://sandbox-api.anymarket.com.br.evil.com", "https://evil.com\\@sandbox-api.anymarket.com.br",
        ],
    )  # fmt: skip
    def test_a_whole_address_is_judged_by_its_host_and_port(self, host):
        with pytest.raises(Invalid) as refused:
            deliver(an_item("anymarket"), host=host)
        assert refused.value.field == "value_host"

    def test_the_probe_judges_again_right_before_it_sends(self, sent, monkeypatch):
        with monkeypatch.context() as before:
            before.setattr(probes, "hosts_of", lambda item, environment: [])
            submission = deliver(an_item("shopify"), shop="evilmyshopify.com")
        assert probes.ask(submission) == probes.Found("withheld", None, "host")
        assert sent == []


ADDRESSES = [
    "", "loja.com.br", "http://loja.com.br", "https://ana:senha@loja.com.br", "https://", "https://loja .com.br",
    "https://i❤.ws/", "javascript:alert(1)", "https://[::1", "https://loja.com.br:99999", "https://" + "a" * 80 + ".com",
]  # fmt: skip


@pytest.mark.parametrize("typed", ADDRESSES)
def test_an_address_that_cannot_be_read_is_an_ordinary_refusal(typed):
    with pytest.raises(Invalid) as refused:
        deliver(an_item("woocommerce"), site_url=typed)
    assert refused.value.field == "value_site_url"


def test_an_international_host_is_bound_by_its_ascii_form(sent):
    submission = deliver(an_item("woocommerce"), site_url="https://lojaaçaí.com.br/")
    assert destinations.hosts_of(submission.secrets.get().destination) == ["xn--lojaaa-0ua3c.com.br"]
    assert probes.ask(submission).outcome == "valid"
    assert sent[0][0] == "https://xn--lojaaa-0ua3c.com.br/wp-json/wc/v3/products?per_page=1"


class TestTheTimeline:
    def hosts(self, item):
        events = item.rollout.events.filter(kind="prerequisites.host_given").order_by("sequence")
        return [(event.data["key"], event.data["host"]) for event in events]

    def test_has_the_first_host_of_a_shop_of_its_own_and_each_new_one(self):
        item = an_item("woocommerce")
        for site in (
            "https://loja.com.br",
            "https://loja.com.br/b",
            "https://lojaçaí.com.br:8443",
            "https://loja.com.br",
        ):
            deliver(item, site_url=site)
            send_back(item)
        key = item.key
        assert self.hosts(item) == [(key, "loja.com.br"), (key, "xn--lojaa-1ra7b.com.br:8443"), (key, "loja.com.br")]
        assert {frozenset(event.data) for event in item.rollout.events.filter(kind="prerequisites.host_given")} == {
            frozenset({"key", "host"})
        }

    def test_has_nothing_of_a_platform_with_hosts_of_its_own(self):
        for slug in ("vtex", "shopify", "nuvemshop", "anymarket"):
            item = an_item(slug)
            deliver(item)
            assert self.hosts(item) == []

    def test_the_delivery_is_told_after_it(self):
        item = an_item("woocommerce")
        deliver(item)
        assert item.rollout.events.latest("sequence").kind == "prerequisites.submitted"


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
        assert probes.ask(submission) == probes.Found("withheld", None, "destination")
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
            self._say(200, {})

    class Shop(stand_in.Platform):
        def do_GET(self):
            self._say(307, "", {"Location": f"http://{there}{self.path}"})

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
        with pytest.raises(Exception, match=r".*"):
            vault.unseal_for(secret, secret.destination.replace("loja", "mal"))

    def test_two_deliveries_are_compared_though_their_destinations_differ(self):
        item = an_item("woocommerce")
        before = deliver(item)
        send_back(item)
        after = deliver(item, site_url="https://nova.com.br")
        rows = {row.label: row.says for row in comparison.compare(before, after)}
        assert (rows["Consumer secret"], rows["Endereço do site"]) == ("igual", "trocado")


def test_twice_at_once_only_the_first_is_taken():
    item = an_item("woocommerce")
    stale = Prerequisite.objects.get(pk=item.pk)
    deliver(item)
    with suppress(Refusal):
        actions.submit(stale, by=item.rollout.people["client"], values={"site_url": "https://mal.example"})
    assert item.submissions.count() == 1
