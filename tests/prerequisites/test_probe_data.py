"""What the blueprints say of probes, walked step by step; wrong environments; what stops working."""

import json
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.urls import reverse

from apps.blueprints.catalogues import content
from apps.blueprints.loading import loader
from apps.blueprints.models import Platform
from apps.core import clock
from apps.core.network import outbound
from apps.core.network.outbound import Answer
from apps.core.process import Gate
from apps.core.refusals import Invalid
from apps.prerequisites import actions, schedule
from apps.prerequisites import gathering as evidence
from apps.prerequisites.credentials import probes
from apps.prerequisites.models import Prerequisite, Probe
from apps.rollouts import gates
from tests.blueprints import shipped
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db

ADDRESSES = ("host", "base_url", "site_url", "api_address")


@pytest.fixture(autouse=True)
def _blueprints():
    shipped.load()


@pytest.fixture
def replies(monkeypatch):
    """``replies({part of the address: (status, body)})``; ``replies.asked`` is what was sent."""

    class Double:
        def __init__(self):
            self.asked, self.table = [], {}

        def __call__(self, table):
            self.table = table

        def fetch(self, method, url, **kwargs):
            self.asked.append((method, url, kwargs))
            part = next(part for part in self.table if part in url)
            status, body, *more = self.table[part]
            where, headers = [*more, "", {}][:2] if len(more) < 2 else more
            return Answer(status, where or url, headers, json.dumps(body).encode())

    double = Double()
    monkeypatch.setattr(outbound, "fetch", double.fetch)
    return double


def credential(slug, rollout=None, environment="homologation", **changed):
    """A delivered credential of the platform ``slug`` with every field filled in."""
    rollout = rollout or RolloutFactory(platform=Platform.objects.get(slug=slug))
    fields = [asdict(spec) for spec in content.platform(slug).fields]
    item = PrerequisiteFactory(
        rollout=rollout, credential=True, fields=fields, key=f"{environment}_credentials", environment=environment
    )
    values = {
        row["name"]: "https://api.loja.com.br"
        if row["name"] in ADDRESSES
        else f"canario-{environment}-{row['name'].replace('_', '-')}"
        for row in fields
    }
    submission = actions.submit(item, by=rollout.people["client"], values=values | changed)
    submission.prerequisite.rollout = rollout  # With its people.
    return submission


@pytest.mark.parametrize("slug", [path.stem for path in (loader.DATA / "platforms").glob("*.toml")])
def test_every_platform_has_a_probe_that_only_reads_or_says_why_not(slug):
    platform = content.platform(slug)
    names = {row.name for row in platform.fields}
    assert set(platform.differs) <= names
    assert platform.differs
    assert bool(platform.probe.steps) != bool(platform.probe.why_none)
    assert platform.probe.checked == ""  # Nobody did; the page says so.
    for step in platform.probe.steps:
        assert step.method == "GET" or step.url.endswith("/auth")
        assert not set(step.valid) & {*step.wrong, *step.lacking}


def test_what_earlier_files_said_is_still_read():
    raw = {
        "version": 2, "slug": "x", "name": "X", "website": "", "position": 1, "where": {}, "fields": [],
        "test_environment": {"pt": "x", "en": "x"},
        "probe": {"url": "https://x/", "valid_when": "200 ou 201", "wrong_when": "401", "checked": "", "note": "n"},
    }  # fmt: skip
    [step] = content.parse("platform", raw).probe.steps
    assert (step.valid, step.wrong, step.lacking) == ([200, 201], [401], [])


