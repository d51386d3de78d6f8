"""A delivered credential is tried at its platform; the answer is evidence, never the decision."""

import threading
from datetime import timedelta

import pytest
from django.urls import reverse

from apps.blueprints.models import Platform
from apps.core import clock
from apps.core.network import outbound
from apps.core.network.addresses import BadAddress
from apps.core.network.outbound import Answer, Unreachable
from apps.core.process import Stage
from apps.core.refusals import Invalid
from apps.demo import stand_in
from apps.prerequisites import actions, schedule
from apps.prerequisites import gathering as evidence
from apps.prerequisites.credentials import destinations, probes
from apps.prerequisites.models import Prerequisite, Probe
from apps.prerequisites.tasks import gather_due_evidence, probe_submission
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.vault.models import Secret
from tests.blueprints import shipped
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

VTEX = [
    {"name": "account_name", "label": {"pt": "Conta", "en": "Account"}, "help": {}, "secret": False},
    {"name": "app_key", "label": {"pt": "App key", "en": "App key"}, "help": {}, "secret": False},
    {"name": "app_token", "label": {"pt": "App token", "en": "App token"}, "help": {}, "secret": True},
]


@pytest.fixture(autouse=True)
def _blueprints():
    shipped.load()


@pytest.fixture
def item():
    return PrerequisiteFactory(credential=True, key="homologation_credentials", environment="homologation", fields=VTEX)


def deliver(item, token="canario-77", account="aurora"):
    values = {"account_name": account, "app_key": "vtexappkey-x", "app_token": token}
    return actions.submit(item, by=item.rollout.people["client"], values=values)


@pytest.fixture
def platform(monkeypatch):
    """``platform(status)`` answers every request so; ``platform.asked`` is what came."""

    class Double:
        asked: list = []
        answer: object = 200

        def __call__(self, answer):
            self.answer = answer

    double = Double()
    double.asked = []

    def fetch(method, url, *, headers, max_bytes, **body):
        double.asked.append((method, url, headers))
        if isinstance(double.answer, Exception):
            raise double.answer
        return Answer(double.answer, url)

    monkeypatch.setattr(outbound, "fetch", fetch)
    return double


@pytest.mark.parametrize(
    ("answer", "outcome", "status"),
    [
        (200, "valid", 200), (401, "wrong", 401), (403, "lacking", 403), (500, "unclear", 500), (302, "unclear", 302),
        (Unreachable("timeout"), "unreachable", None), (Unreachable("address"), "unreachable", None),
    ],
)  # fmt: skip
def test_each_answer_means_what_the_blueprint_says(answer, outcome, status, item, platform):
    platform(answer)
    kept = evidence.probe(deliver(item).pk)
    assert (kept.outcome, kept.status) == (outcome, status)
    assert Prerequisite.objects.get(pk=item.pk).state == "submitted"  # It decides nothing.


def test_the_fields_stand_where_the_blueprint_puts_them(item, platform):
    evidence.probe(deliver(item).pk)
    [(method, url, headers)] = platform.asked
    assert method == "GET"
    assert url == "https://aurora.vtexcommercestable.com.br/api/catalog_system/pvt/brand/list"
    assert headers == {"X-VTEX-API-AppKey": "vtexappkey-x", "X-VTEX-API-AppToken": "canario-77"}


@pytest.mark.parametrize(
    "account",
    [
        "evil.example/",
        "a@evil.example",
        "evil.example#",
        "x:8080",
        "a b",
        "a.b",
        "evil.example\\",
        "a%2eb",
        "a。b",
        "-a",
    ],
)
def test_a_name_in_the_host_cannot_lead_elsewhere(account, item, platform):
    with pytest.raises(Invalid) as refused:
        deliver(item, account=account)
    assert refused.value.field == "value_account_name"
    assert Secret.objects.count() == 0


def test_a_line_break_in_a_secret_makes_no_header(item, platform):
    assert evidence.probe(deliver(item, token="x\r\nHost: evil").pk).outcome == "unreachable"
    assert platform.asked == []


@pytest.mark.parametrize("site", ["http://loja.example", "loja.example", "file:///etc/passwd"])
def test_a_typed_address_must_be_https(site, platform):
    with pytest.raises(BadAddress):
        destinations.filled("{site_url}/wp-json/wc/v3/products", {"site_url": site})


def test_basic_credentials_are_encoded():
    assert probes._header("Basic {a}:{b}", {"a": "ck", "b": "cs"}) == "Basic Y2s6Y3M="
    assert probes._header("Bearer {a}", {"a": "x"}) == "Bearer x"


