"""A secret goes only where it was given for: whatever changes of a destination, each secret has to be given again."""

from contextlib import suppress

import pytest
from django.urls import reverse

from apps.core.refusals import Invalid, Refusal
from apps.prerequisites import actions
from apps.prerequisites.credentials import destinations, probes
from apps.prerequisites.models import Prerequisite
from apps.vault import actions as vault
from apps.vault.models import Secret
from tests.blueprints import shipped
from tests.prerequisites.credentials import (
    CHANGES,
    GIVEN,
    OTHER,
    an_item,
    deliver,
    secrets_of,
    send_back,
    the_presence_api,
)
from tests.prerequisites.factories import PrerequisiteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _blueprints():
    shipped.load()


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
    item = PrerequisiteFactory(credential=True, is_own=True)
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
        assert probes.ask(submission) == probes.ProbeResult("withheld", None, "host")
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


def test_twice_at_once_only_the_first_is_taken():
    item = an_item("woocommerce")
    stale = Prerequisite.objects.get(pk=item.pk)
    deliver(item)
    with suppress(Refusal):
        actions.submit(stale, by=item.rollout.people["client"], values={"site_url": "https://mal.example"})
    assert item.submissions.count() == 1