class TestSteps:
    def test_tray_is_asked_for_a_token_and_then_reads(self, replies):
        replies({"/auth": (201, {"access_token": "abc"}), "/products": (200, {})})
        assert probes.ask(credential("tray")).outcome == "valid"
        (method, _url, sent), (_get, url, _kwargs) = replies.asked
        assert method == "POST"
        assert sent["form"]["code"] == "canario-homologation-code"
        assert url == "https://api.loja.com.br/products?limit=1&access_token=abc"

    @pytest.mark.parametrize(
        ("table", "outcome"),
        [
            ({"/auth": (401, {})}, "wrong"),
            ({"/auth": (201, {"access_token": "a"}), "/products": (403, {})}, "lacking"),
            ({"/auth": (500, {})}, "unclear"),
        ],
    )
    def test_the_first_step_that_fails_decides(self, table, outcome, replies):
        replies(table)
        assert probes.ask(credential("tray")).outcome == outcome

    @pytest.mark.parametrize("slug", ["bling", "mercado-livre", "linx", "outra"])
    def test_where_a_probe_would_change_something_nothing_is_asked_and_the_page_says_why(
        self, slug, replies, client_for
    ):
        submission = credential(slug)
        assert evidence.probe(submission.pk) is None
        assert replies.asked == []
        rollout = submission.prerequisite.rollout
        page = client_for(rollout.people["pm"]).get(reverse("prerequisites:room", args=[rollout.pk])).content.decode()
        assert "Sem prova automática" in page
        assert str(content.platform(slug).probe.why_none) in page

    def test_a_page_instead_of_data_proves_nothing(self, replies):
        replies({"/wp-json": (200, {}, "", {"content-type": "text/html; charset=utf-8"})})
        assert probes.ask(credential("woocommerce")) == probes.ProbeResult("unclear", 200, "page")

    def test_what_another_host_answers_proves_nothing(self, replies):
        replies({"/wp-json": (200, {}, "https://outra.com.br/wp-json")})
        assert probes.ask(credential("woocommerce")).why == "redirect"


class TestPresenceApi:
    def deliver(self):
        row = next(row for row in content.read("prerequisites").items if row.key == "presence_api")
        fields = [asdict(spec) for spec in row.fields]
        item = PrerequisiteFactory(credential=True, key="presence_api", owner="presence", fields=fields)
        values = {f.name: "canario" for f in row.fields} | {"host": "https://api.presence.example"}
        return actions.submit(item, by=item.rollout.people["pm"], values=values)

    @pytest.mark.parametrize(
        ("state", "outcome"), [("Running", "valid"), ("running", "valid"), ("Stopped", "unclear"), (None, "unclear")]
    )
    def test_both_services_must_say_that_they_run(self, state, outcome, replies):
        replies({
            "/PresenceAuthorization/PingServer": (200, {"api": "PresenceAuthorization", "state": "Running"}),
            "/PresenceWebApi/PingServer": (200, {"api": "PresenceWebApi", "state": state}),
        })  # fmt: skip
        submission = self.deliver()
        assert evidence.probe(submission.pk).outcome == outcome
        assert len(replies.asked) == 2
        assert replies.asked[0][2]["headers"]["Authorization"].startswith("Basic ")

    def test_it_is_tried_although_presence_accepts_its_own_at_once(self):
        submission = self.deliver()
        assert submission.prerequisite.last.decision == "accepted"
        assert schedule.due().credentials == [submission.pk]


