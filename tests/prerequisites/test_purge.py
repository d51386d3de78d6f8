"""Secrets of a closed rollout are destroyed in time, once, whole, and the timeline certifies it."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.companies import actions as companies
from apps.core import canonical, clock
from apps.core.background import queue
from apps.core.process import PartyRole, Stage
from apps.core.refusals import NotAllowed, Refusal
from apps.prerequisites import actions, queries, tasks
from apps.prerequisites import gathering as evidence
from apps.prerequisites.credentials import probes, purge
from apps.prerequisites.models import PurgeCertificate, Submission
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.vault import actions as vault
from apps.vault import rotation
from apps.vault.models import Secret
from tests.blueprints import shipped
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

CLOSED = pytest.mark.parametrize("stage", [Stage.COMPLETED, Stage.CANCELLED])
EVERYBODY = ["pm", "manager", "analyst", "client", "client_member", "integrator", "platform"]


def deliver(item, by="client", **values):
    return actions.submit(item, by=item.rollout.people[by], values={"account": "aurora", **values})


def with_secrets():
    """A rollout with two secrets of the client, one of them delivered twice, and Presence's own."""
    shipped.load()
    found = RolloutFactory()
    test = PrerequisiteFactory(rollout=found, credential=True, title="Homologação", key="homologation_credentials")
    own = PrerequisiteFactory(rollout=found, credential=True, title="Presence API", owner=PartyRole.PRESENCE)
    deliver(test, token="errado")
    actions.reject(test, by=found.people["analyst"], reason="x", wrong=["token"])
    deliver(test, token="certo")
    deliver(own, by="analyst", token="nosso")
    assert Secret.objects.count() == 3
    return found


@pytest.fixture(scope="module")
def standing_rollout(stand):
    return stand(with_secrets)


@pytest.fixture
def rollout(standing_rollout):
    return standing_rollout.copy()


@pytest.fixture
def closed(rollout):
    return at_stage(rollout, Stage.COMPLETED)


def in_days(days):
    return clock.at(clock.now() + timedelta(days=days))


def purges(rollout):
    return list(rollout.events.filter(kind="prerequisites.purged"))


@CLOSED
def test_everything_goes_when_its_time_has_come(stage, rollout, settings):
    at_stage(rollout, stage)
    settings.PURGE_CREDENTIALS_DAYS = 10
    with in_days(9.9):
        assert queries.rollouts_to_purge() == []
        assert purge.purge_due(rollout.pk) is None
    assert Secret.objects.count() == 3
    with in_days(10.1):
        assert queries.rollouts_to_purge() == [rollout.pk]
        tasks.purge_rollout(rollout.pk)
    assert Secret.objects.count() == 0
    [event] = purges(rollout)
    assert (event.actor, event.data["days"], event.data["secrets"]) == (None, 10, 3)
    assert timeline.verify(Rollout.objects.get(pk=rollout.pk)) is None


def test_the_daily_task_hands_each_rollout_to_a_task_of_its_own(closed, monkeypatch):
    handed = []
    monkeypatch.setattr(queue, "send", lambda task, key: handed.append((task, key)))
    with in_days(31):
        tasks.purge_closed_rollouts()
    assert handed == [("apps.prerequisites.tasks.purge_rollout", closed.pk)]


def test_the_certificate_says_what_was_destroyed_and_can_be_computed_again(closed):
    rows = [(str(row.pk), row.field, bytes(row.ciphertext)) for row in Secret.objects.all()]
    event = purge.purge(closed, by=closed.people["pm"])
    hashed = sorted((pk, field, hashlib.sha256(text).hexdigest()) for pk, field, text in rows)
    assert event.data["sha256"] == canonical.sha256(hashed)
    assert event.data["items"] == [
        {"title": {"pt": "Homologação"}, "secrets": 2}, {"title": {"pt": "Presence API"}, "secrets": 1},
    ]  # fmt: skip
    assert event.data["closed_at"] == canonical.instant(closed.closed_at)
    assert not any(value in str(event.data) for value in ("certo", "errado", "nosso", "aurora"))


