"""The draft of the acceptance term's clauses in the browser."""

import pytest
from django.urls import reverse

from apps.blueprints.editor import drafts, term_actions
from apps.blueprints.models import Blueprint, TermDraft
from apps.companies.models import Role
from tests.blueprints.factories import TermVersionFactory, a_clause
from tests.companies.factories import PresenceFactory, a_person

pytestmark = pytest.mark.django_db

TYPED = {"title_pt": "Foro", "title_en": "Courts", "text_pt": "Em {client}.", "text_en": "At {client}."}


def url(name, *args):
    return reverse(f"blueprints:{name}", args=args)


def text(answer):
    return answer.content.decode()


@pytest.fixture
def published():
    return TermVersionFactory(version=1)


@pytest.fixture
def draft(published, pm):
    return term_actions.start(by=pm)


def seen(key):
    return drafts.fingerprint(TermDraft.objects.get().clause(key))


def test_a_draft_is_begun_edited_reviewed_and_published(browser, managers, published):
    assert browser.post(url("start_term_draft")).url == url("term_draft")
    assert (
        browser.post(url("clause", "foro"), {**TYPED, "seen": seen("foro")}).url == f"{url('term_draft')}#clausula-foro"
    )
    assert (
        browser.post(url("new_clause"), {**TYPED, "title_pt": "Sigilo"}).url == f"{url('term_draft')}#clausula-sigilo"
    )
    assert browser.post(url("move_clause"), {"up": "sigilo"}).url == f"{url('term_draft')}?moved=up-sigilo"
    assert browser.post(url("remove_clause", "suporte")).url == url("term_draft")
    page = text(browser.get(url("term_draft")))
    assert "nova" in page
    assert "mudou" in page
    review = text(managers.get(url("term_review")))
    assert "retirada" in review
    assert "Em {client}." in review
    form = {"note": "Foro do cliente", "revision": TermDraft.objects.get().revision}
    answer = managers.post(url("publish_term"), form)
    assert answer.url == url("detail", "term", "default")
    page = text(managers.get(answer.url))
    assert "Foro do cliente" in page
    assert "Em {client}." in page
    assert "Sigilo" in text(managers.get(url("term_differences", 2)))
    assert managers.get(url("term_differences", 1)).status_code == 404


def test_what_was_typed_stays_when_it_is_refused(browser, draft):
    answer = browser.post(url("clause", "foro"), {**TYPED, "text_pt": "{cliente} <b>aceita</b>", "seen": seen("foro")})
    assert answer.status_code == 422
    assert "{cliente} não é o nome de ninguém" in text(answer)
    assert "{cliente} &lt;b&gt;aceita&lt;/b&gt;</textarea>" in text(answer)


def test_the_second_of_two_sees_what_the_first_saved_beside_what_they_typed(browser, managers, draft):
    before = seen("foro")
    managers.post(url("clause", "foro"), {**TYPED, "text_pt": "Da gestora.", "seen": before})
    answer = browser.post(url("clause", "foro"), {**TYPED, "text_pt": "Da gerente.", "seen": before})
    assert answer.status_code == 409
    assert "Da gestora." in text(answer)
    assert "Da gerente.</textarea>" in text(answer)
    again = {**TYPED, "text_pt": "Da gerente.", "seen": seen("foro")}
    assert browser.post(url("clause", "foro"), again).status_code == 302
    assert TermDraft.objects.get().clause("foro")["text"]["pt"] == "Da gerente."


def test_a_clause_that_went_meanwhile_keeps_what_was_typed(browser, managers, draft):
    before = seen("foro")
    managers.post(url("remove_clause", "foro"))
    answer = browser.post(url("clause", "foro"), {**TYPED, "seen": before})
    assert answer.status_code == 409
    assert "foi retirada" in text(answer)
    assert "Em {client}.</textarea>" in text(answer)
    assert "Retirar cláusula" not in text(answer)
    assert f'action="{url("new_clause")}"' in text(answer)
    assert browser.post(url("new_clause"), TYPED).url == f"{url('term_draft')}#clausula-foro_2"
    assert browser.get(url("clause", "foro")).status_code == 404


def test_undoing_from_the_review_puts_the_published_clause_back(browser, draft):
    browser.post(url("clause", "foro"), {**TYPED, "seen": seen("foro")})
    assert browser.post(url("undo_clause", "foro")).url == url("term_review")
    assert "Nada difere" in text(browser.get(url("term_review")))


def test_who_may_not_publish_is_told_who_does(browser, draft):
    assert "Quem publica é um gestor da Presence" in text(browser.get(url("term_review")))
    assert browser.post(url("publish_term"), {"note": "x", "revision": 1}).status_code == 403


def test_an_analyst_reads_and_changes_nothing(client_for, draft):
    analyst = client_for(a_person(PresenceFactory(), Role.ANALYST))
    page = text(analyst.get(url("term_draft")))
    assert "Foro" in page
    assert url("clause", "foro") not in page
    assert "Incluir cláusula" not in page
    assert analyst.get(url("clause", "foro")).status_code == 403


def test_the_systems_file_is_compared_and_taken_clause_by_clause(browser, draft):
    TermVersionFactory(version=2, key=Blueprint.SHIPPED, content={"clauses": [a_clause("foro", "Em São Paulo.")]})
    page = text(browser.get(url("term_shipped")))
    assert "Em São Paulo." in page
    assert browser.post(url("take_clause", "foro")).url == url("term_shipped")
    assert TermDraft.objects.get().clause("foro")["text"]["pt"] == "Em São Paulo."


def test_a_discarded_draft_leaves_the_version_in_force(browser, draft):
    assert browser.post(url("discard_term")).url == url("detail", "term", "default")
    assert "Editar em um rascunho" in text(browser.get(url("detail", "term", "default")))
    assert browser.get(url("term_draft")).status_code == 404