class TestTheWrongEnvironment:
    @pytest.mark.parametrize(
        ("environment", "plan", "outcome", "why"),
        [
            ("homologation", "partner_test", "valid", ""), ("homologation", "basic", "elsewhere", "production"),
            ("production", "basic", "valid", ""), ("production", "affiliate", "elsewhere", "test"),
            ("production", None, "valid", ""),
        ],
    )  # fmt: skip
    def test_a_shop_says_what_it_is(self, environment, plan, outcome, why, replies):
        replies({"shop.json": (200, {"shop": {"plan_name": plan}})})
        submission = credential("shopify", environment=environment, shop="loja.myshopify.com")
        found = probes.ask(submission)
        assert (found.outcome, found.why) == (outcome, why)

    def test_a_platform_with_a_host_for_each_environment_takes_no_other(self, replies):
        replies({"/v2/categories": (200, [])})
        assert probes.ask(credential("anymarket", host="https://sandbox-api.anymarket.com.br")).outcome == "valid"
        with pytest.raises(Invalid, match=r"api\.anymarket\.com\.br não é um endereço de AnyMarket"):
            credential("anymarket", host="https://api.anymarket.com.br")

    def test_what_was_delivered_before_there_were_patterns_is_told_and_not_sent(self, replies, monkeypatch):
        with monkeypatch.context() as before:
            before.setattr(probes, "hosts_of", lambda item, environment: [])
            submission = credential("anymarket", host="https://api.anymarket.com.br")
        assert probes.ask(submission) == probes.ProbeResult("elsewhere", None, "production")
        assert replies.asked == []

    def test_the_same_secret_in_both_environments_is_noticed_and_never_shown(self, replies, client_for):
        replies({"": (200, [])})
        first = credential("vtex", app_token="canario-igual")
        rollout = first.prerequisite.rollout
        assert probes.ask(first).outcome == "valid"
        second = credential("vtex", rollout, "production", app_token="canario-igual")
        assert evidence.probe(second.pk).why == "same"
        page = client_for(rollout.people["pm"]).get(reverse("prerequisites:room", args=[rollout.pk])).content.decode()
        assert "Parece ser do outro ambiente" in page
        assert "em um campo que deveria ser diferente" in page
        assert "canario-igual" not in page
        assert "canario-igual" not in str(list(Probe.objects.values()))

    def test_a_key_of_the_application_may_be_the_same_in_both(self, replies):
        replies({"": (200, [])})
        first = credential("loja-integrada", chave_aplicacao="uma-so")
        second = credential("loja-integrada", first.prerequisite.rollout, "production", chave_aplicacao="uma-so")
        assert probes.ask(second).outcome == "valid"

    def test_without_a_probe_the_comparison_alone_speaks(self, replies):
        first = credential("bling", refresh_token="igual")
        second = credential("bling", first.prerequisite.rollout, "production", refresh_token="igual")
        assert evidence.probe(second.pk).why == "same"
        with clock.at(clock.now() + timedelta(days=2)):
            assert second.pk in schedule.due().credentials


class TestStopsWorking:
    """A probe that nobody checked needs two refusals, an hour apart."""

    @pytest.fixture
    def accepted(self, replies):
        replies({"": (200, [])})
        submission = credential("vtex")
        evidence.probe(submission.pk)
        actions.accept(submission.prerequisite, by=submission.prerequisite.rollout.people["pm"])
        return submission

    def state(self, submission):
        return Prerequisite.objects.get(pk=submission.prerequisite_id).state

    @pytest.mark.parametrize(("status", "says"), [(401, "deixou de aceitar"), (403, "deixou de dar permissão")])
    def test_two_refusals_apart_take_it_back_and_the_owner_is_told_why(
        self, status, says, accepted, replies, client_for
    ):
        replies({"": (status, [])})
        start = clock.now()
        for hours, state in ((1, "accepted"), (1.5, "accepted"), (3, "rejected")):
            with clock.at(start + timedelta(hours=hours)):
                evidence.probe(accepted.pk)
            assert self.state(accepted) == state
        rollout = accepted.prerequisite.rollout
        [need] = [one for one in gates.unmet(rollout, Gate.START_DEVELOPMENT) if "credentials" in one.key]
        assert (need.owed_by, str(need.text).split(":")[0]) == ("client", "Deixou de funcionar")
        assert says in client_for(rollout.people["client"]).get("/").content.decode()
        assert rollout.events.filter(kind="prerequisites.stopped").count() == 1

    def test_a_credential_that_never_worked_is_left_to_the_reviewer(self, replies):
        replies({"": (401, [])})
        submission = credential("vtex")
        actions.accept(submission.prerequisite, by=submission.prerequisite.rollout.people["pm"])
        start = clock.now()
        for hours in (1, 3, 30):
            with clock.at(start + timedelta(hours=hours)):
                evidence.probe(submission.pk)
        assert self.state(submission) == "accepted"

    def test_a_trouble_between_two_refusals_starts_the_count_again(self, accepted, replies):
        start = clock.now()
        for hours, status in ((2, 401), (4, 500), (6, 401)):
            replies({"": (status, [])})
            with clock.at(start + timedelta(hours=hours)):
                evidence.probe(accepted.pk)
        assert self.state(accepted) == "accepted"

    def test_a_day_on_which_nothing_ran_is_made_up_for(self, accepted):
        assert schedule.due().credentials == []
        with clock.at(clock.now() + timedelta(days=2)):
            assert schedule.due().credentials == [accepted.pk]