def test_the_certificate_goes_on_naming_the_client_and_who_asked_as_they_were_called_then(closed, client_for):
    pm, client = closed.people["pm"], closed.company(PartyRole.CLIENT)
    names = [client.legal_name, closed.title, pm.name]
    purge.purge(closed, by=pm)
    companies.change_company(client, by=closed.people["manager"], legal_name="Outra Ltda.", trade_name="Outra")
    User.objects.filter(pk=pm.pk).update(name="Nome de casada")
    page = client_for(closed.people["client"]).get(reverse("prerequisites:certificate", args=[closed.pk]))
    for name in names:
        assert name in page.content.decode()
    assert "Outra Ltda." not in page.content.decode()
    personal_data.erase(pm)
    assert PurgeCertificate.objects.get().purged_by_name == ""


def test_another_rollout_and_other_deliveries_keep_theirs(closed):
    other = PrerequisiteFactory(credential=True)
    kept = deliver(other, token="fica").secrets.get()
    purge.purge(closed, by=closed.people["pm"])
    assert list(Secret.objects.all()) == [kept]
    assert vault.unseal(kept) == "fica"


def test_twice_does_no_more(closed):
    with in_days(31):
        purge.purge_due(closed.pk)
        assert queries.rollouts_to_purge() == []
        tasks.purge_rollout(closed.pk)
    with pytest.raises(Refusal, match="Não há mais"):
        purge.purge(closed, by=closed.people["pm"])
    assert len(purges(closed)) == 1


def test_a_crash_leaves_neither_half_a_purge_nor_half_a_certificate(closed, monkeypatch):
    def crash(*_args, **_kwargs):
        raise OSError("no power")

    with monkeypatch.context() as patched:
        patched.setattr(timeline, "record", crash)
        with in_days(31), pytest.raises(OSError, match="no power"):
            purge.purge_due(closed.pk)
    assert Secret.objects.count() == 3
    assert purges(closed) == []
    assert not any(submission.purged for submission in Submission.objects.all())


def test_an_open_rollout_keeps_what_it_uses(rollout):
    with pytest.raises(Refusal, match="ainda estão em uso"):
        purge.purge(rollout, by=rollout.people["pm"])
    with in_days(400):
        assert queries.rollouts_to_purge() == []
        assert purge.purge_due(rollout.pk) is None
    assert Secret.objects.count() == 3


def test_a_rollout_without_secrets_gets_no_certificate():
    empty = at_stage(RolloutFactory(), Stage.CANCELLED)
    with in_days(31):
        assert queries.rollouts_to_purge() == []
        assert purge.purge_due(empty.pk) is None
    assert purges(empty) == []


@pytest.mark.parametrize("who", ["analyst", "client", "client_member", "integrator", "platform"])
def test_only_project_managers_purge_before_the_time(who, closed):
    with pytest.raises(NotAllowed):
        purge.purge(closed, by=closed.people[who])
    assert Secret.objects.count() == 3


class TestSuperseded:
    """A value that was sent back has no use once another was accepted."""

    @pytest.fixture
    def item(self, rollout):
        return rollout.prerequisites.get(key="homologation_credentials")

    def test_goes_with_the_acceptance(self, rollout, item):
        actions.accept(item, by=rollout.people["analyst"])
        kept = {vault.unseal(secret) for secret in Secret.objects.all()}
        assert kept == {"certo", "nosso"}
        first, second = item.submissions.all()
        assert (list(first.purged), second.purged) == (["token"], {})

    def test_stays_while_nothing_was_accepted(self, rollout, item):
        actions.reject(item, by=rollout.people["analyst"], reason="x")
        assert {vault.unseal(secret) for secret in Secret.objects.all()} == {"errado", "certo", "nosso"}

    def test_a_secret_that_the_accepted_delivery_carries_on_stays(self, rollout, item):
        actions.reject(item, by=rollout.people["analyst"], reason="x")
        actions.submit(item, by=rollout.people["client"], values={"account": "aurora"})
        actions.accept(item, by=rollout.people["analyst"])
        assert [vault.unseal(secret) for secret in item.last.secrets.all()] == ["certo"]
        assert [bool(row.purged) for row in item.submissions.all()] == [True, False, False]

    def test_a_purge_later_does_not_change_when_that_was(self, rollout, item):
        actions.accept(item, by=rollout.people["analyst"])
        before = item.submissions.get(number=1).purged
        at_stage(rollout, Stage.COMPLETED)
        with in_days(31):
            purge.purge_due(rollout.pk)
        first, second = item.submissions.all()
        assert first.purged == before
        assert second.purged["token"] > before["token"]


