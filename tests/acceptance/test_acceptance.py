"""The term: drafted from the record, rendered without reaching outside, signed in person or refused."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.companies.models import Company
from apps.core import clock
from apps.core.models import UnfinishedWork
from apps.core.process import Gate, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.stages.acceptance import actions, queries
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.acceptance.sealing import rendering
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.tasks import render_waiting_terms
from tests.acceptance.factories import a_draft, opened, signatory, signs
from tests.accounts.proving import prove
from tests.pdfa import faults
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db

NASTY = '<script>alert(1)</script><img src="file:///etc/passwd"><link href="http://127.0.0.1:1/x" rel="stylesheet">'


@pytest.fixture(scope="module")
def standing_draft(stand):
    return stand(a_draft)


@pytest.fixture
def term(standing_draft):
    return standing_draft.copy()


@pytest.fixture
def ready(term):
    return opened(term, pdf=b"%PDF-1.7 teste")


def missing(term, gate=Gate.START_GO_LIVE):
    needs = gates.unmet(Rollout.objects.get(pk=term.rollout_id), gate)
    return {(need.key.removeprefix("acceptance:"), need.owed_by) for need in needs if need.key.startswith("acceptance")}


class TestThePdf:
    def test_it_is_pdf_a_3u_with_the_record_attached(self, term):
        content = rendering.pdf(term)
        assert content.startswith(b"%PDF-1.7")
        assert b'pdfaid:part="3" pdfaid:conformance="U"' in content  # In clear, for whoever has no reader of PDF.
        assert faults(content) == []
        assert b"/EmbeddedFile" in content

    def test_what_people_typed_is_text_and_nothing_is_fetched(self):
        html = rendering.html(a_draft(scope=NASTY))
        assert "<script>" not in html
        assert "&lt;script&gt;" in html
        assert rendering.pdf(a_draft(scope=NASTY)).startswith(b"%PDF")

    def test_rendering_twice_keeps_one_file_and_one_event(self, ready):
        before = ready.pdf_id
        actions.render(ready.pk)
        ready.refresh_from_db()
        assert ready.pdf_id == before
        assert ready.rollout.events.filter(kind="acceptance.rendered").count() == 1


class TestTheGate:
    def test_it_asks_for_the_term_then_for_each_signature(self, ready):
        roles = ("client", "integrator", "presence")
        assert missing(ready) == {(f"signature:{role}", role) for role in roles}
        for role in roles:
            signs(ready, role)
        assert missing(ready) == set()
        ready.refresh_from_db()
        assert ready.state == "signed"

    def test_signatures_are_never_waivable(self, ready):
        signatures = [
            need
            for need in gates.unmet(ready.rollout, Gate.START_GO_LIVE)
            if need.key.startswith("acceptance:signature:")
        ]
        assert len(signatures) == 3
        assert not any(need.waivable for need in signatures)

    def test_a_drafted_term_still_lacks_its_pdf(self, term):
        assert missing(term) == {("term", "presence")}

    def test_a_refused_term_leads_back_by_itself_and_one_to_sign_where_somebody_decides_so(self, ready):
        assert not missing(ready, Gate.RETURN_TO_HOMOLOGATION)
        signing.refuse(signatory(ready, "client"), by=ready.rollout.people["client"], reason="Falta um caso")
        assert Rollout.objects.get(pk=ready.rollout_id).stage == Stage.HOMOLOGATION


class TestSigning:
    def test_what_was_signed_is_kept(self, ready):
        signs(ready, "client", address="10.0.0.1", agent="A")
        signed = signatory(ready, "client")
        assert (signed.state, signed.signed_sha256, signed.address) == ("signed", ready.pdf.sha256, "10.0.0.1")

    @pytest.mark.parametrize("who", ["client_member", "pm", "manager", "integrator", "stranger"])
    def test_only_in_person(self, ready, who):
        with pytest.raises(NotAllowed):
            signing.sign(signatory(ready, "client"), by=ready.rollout.people[who], consent=True)

    def test_without_consent_it_is_refused(self, ready):
        with pytest.raises(Invalid):
            signing.sign(signatory(ready, "client"), by=ready.rollout.people["client"], consent=False)

    def test_twice_is_refused(self, ready):
        client = ready.rollout.people["client"]
        signs(ready, "client")
        with pytest.raises(Refusal, match="já respondeu"):
            signing.sign(signatory(ready, "client"), by=client, consent=True)

    def test_before_the_pdf_it_is_refused(self, term):
        with pytest.raises(Refusal, match="não está aberto"):
            signing.sign(signatory(term, "client"), by=term.rollout.people["client"], consent=True)

    def test_a_changed_record_makes_the_term_stale(self, ready):
        Rollout.objects.filter(pk=ready.rollout_id).update(scope="Mudou")
        with pytest.raises(Refusal, match="mudou"):
            signing.sign(signatory(ready, "client"), by=ready.rollout.people["client"], consent=True)
        assert queries.is_stale(AcceptanceTerm.objects.get(pk=ready.pk))

    def test_refusing_needs_a_reason(self, ready):
        with pytest.raises(Invalid):
            signing.refuse(signatory(ready, "client"), by=ready.rollout.people["client"], reason=" ")


class TestDrafting:
    def draft(self, term, **changes):
        people = term.rollout.people
        chosen = {"client": people["client"], "integrator": people["integrator"], "presence": people["pm"], **changes}
        return actions.draft(term.rollout, by=people["pm"], signatories=chosen)

    def test_without_the_city_that_a_clause_names_it_says_what_to_fill_in(self, term):
        Company.objects.filter(kind="presence").update(city="")
        with pytest.raises(Refusal, match=r"Foro.* cidade da sede da Presence"):
            self.draft(term)
        assert AcceptanceTerm.objects.count() == 1

    def test_a_new_draft_supersedes_the_one_before(self, ready):
        second = self.draft(ready)
        ready.refresh_from_db()
        assert (ready.state, second.version) == ("superseded", 2)

    def test_a_signatory_must_belong_to_the_party(self, term):
        with pytest.raises(Invalid) as refusal:
            self.draft(term, client=term.rollout.people["stranger"])
        assert refusal.value.field == "client"

    def test_it_belongs_to_its_stage(self, term):
        at_stage(term.rollout, Stage.HOMOLOGATION)
        with pytest.raises(Refusal):
            self.draft(term)

    def test_the_pages_show_it_to_the_four_and_to_nobody_else(self, ready, client_for):
        base = f"/projetos/{ready.rollout_id}/termo/"
        for who in ("pm", "client", "integrator", "platform"):
            assert client_for(ready.rollout.people[who]).get(base).status_code == 200
        download = client_for(ready.rollout.people["client"]).get(f"{base}1/pdf/")
        assert download["Content-Disposition"].startswith("attachment")
        for page in (base, f"{base}1/pdf/", f"{base}assinar/{signatory(ready, 'client').pk}/"):
            assert client_for(ready.rollout.people["stranger"]).get(page).status_code == 404

    def test_refusing_through_the_page_keeps_what_was_typed(self, ready, client_for):
        browser = client_for(ready.rollout.people["client"])
        prove(browser)
        url = f"/projetos/{ready.rollout_id}/termo/recusar/{signatory(ready, 'client').pk}/"
        assert browser.post(url, {"reason": ""}).status_code == 422
        assert browser.post(url, {"reason": "Falta um caso"}).status_code == 302


class TestWhileADocumentIsMade:
    """The room asks for a line every few seconds, and for its panel once, when there is something new in it."""

    def asked(self, term, client_for, django_assert_max_num_queries):
        """Whether the room is told to ask again (the line) or to show its panel anew, and the room itself."""
        browser = client_for(term.rollout.people["client"])
        line = reverse("acceptance:being_made", args=[term.rollout_id, term.version])
        room = reverse("acceptance:room", args=[term.rollout_id])
        browser.get(room)  # what only the first page of a session asks
        with django_assert_max_num_queries(6):
            answer = browser.get(line, headers={"HX-Request": "true"}).content.decode()
        assert (f'hx-get="{line}"' in answer) != (f'hx-get="{room}"' in answer)
        assert (f'hx-get="{line}"' in browser.get(room).content.decode()) == (f'hx-get="{line}"' in answer)
        return f'hx-get="{line}"' in answer

    def test_of_a_term_that_waits_for_its_pdf_the_line_says_so_until_it_is_there(
        self, term, client_for, django_assert_max_num_queries
    ):
        assert self.asked(term, client_for, django_assert_max_num_queries)
        ready = opened(term, pdf=b"%PDF-1.7 teste")
        assert not self.asked(ready, client_for, django_assert_max_num_queries)

    def test_of_one_that_all_signed_until_it_is_sealed(self, ready, client_for, django_assert_max_num_queries):
        AcceptanceTerm.objects.filter(pk=ready.pk).update(state="signed")
        assert self.asked(ready, client_for, django_assert_max_num_queries)
        AcceptanceTerm.objects.filter(pk=ready.pk).update(sealed=ready.pdf, sealed_at=clock.now())
        assert not self.asked(ready, client_for, django_assert_max_num_queries)

    def test_what_was_given_up_is_not_asked_for_again(self, term, client_for, django_assert_max_num_queries):
        UnfinishedWork.objects.create(
            kind="acceptance.render", key=str(term.pk), attempts=3, reason="time", next_try_at=None,
            failed_at=clock.now(), given_up_at=clock.now(),
        )  # fmt: skip
        assert not self.asked(term, client_for, django_assert_max_num_queries)


def test_a_term_that_waits_for_its_pdf_is_found_again(term, monkeypatch):
    monkeypatch.setattr(rendering, "pdf", lambda term: b"%PDF-1.7 teste")
    with clock.at(term.drafted_at + timedelta(seconds=30)):
        render_waiting_terms()
    term.refresh_from_db()
    assert term.state == "drafted"
    with clock.at(term.drafted_at + timedelta(minutes=2)):
        render_waiting_terms()
    term.refresh_from_db()
    assert term.state == "ready"
