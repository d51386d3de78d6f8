"""Several files in a delivery: their order, which stay, which came back, which are there already."""

import json

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from apps.core.refusals import Invalid
from apps.prerequisites import actions, attachments
from apps.prerequisites import gathering as evidence
from tests.prerequisites.factories import PrerequisiteFactory

pytestmark = pytest.mark.django_db


def pdf(text="a", name=""):
    return ContentFile(b"%PDF-1.7 " + text.encode(), name=name or f"{text}.pdf")


@pytest.fixture
def item():
    return PrerequisiteFactory(kind="document")


@pytest.fixture
def returned(item):
    """Two files that came back."""
    people = item.rollout.people
    actions.submit(item, by=people["client"], file=[pdf("a"), pdf("b")])
    actions.reject(item, by=people["pm"], reason="Falta uma parte")
    item.refresh_from_db(fields=["state"])
    return item


def again(item, **data):
    return actions.submit(item, by=item.rollout.people["client"], **data)


def names(submission):
    return [file.name for file in submission.files]


def test_a_delivery_has_several_files_in_their_order(item):
    assert names(again(item, file=[pdf("c"), pdf("a"), pdf("b")])) == ["c.pdf", "a.pdf", "b.pdf"]


def test_there_are_only_so_many(item, monkeypatch):
    monkeypatch.setattr(attachments, "FILES_AT_MOST", 1)
    with pytest.raises(Invalid, match="no máximo 1"):
        again(item, file=[pdf("a"), pdf("b")])


def test_the_same_file_twice_in_one_delivery_is_refused(item):
    with pytest.raises(Invalid, match="duas vezes"):
        again(item, file=[pdf("a"), pdf("a", "outro.pdf")])


class TestDeliveringAgain:
    def test_files_that_are_ticked_stay_before_the_new_ones(self, returned):
        first = returned.last
        second = again(returned, file=[pdf("c")], stays=[str(first.files[1].pk)])
        assert names(second) == ["b.pdf", "c.pdf"]
        assert second.files[0] == first.files[1]
        assert names(first) == ["a.pdf", "b.pdf"]

    def test_a_file_may_be_left_out(self, returned):
        assert names(again(returned, stays=[str(returned.last.files[0].pk)])) == ["a.pdf"]

    def test_the_very_files_that_came_back_are_refused(self, returned):
        with pytest.raises(Invalid, match="mesmos arquivos"):
            again(returned, stays=[str(file.pk) for file in returned.last.files])

    def test_any_of_them_sent_anew_is_refused(self, returned):
        with pytest.raises(Invalid, match="é o mesmo arquivo"):
            again(returned, file=[pdf("c"), pdf("b", "b-v2.pdf")])

    def test_a_file_of_another_delivery_cannot_stay(self, returned):
        other = PrerequisiteFactory(kind="document", rollout=returned.rollout)
        theirs = again(other, file=[pdf("z")]).files[0]
        with pytest.raises(Invalid, match="Escolha só"):
            again(returned, stays=[str(theirs.pk)])

    def test_the_form_offers_them(self, returned, client_for):
        browser = client_for(returned.rollout.people["client"])
        page = browser.get(reverse("prerequisites:room", args=[returned.rollout_id])).content.decode()
        assert 'name="stays"' in page
        keep = str(returned.last.files[0].pk)
        url = reverse("prerequisites:submit", args=[returned.rollout_id, returned.pk])
        assert browser.post(url, {"stays": [keep], "file": [pdf("c"), pdf("d")]}).status_code == 302
        assert names(returned.submissions.last()) == ["a.pdf", "c.pdf", "d.pdf"]


class TestTheSameFileSomewhereElse:
    def page(self, item, client_for):
        browser = client_for(item.rollout.people["pm"])
        return browser.get(reverse("prerequisites:room", args=[item.rollout_id])).content.decode()

    def test_is_said_beside_it_and_not_refused(self, item, client_for):
        other = PrerequisiteFactory(kind="document", rollout=item.rollout, title="Manual da loja")
        again(other, file=[pdf("a")])
        again(item, file=[pdf("a", "copia.pdf")])
        page = self.page(item, client_for)
        assert page.count("O mesmo arquivo já está em") == 1
        assert "Manual da loja”, entrega 1" in page

    def test_a_file_that_stays_is_no_duplicate(self, returned, client_for):
        again(returned, file=[pdf("c")], stays=[str(returned.last.files[0].pk)])
        assert "O mesmo arquivo já está em" not in self.page(returned, client_for)

    def test_another_rollouts_files_are_not_told_of(self, item, client_for):
        again(PrerequisiteFactory(kind="document"), file=[pdf("a")])
        again(item, file=[pdf("a")])
        assert "O mesmo arquivo já está em" not in self.page(item, client_for)


def test_what_any_of_the_files_covers_is_the_evidence(item):
    api = {"openapi": "3.0.0", "info": {"title": "Loja"}, "paths": {"/orders": {"get": {}}}}
    submission = again(item, file=[pdf("a"), ContentFile(json.dumps(api).encode(), name="api.json")])
    assert evidence.read_document(submission.pk)["found"] == "coverage"


def test_a_file_of_another_rollout_is_not_given_out_here(item, client_for):
    elsewhere = PrerequisiteFactory(kind="document")
    theirs = again(elsewhere, file=[pdf("z")])
    mine = again(item, file=[pdf("a")])
    browser = client_for(item.rollout.people["pm"])
    for submission, file in ((mine, theirs.files[0]), (theirs, theirs.files[0])):
        url = reverse("prerequisites:download", args=[item.rollout_id, submission.pk, file.pk])
        assert browser.get(url).status_code == 404