class TestWhatIsGone:
    @pytest.fixture
    def gone(self, closed):
        purge.purge(closed, by=closed.people["pm"])
        return closed

    def test_cannot_be_revealed(self, gone, client_for):
        item = gone.prerequisites.get(key="homologation_credentials")
        with pytest.raises(Refusal, match="encerrado"):
            actions.reveal(item, by=gone.people["pm"], reason="x")

    def test_is_not_tried_at_its_platform(self, gone, monkeypatch):
        monkeypatch.setattr(probes.outbound, "fetch", lambda *_args, **_kwargs: pytest.fail("asked"))
        submission = gone.prerequisites.get(key="homologation_credentials").last
        assert probes.ask(submission) is None
        assert evidence.probe(submission.pk) is None

    def test_does_not_stop_a_rotation_that_is_under_way(self, closed, monkeypatch):
        listed = [row.pk for row in Secret.objects.all()]
        purge.purge(closed, by=closed.people["pm"])
        secrets, *_others = rotation.CIPHERTEXTS
        monkeypatch.setattr(rotation, "CIPHERTEXTS", [replace(secrets, rows=lambda: listed)])
        rotation.rotate()
        assert rotation.left_behind()["secrets"] == 0

    @pytest.mark.parametrize("who", EVERYBODY)
    def test_is_certified_to_each_party(self, who, gone, client_for):
        browser = client_for(gone.people[who])
        room = browser.get(reverse("prerequisites:room", args=[gone.pk])).content.decode()
        assert "foram expurgadas em" in room
        assert "expurgado em" in room
        assert "guardado no cofre" not in room
        address = reverse("prerequisites:certificate", args=[gone.pk])
        assert address in room
        page = browser.get(address).content.decode()
        event = purges(gone)[0]
        for text in (event.data["sha256"], event.hash, "Homologação", "Presence API"):
            assert text in page


def test_a_project_manager_purges_from_the_room_and_lands_on_the_certificate(closed, client_for):
    browser = client_for(closed.people["pm"])
    room = browser.get(reverse("prerequisites:room", args=[closed.pk])).content.decode()
    assert "Serão expurgadas a partir de" in room
    assert "Expurgar agora" in room
    assert "data-confirm" in room
    answer = browser.post(reverse("prerequisites:purge", args=[closed.pk]), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("prerequisites:certificate", args=[closed.pk])
    assert "Certificado de expurgo" in answer.content.decode()
    assert "Expurgar agora" not in browser.get(reverse("prerequisites:room", args=[closed.pk])).content.decode()
    assert browser.post(reverse("prerequisites:purge", args=[closed.pk])).status_code == 409


def test_the_client_reads_when_it_will_happen_and_has_no_button(closed, client_for):
    browser = client_for(closed.people["client"])
    room = browser.get(reverse("prerequisites:room", args=[closed.pk])).content.decode()
    assert "Serão expurgadas a partir de" in room
    assert "Expurgar agora" not in room
    assert browser.post(reverse("prerequisites:purge", args=[closed.pk])).status_code == 403
    assert browser.get(reverse("prerequisites:certificate", args=[closed.pk])).status_code == 404


def test_an_open_rollout_says_nothing_of_purging(rollout, client_for):
    room = client_for(rollout.people["pm"]).get(reverse("prerequisites:room", args=[rollout.pk])).content.decode()
    assert "xpurga" not in room
