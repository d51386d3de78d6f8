"""A signatory who left is replaced without a new document; who is awaited is reminded; a redraft says whose signatures it
takes."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import Gate
from apps.core.refusals import Invalid, NotAllowed, Refusal, TooMany
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.stages.acceptance import actions
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.acceptance.sealing import actions as sealing
from apps.stages.acceptance.sealing import evidence, verification
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.signing import standing_in
from tests.acceptance.factories import a_draft, content_of, opened, sent, signatory, signs
from tests.acceptance.test_signing import told
from tests.accounts.proving import prove
from tests.companies.factories import a_person, as_chosen

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 teste"


@pytest.fixture(scope="module")
def standing_term(stand):
    return stand(lambda: opened(a_draft(), pdf=PDF))


@pytest.fixture
def term(standing_term):
    return standing_term.copy()


def leaves(term, role):
    """Whoever signs for ``role`` is no more of its company."""
    user = signatory(term, role).user
    user.memberships.all().delete()
    return user


def designate(term, role, by, to, reason="Saiu em julho"):
    people = term.rollout.people
    by, to = (people[who] if isinstance(who, str) else who for who in (by, to))
    standing_in.designate(signatory(term, role), by=by, to=to, reason=reason)


class TestDesignating:
    def test_who_left_is_replaced_by_the_companys_lead_and_signs_the_same_document(self, term):
        left = leaves(term, "client")
        lead = a_person(term.rollout.company("client"), "lead")
        signs(term, "integrator")
        designate(term, "client", lead, "client_member")
        row = signatory(term, "client")
        assert (row.user, row.delegated_from, row.designated_by, row.designated_as) == (
            term.rollout.people["client_member"], str(left), str(lead), "client",
        )  # fmt: skip
        assert signs(term, "client").signed_sha256 == term.pdf.sha256
        assert signatory(term, "integrator").state == "signed"

    def test_a_manager_of_presence_does_so_too_also_where_the_account_ended(self, term):
        User.objects.filter(pk=term.rollout.people["integrator"].pk).update(is_active=False)
        successor = a_person(term.rollout.company("integrator"))
        designate(term, "integrator", "manager", successor)
        row = signatory(term, "integrator")
        assert (row.user, row.designated_as) == (successor, "presence")
        assert term.rollout.people["client"] in told(term, "acceptance.designated")
        assert successor in told(term, "acceptance.designated")

    @pytest.mark.parametrize("who", ["client_member", "integrator", "pm", "analyst", "stranger"])
    def test_nobody_else_designates(self, term, who):
        leaves(term, "client")
        with pytest.raises(NotAllowed):
            designate(term, "client", who, "client_member")

    def test_one_who_is_still_there_is_not_replaced(self, term):
        with pytest.raises(Refusal, match="continua na empresa"):
            designate(term, "client", "manager", "client_member")

    @pytest.mark.parametrize("to", ["integrator", "stranger", "pm"])
    def test_only_by_somebody_of_the_company(self, term, to):
        leaves(term, "client")
        with pytest.raises(Invalid) as refusal:
            designate(term, "client", "manager", to)
        assert refusal.value.field == "to"

    def test_with_a_reason_and_before_they_signed(self, term):
        leaves(term, "client")
        with pytest.raises(Invalid) as refusal:
            designate(term, "client", "manager", "client_member", reason=" ")
        assert refusal.value.field == "reason"
        signs(term, "integrator")
        leaves(term, "integrator")
        with pytest.raises(Refusal, match="já respondeu"):
            designate(term, "integrator", "manager", a_person(term.rollout.company("integrator")))

    def test_a_successor_who_leaves_too_is_replaced_and_the_term_still_names_the_first(self, term):
        first = leaves(term, "client")
        designate(term, "client", "manager", "client_member")
        leaves(term, "client")
        third = a_person(term.rollout.company("client"))
        designate(term, "client", "manager", third)
        row = signatory(term, "client")
        assert (row.user, row.delegated_from) == (third, str(first))

    def test_the_gate_asks_for_the_designation_until_it_is_made(self, term):
        leaves(term, "client")

        def owed():
            needs = gates.unmet(Rollout.objects.get(pk=term.rollout_id), Gate.START_GO_LIVE)
            return next(need for need in needs if need.key == "acceptance:signature:client")

        assert (owed().person, owed().by_lead, owed().also_by) == (None, True, "presence")
        assert str(owed().text).startswith("Designar quem assina")
        designate(term, "client", "manager", "client_member")
        assert owed().person == term.rollout.people["client_member"]

    def test_through_the_page_after_fresh_proof(self, term, client_for):
        leaves(term, "client")
        row, browser = signatory(term, "client"), client_for(term.rollout.people["manager"])
        url = reverse("acceptance:designate", args=[term.rollout_id, row.pk])
        assert url in browser.get(reverse("acceptance:room", args=[term.rollout_id])).content.decode()
        to = term.rollout.people["client_member"]
        chosen = as_chosen(term.rollout.company("client"), to)
        assert browser.post(url, {"to": chosen, "reason": "Saiu"}).status_code == 302
        assert signatory(term, "client").user != to
        prove(browser)
        assert browser.get(url).status_code == 200
        assert browser.post(url, {"to": chosen, "reason": ""}).status_code == 422
        assert browser.post(url, {"to": chosen, "reason": "Saiu em julho"}).status_code == 302
        assert signatory(term, "client").user == to


def test_the_sealed_document_and_the_verification_page_say_by_whose_designation(client):
    term = opened(a_draft())
    left = leaves(term, "client")
    designate(term, "client", "manager", "client_member")
    for role in ("client", "integrator", "presence"):
        signs(term, role)
    sealing.seal(term.pk)
    term_now = AcceptanceTerm.objects.get(pk=term.pk)
    content = content_of(term_now.sealed)
    assert verification.examine(content).problems == []
    log = json.loads(evidence.read(content))
    manager = str(term.rollout.people["manager"])
    entries = {entry["what"]: entry for entry in log["entries"] if entry.get("role") == "client"}
    assert (entries["delegated"]["designated_by"], entries["signed"]["designated_as"]) == (manager, "presence")
    page = client.get(reverse("acceptance:verify", args=[term.code])).content.decode()
    assert f"no lugar de {left}, por designação de {manager} (Presence)" in page


class TestReminding:
    def test_those_whose_turn_it_is_are_mailed_and_only_they(self):
        term = opened(a_draft(steps={"client": 1, "integrator": 2, "presence": 2}), pdf=PDF)
        standing_in.remind(term, by=term.rollout.people["pm"])
        assert told(term, "acceptance.reminded") == {term.rollout.people["client"]}

    def test_once_in_half_a_day(self, term):
        now = clock.now().replace(hour=1)
        pm = term.rollout.people["pm"]
        with clock.at(now):
            standing_in.remind(term, by=pm)
        with clock.at(now + timedelta(hours=2)), pytest.raises(TooMany):
            standing_in.remind(term, by=pm)
        with clock.at(now + timedelta(hours=13)):
            standing_in.remind(term, by=pm)
        assert term.rollout.events.filter(kind="acceptance.reminded").count() == 2

    @pytest.mark.parametrize("who", ["client", "client_member", "analyst", "stranger"])
    def test_a_project_manager_reminds_and_nobody_else(self, term, who):
        with pytest.raises(NotAllowed):
            standing_in.remind(term, by=term.rollout.people[who])

    def test_nobody_is_reminded_who_left(self, term):
        for role in ("client", "integrator"):
            leaves(term, role)
        signs(term, "presence")
        with pytest.raises(Refusal, match="Não há a quem lembrar"):
            standing_in.remind(term, by=term.rollout.people["manager"])

    def test_through_the_page(self, term, client_for):
        browser = client_for(term.rollout.people["pm"])
        url = reverse("acceptance:remind", args=[term.rollout_id, term.version])
        assert url in browser.get(reverse("acceptance:room", args=[term.rollout_id])).content.decode()
        assert browser.post(url).status_code == 302
        assert browser.post(url).status_code == 429


class TestDraftingOverSignatures:
    def chosen(self, term):
        people = term.rollout.people
        return {"client": people["client"], "integrator": people["integrator"], "presence": people["pm"]}

    def test_it_says_whose_are_lost_and_wants_a_reason(self, term, client_for):
        signs(term, "client")
        browser, room = client_for(term.rollout.people["pm"]), reverse("acceptance:room", args=[term.rollout_id])
        page = browser.get(room).content.decode()
        assert "Estas assinaturas perdem o efeito" in page
        assert 'data-open-dialog="redraft"' in page
        url = reverse("acceptance:draft", args=[term.rollout_id])
        fields = sent(term, self.chosen(term))
        refused = browser.post(url, {**fields, "voids": "client"})
        assert refused.status_code == 422
        assert "Quem assinou lê o motivo" in refused.content.decode()
        assert browser.post(url, {**fields, "voids": "client", "reason": "Faltava uma ressalva"}).status_code == 302
        assert told(term, "acceptance.signatures_voided") == {term.rollout.people["client"]}

    def test_a_signature_given_meanwhile_is_not_lost_unseen(self, term, client_for):
        url = reverse("acceptance:draft", args=[term.rollout_id])
        fields = sent(term, self.chosen(term))
        signs(term, "client")
        answer = client_for(term.rollout.people["pm"]).post(url, {**fields, "reason": "x"})
        assert answer.status_code == 422
        assert "Já assinaram:" in answer.content.decode()
        assert 'name="voids" value="client"' in answer.content.decode()
        assert AcceptanceTerm.objects.get(pk=term.pk).state == "ready"

    def test_without_signatures_it_asks_nothing_and_tells_nobody(self, term, client_for):
        room = reverse("acceptance:room", args=[term.rollout_id])
        assert "perdem o efeito" not in client_for(term.rollout.people["pm"]).get(room).content.decode()
        actions.draft(
            Rollout.objects.get(pk=term.rollout_id), by=term.rollout.people["pm"], signatories=self.chosen(term)
        )
        assert not term.rollout.events.filter(kind="acceptance.signatures_voided").exists()

    def test_the_passing_on_still_works_after_it(self, term):
        signing.delegate(
            signatory(term, "client"), by=term.rollout.people["client"], to=term.rollout.people["client_member"]
        )
        assert signatory(term, "client").designated_by == ""