def test_a_platform_without_a_probe_and_other_items_are_left_alone(platform):
    other, _made = Platform.objects.get_or_create(slug="outra", defaults={"name": "Outra"})
    silent = PrerequisiteFactory(
        credential=True, key="homologation_credentials", rollout=RolloutFactory(platform=other)
    )
    own = PrerequisiteFactory(credential=True, key="another")
    for found in (silent, own):
        submission = actions.submit(found, by=found.rollout.people["client"], values={"account": "a", "token": "b"})
        assert evidence.probe(submission.pk) is None
    assert platform.asked == []


class TestACredentialThatStopsWorking:
    @pytest.fixture
    def accepted(self, item, platform):
        submission = deliver(item)
        evidence.probe(submission.pk)
        actions.accept(item, by=item.rollout.people["pm"])
        return submission

    def test_goes_back_to_its_owner_and_says_so(self, accepted, item, platform, monkeypatch):
        monkeypatch.setattr(probes, "is_trusted", lambda item: True)
        platform(401)
        probe_submission(accepted.pk)
        item = Prerequisite.objects.get(pk=item.pk)
        assert (item.state, item.last.why_returned) == ("rejected", "A plataforma deixou de aceitar esta credencial.")
        event = item.rollout.events.latest("sequence")
        assert (event.kind, event.actor, event.who) == ("prerequisites.stopped", None, "O sistema")
        assert event.data["key"] == item.key
        assert timeline.verify(Rollout.objects.get(pk=item.rollout_id)) is None

    def test_twice_does_no_more(self, accepted, item, platform, monkeypatch):
        monkeypatch.setattr(probes, "is_trusted", lambda item: True)
        platform(401)
        probe_submission(accepted.pk)
        probe_submission(accepted.pk)
        assert item.rollout.events.filter(kind="prerequisites.stopped").count() == 1

    @pytest.mark.parametrize("answer", [403, 500, Unreachable("timeout")])
    def test_a_platform_in_trouble_takes_nothing_back(self, answer, accepted, item, platform, monkeypatch):
        monkeypatch.setattr(probes, "is_trusted", lambda item: True)
        platform(answer)
        probe_submission(accepted.pk)
        assert Prerequisite.objects.get(pk=item.pk).state == "accepted"

    def test_a_probe_that_nobody_checked_takes_nothing_back(self, accepted, item, platform):
        platform(401)
        probe_submission(accepted.pk)
        assert Prerequisite.objects.get(pk=item.pk).state == "accepted"

    def test_a_closed_rollout_is_left_alone(self, accepted, item, platform):
        assert schedule.due().credentials == []
        in_two_days = clock.now() + timedelta(days=2)
        with clock.at(in_two_days):
            assert schedule.due().credentials == [accepted.pk]
        at_stage(item.rollout, Stage.COMPLETED)
        with clock.at(in_two_days):
            assert schedule.due().credentials == []
        platform.asked.clear()
        assert evidence.probe(accepted.pk) is None
        assert platform.asked == []


def test_a_lost_message_is_made_good_within_a_minute(item, platform):
    submission = deliver(item)
    assert schedule.due().credentials == [submission.pk]
    gather_due_evidence()
    assert submission.probes.get().outcome == "valid"
    assert schedule.due().credentials == []


def test_the_reviewer_sees_the_evidence_and_how_far_to_trust_it(item, platform, client_for):
    platform(401)
    evidence.probe(deliver(item).pk)
    page = client_for(item.rollout.people["pm"]).get(reverse("prerequisites:room", args=[item.rollout_id]))
    text = page.content.decode()
    assert "Recusada pela plataforma" in text
    assert "HTTP 401" in text
    assert "só um indício" in text
    assert "canario" not in text


def test_no_secret_is_written_anywhere_by_a_probe(item, platform, caplog):
    platform(Unreachable("connection", "x"))
    with caplog.at_level("DEBUG"):
        evidence.probe(deliver(item).pk)
    assert "canario" not in caplog.text
    assert "canario" not in str(list(Probe.objects.values()))
    assert "canario" not in str(list(item.rollout.events.values("data")))


@pytest.mark.parametrize(
    ("token", "outcome"), [("demo-app_token", "valid"), ("sem-permissao", "lacking"), ("outro", "wrong")]
)
def test_the_demonstrations_stand_in_shows_green_and_red(token, outcome, item, settings):
    """Over a real connection, through the one way out."""
    server = stand_in.server(0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_address[1]}"
    settings.PLATFORM_STAND_IN, settings.OUTBOUND_ALLOW = f"http://{address}", [address]
    try:
        assert evidence.probe(deliver(item, token=token).pk).outcome == outcome
    finally:
        server.shutdown()
        server.server_close()
