"""Wherever an address is typed, an international one is taken and one that names no place is refused with a sentence."""

import socket

import pytest
from django.urls import reverse

from apps.core.refusals import Invalid
from apps.meetings.forms import DateForm
from apps.prerequisites import actions, tasks
from apps.prerequisites import gathering as evidence
from apps.prerequisites.models import Submission
from apps.stages.homologation.execution import evidence as proofs
from apps.stages.homologation.execution.forms import EvidenceForm
from tests.prerequisites.factories import PrerequisiteFactory

pytestmark = pytest.mark.django_db

INTERNATIONAL = "https://lojaaçaí.com.br/catálogo"
NOWHERE = [
    "https://i❤.ws/",
    "https://ana:senha@loja.com.br/",
    "https://" + "ç" * 63 + ".com.br/",
    "https://ab--ç.com.br/",
]
SENTENCE = "Este endereço não pode ser lido"


@pytest.mark.parametrize("kind", ["link", "document", "environment"])
class TestAPrerequisite:
    def deliver(self, kind, link):
        item = PrerequisiteFactory(kind=kind)
        values = {"sharing": "dedicated", "shared_with": ""} if kind == "environment" else None
        return actions.submit(item, by=item.rollout.people["client"], link=link, text="x", values=values)

    @pytest.mark.parametrize("link", NOWHERE)
    def test_refuses_what_names_no_place(self, kind, link):
        with pytest.raises(Invalid, match=SENTENCE) as refused:
            self.deliver(kind, link)
        assert refused.value.field == "link"

    @pytest.mark.parametrize("link", NOWHERE)
    def test_says_so_on_the_page_and_keeps_what_was_typed(self, kind, link, client_for):
        item = PrerequisiteFactory(kind=kind)
        typed = {"link": link, "text": "x", "sharing": "dedicated"}
        address = reverse("prerequisites:submit", args=[item.rollout_id, item.pk])
        answer = client_for(item.rollout.people["client"]).post(address, typed)
        assert answer.status_code == 422
        assert link in answer.content.decode()
        assert not item.submissions.exists()

    def test_takes_an_international_one_and_asks_its_ascii_form(self, kind, monkeypatch):
        asked = []

        def resolve(host, port, *args, **kwargs):
            asked.append(host)
            raise socket.gaierror

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        submission = self.deliver(kind, INTERNATIONAL)
        (evidence.check_environment if kind == "environment" else evidence.read_document)(submission.pk)
        assert asked == ["xn--lojaaa-0ua3c.com.br"]

    @pytest.mark.parametrize("link", [*NOWHERE, "https://[::1", "http://", "https://loja.com.br:x/"])
    def test_one_that_was_kept_before_is_an_ordinary_finding(self, kind, link):
        submission = self.deliver(kind, "https://loja.example/")
        Submission.objects.filter(pk=submission.pk).update(link=link)
        if kind == "environment":
            tasks.look_at_environment(submission.pk)
            assert submission.last_check.findings[0] == {"key": "unreachable", "about": "address"}
        else:
            tasks.look_into_document(submission.pk)
            submission.refresh_from_db()
            assert (submission.evidence["found"], submission.evidence["why"]) == ("unreachable", "address")


@pytest.mark.parametrize("link", NOWHERE)
def test_evidence_of_a_result_is_refused_at_both_doors(link):
    with pytest.raises(Invalid, match=SENTENCE):
        proofs.proof_of(link=link)


@pytest.mark.parametrize(("form", "field"), [(EvidenceForm, "link"), (DateForm, "link")])
@pytest.mark.parametrize("link", NOWHERE)
def test_the_forms_of_the_other_rooms_refuse_it_beside_the_field(form, field, link):
    assert form({field: link}).errors[field]


@pytest.mark.parametrize("form", [EvidenceForm, DateForm])
def test_and_take_an_international_one(form):
    assert "link" not in form({"link": INTERNATIONAL}).errors
