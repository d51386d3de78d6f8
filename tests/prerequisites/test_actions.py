"""Deliver, accept, send back, deliver again."""

import pytest
from django.core.files.base import ContentFile

from apps.companies.models import Person
from apps.core.process import Gate, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.prerequisites import actions
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts import gates
from apps.vault.actions import unseal
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db


def owed(item):
    return [
        (need.key, need.owed_by) for need in gates.unmet(item.rollout, Gate(item.gate)) if need.key.endswith(item.key)
    ]


def again(item):
    return Prerequisite.objects.get(pk=item.pk)


class TestTheRoundTrip:
    def test_the_ball_goes_back_and_forth_until_it_is_accepted(self):
        item = PrerequisiteFactory()
        client, pm = item.rollout.people["client"], item.rollout.people["pm"]
        assert owed(item) == [(f"prerequisite:{item.key}", "client")]
        actions.submit(item, by=client, text="Ambiente dedicado")
        assert owed(item)[0][1] == "presence"
        actions.reject(item, by=pm, reason="Falta a URL")
        assert owed(item)[0][1] == "client"
        actions.submit(item, by=client, text="https://homolog.exemplo.com.br")
        actions.accept(item, by=pm)
        assert owed(item) == []
        assert list(item.submissions.values_list("number", "decision", "reason")) == [
            (1, "rejected", "Falta a URL"),
            (2, "accepted", ""),
        ]
        assert item.rollout.events.count() == 4

    def test_what_presence_owes_is_accepted_when_it_delivers(self):
        item = PrerequisiteFactory(owner="presence")
        actions.submit(item, by=item.rollout.people["analyst"], text="Lojas 1 e 2")
        assert again(item).state == "accepted"

    def test_an_accepted_item_can_be_reopened_with_a_reason(self):
        item = PrerequisiteFactory(state="accepted")
        actions.reopen(item, by=item.rollout.people["pm"], reason="Token revogado")
        assert again(item).state == "rejected"
        assert owed(item)[0][1] == "client"


class TestRefusals:
    @pytest.mark.parametrize(("state", "says"), [("submitted", "em conferência"), ("accepted", "já foi aceito")])
    def test_delivering_twice(self, state, says):
        item = PrerequisiteFactory(state=state)
        with pytest.raises(Refusal, match=says):
            actions.submit(item, by=item.rollout.people["client"], text="x")

    @pytest.mark.parametrize("state", ["pending", "accepted", "rejected"])
    @pytest.mark.parametrize("verb", [actions.accept, lambda item, by: actions.reject(item, by=by, reason="x")])
    def test_deciding_what_does_not_wait_for_review(self, state, verb):
        item = PrerequisiteFactory(state=state)
        with pytest.raises(Refusal):
            verb(item, by=item.rollout.people["pm"])

    def test_sending_back_without_a_reason(self):
        item = PrerequisiteFactory()
        actions.submit(item, by=item.rollout.people["client"], text="x")
        with pytest.raises(Invalid):
            actions.reject(item, by=item.rollout.people["pm"], reason=" ")

    @pytest.mark.parametrize("kind", ["document", "link", "statement", "contact"])
    def test_delivering_nothing(self, kind):
        item = PrerequisiteFactory(kind=kind)
        with pytest.raises(Invalid):
            actions.submit(item, by=item.rollout.people["client"])

    def test_delivering_to_a_closed_rollout(self):
        item = PrerequisiteFactory()
        at_stage(item.rollout, Stage.CANCELLED)
        with pytest.raises(Refusal, match="encerrado"):
            actions.submit(item, by=item.rollout.people["client"], text="x")


class TestWhoMay:
    @pytest.mark.parametrize(
        ("owner", "allowed"),
        [
            ("client", {"client", "client_member"}),
            ("platform", {"platform", "client", "client_member"}),
            ("integrator", {"integrator"}),
            ("presence", {"manager", "pm", "analyst"}),
        ],
    )
    def test_deliver(self, owner, allowed):
        item = PrerequisiteFactory(owner=owner)
        people = item.rollout.people
        assert {name for name, user in people.items() if user.has_perm("prerequisites.submit", item)} == allowed

    def test_review(self):
        item = PrerequisiteFactory()
        people = item.rollout.people
        may = {name for name, user in people.items() if user.has_perm("prerequisites.review", item)}
        assert may == {"manager", "pm", "analyst"}
        with pytest.raises(NotAllowed):
            actions.accept(item, by=people["client"])


