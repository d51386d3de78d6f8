"""What proves a result: several things of several kinds, from whom, until when."""

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.stages.homologation.execution import actions
from tests.homologation.factories import EvidenceFactory
from tests.homologation.test_homologation import case, report

pytestmark = pytest.mark.django_db


def a_file(name="log.txt"):
    return ContentFile(b"log", name=name)


def test_a_result_keeps_text_link_and_several_files_in_order(rollout, script):
    result = report(
        script, rollout, evidence_text=" Pedido 1 ", evidence_link="https://x.com/1",
        evidence_files=[a_file("a.txt"), a_file("b.txt")],
    )  # fmt: skip
    assert [str(evidence) for evidence in result.evidence.all()] == ["Pedido 1", "https://x.com/1", "a.txt", "b.txt"]


@pytest.mark.parametrize("proof", [{"evidence_link": "https://x.com/1"}, {"evidence_files": [a_file()]}])
def test_a_link_or_a_file_proves_as_well_as_words(rollout, script, proof):
    assert report(script, rollout, **{"evidence_text": "", **proof}).evidence.count() == 1


def test_blank_words_prove_nothing(rollout, script):
    with pytest.raises(Invalid, match="evidência"):
        report(script, rollout, evidence_text="  ")


def test_a_file_that_is_refused_leaves_no_result_behind(rollout, script):
    with pytest.raises(Invalid) as refusal:
        report(script, rollout, evidence_files=[ContentFile(b"MZ", name="x.exe")])
    assert refusal.value.field == "evidence_files"
    assert not case(script).results.exists()


def test_an_outcome_that_does_not_exist_is_refused(rollout, script):
    with pytest.raises(Invalid):
        report(script, rollout, outcome="perhaps")


class TestAddedLater:
    def test_its_author_and_presence_add_to_the_newest_result(self, rollout, script):
        result = report(script, rollout, who="integrator")
        actions.attach_evidence(result, by=rollout.people["integrator"], text="Outro pedido")
        actions.attach_evidence(result, by=rollout.people["analyst"], files=[a_file()])
        assert [str(evidence) for evidence in result.evidence.all()] == ["Pedido 123", "Outro pedido", "log.txt"]
        assert rollout.events.filter(kind="homologation.evidence").count() == 2

    def test_on_the_page_its_author_and_presence_find_the_form(self, rollout, script, client_for):
        base = f"/projetos/{rollout.pk}/homologacao/"
        result = report(script, rollout, who="integrator")
        url = f"{base}resultados/{result.pk}/evidencia/"
        offered = {
            who: url in client_for(rollout.people[who]).get(base + "casos/PED-01/").content.decode()
            for who in ("integrator", "pm", "client", "platform")
        }
        assert offered == {"integrator": True, "pm": True, "client": False, "platform": False}
        client = client_for(rollout.people["integrator"])
        assert client.post(url, {"text": " "}).status_code == 422
        assert client.post(url, {"text": "Outro", "attachments": a_file()}).status_code == 302
        assert result.evidence.count() == 3

    @pytest.mark.parametrize("who", ["client", "platform"])
    def test_others_do_not(self, rollout, script, who):
        with pytest.raises(NotAllowed):
            actions.attach_evidence(report(script, rollout), by=rollout.people[who], text="x")

    def test_nothing_is_refused(self, rollout, script):
        with pytest.raises(Invalid):
            actions.attach_evidence(report(script, rollout), by=rollout.people["pm"], text=" ")

    def test_an_older_result_and_a_closed_round_stay_as_they_are(self, rollout, script):
        older = report(script, rollout)
        newest = report(script, rollout)
        with pytest.raises(Refusal, match="mais novo"):
            actions.attach_evidence(older, by=rollout.people["pm"], text="x")
        actions.close_round(script, by=rollout.people["pm"])
        with pytest.raises(Refusal, match="mais novo"):
            actions.attach_evidence(newest, by=rollout.people["pm"], text="x")


@pytest.mark.parametrize("row", [{"text": ""}, {"text": "x", "link": "https://x.com"}])
def test_the_database_holds_that_it_is_one_thing(rollout, script, row):
    result = report(script, rollout)
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceFactory(result=result, **row)