class TestCredentials:
    @pytest.fixture
    def item(self):
        return PrerequisiteFactory(credential=True)

    def deliver(self, item, **values):
        return actions.submit(item, by=item.rollout.people["client"], values=values)

    def test_the_secret_goes_to_the_vault_and_nowhere_else(self, item, client_for):
        submission = self.deliver(item, account="loja", token="canario-987654")
        submission.refresh_from_db()
        assert submission.values == {"account": "loja"}
        assert unseal(submission.secrets.get()) == "canario-987654"
        page = (
            client_for(item.rollout.people["pm"]).get(f"/projetos/{item.rollout_id}/pre-requisitos/").content.decode()
        )
        assert "guardado no cofre" in page
        assert "canario" not in page
        assert "canario" not in str(list(item.rollout.events.values()))

    def test_a_field_left_out_is_named(self, item):
        with pytest.raises(Invalid, match="Token") as refusal:
            self.deliver(item, account="loja")
        assert refusal.value.field == "value_token"

    def test_a_new_delivery_may_keep_the_old_secret(self, item):
        self.deliver(item, account="loja", token="segredo")
        actions.reject(item, by=item.rollout.people["pm"], reason="Sem permissão na plataforma")
        second = self.deliver(item, account="loja", token="")
        assert unseal(second.secrets.get()) == "segredo"


def test_contacts_become_the_companys_when_they_are_accepted():
    item = PrerequisiteFactory(kind="contact")
    contact = {"kind": "technical", "name": "Rita", "email": "rita@loja.com.br", "phone": "", "position": "TI"}
    actions.submit(item, by=item.rollout.people["client"], contacts=[contact])
    assert not Person.objects.filter(purposes__contains=["technical"]).exists()
    actions.accept(item, by=item.rollout.people["pm"])
    person = Person.objects.get(purposes__contains=["technical"])
    assert (person.company, str(person), person.addresses) == (
        item.rollout.company("client"), "Rita", ["rita@loja.com.br"],
    )  # fmt: skip


class TestThePage:
    def url(self, item, verb):
        return f"/projetos/{item.rollout_id}/pre-requisitos/{item.pk}/{verb}/"

    def test_a_client_delivers_a_document_and_presence_downloads_it(self, client_for):
        item = PrerequisiteFactory(kind="document")
        sent = client_for(item.rollout.people["client"]).post(
            self.url(item, "entregar"), {"file": ContentFile(b"%PDF-1.7 manual", name="manual.pdf")}
        )
        assert sent.status_code == 302
        submission = Submission.objects.get()
        url = f"/projetos/{item.rollout_id}/entregas/{submission.pk}/arquivos/{submission.files[0].pk}/"
        answer = client_for(item.rollout.people["pm"]).get(url)
        assert b"".join(answer.streaming_content) == b"%PDF-1.7 manual"
        assert client_for(item.rollout.people["stranger"]).get(url).status_code == 404

    def test_what_was_typed_is_still_there_when_it_is_refused(self, client_for):
        item = PrerequisiteFactory(kind="link")
        answer = client_for(item.rollout.people["client"]).post(self.url(item, "entregar"), {"link": "isto não é link"})
        assert answer.status_code == 422
        assert "isto não é link" in answer.content.decode()

    def test_a_secret_is_not_printed_back_when_the_form_is_refused(self, client_for):
        item = PrerequisiteFactory(credential=True)
        answer = client_for(item.rollout.people["client"]).post(
            self.url(item, "entregar"), {"value_account": "", "value_token": "canario-55"}
        )
        assert answer.status_code == 422
        assert "canario-55" not in answer.content.decode()

    def test_presence_accepts_and_sends_back(self, client_for):
        item = PrerequisiteFactory()
        pm = client_for(item.rollout.people["pm"])
        actions.submit(item, by=item.rollout.people["client"], text="x")
        assert pm.post(self.url(item, "devolver"), {"reason": ""}).status_code == 422
        assert pm.post(self.url(item, "devolver"), {"reason": "Incompleto"}).status_code == 302
        actions.submit(item, by=item.rollout.people["client"], text="y")
        assert pm.post(self.url(item, "aceitar")).status_code == 302
        assert pm.post(self.url(item, "reabrir"), {"reason": "Mudou"}).status_code == 302
        assert again(item).state == "rejected"

    @pytest.mark.parametrize("verb", ["entregar", "aceitar", "devolver", "reabrir"])
    def test_a_stranger_finds_nothing(self, client_for, verb):
        item = PrerequisiteFactory()
        assert client_for(item.rollout.people["stranger"]).post(self.url(item, verb)).status_code == 404
