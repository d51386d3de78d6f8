"""Whose a certificate's signature is, and the CPF that a signatory gives beforehand."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from apps.accounts import address_changes as addresses
from apps.accounts.models import User
from apps.core import clock
from apps.core.refusals import Invalid, NotAllowed, Refusal, TooMany
from apps.stages.acceptance.models import Signatory, SignatoryCPF
from apps.stages.acceptance.sealing import evidence
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.signing import elsewhere, identity
from tests.acceptance.authority import CPF, the_authority
from tests.acceptance.door import (
    brought,
    refused,
    signed_by,
    the_card,
)
from tests.acceptance.factories import content_of, signatory
from tests.accounts.proving import prove
from tests.companies.factories import PASSWORD, MembershipFactory

pytestmark = pytest.mark.django_db


class TestWhoseSignatureItIs:
    def test_the_person_whom_the_term_names(self, term):
        card = the_card(term, "client")
        content = signed_by(term, card)
        (row,) = brought(term, content, by=term.rollout.people["client"])
        row = signatory(term, "client")
        assert (row.state, row.method, row.signed_sha256) == ("signed", "certificate", term.pdf.sha256)
        assert content_of(row.file) == content
        assert (row.address, row.agent) == (None, "")
        kept = row.certificate
        assert set(kept) == set(evidence.CERTIFICATE_FACTS)
        assert (kept["subject"], kept["proof"]) == (row.name.upper(), "cpf")
        assert (kept["root"], kept["icp_brasil"], kept["revocation"]) == ("AC Raiz de teste", True, "unknown")

    def test_the_company_by_its_cnpj_whoever_answers_for_it(self, term):
        company = term.rollout.company("integrator")
        card = the_authority().company("Nome qualquer", company.cnpj, responsible="Outra Pessoa")
        assert [row.role for row in brought(term, signed_by(term, card))] == ["integrator"]
        kept = signatory(term, "integrator").certificate
        assert (kept["cnpj"], kept["proof"]) == (company.cnpj, "cnpj")

    def test_a_name_and_an_address_alone_prove_nobody(self, term):
        row = signatory(term, "client")
        for card in (
            the_authority().person(row.name, row.email, cpf=""),
            the_authority().person("Outra Pessoa", row.email, cpf=""),
            the_authority().card(f"LOJA:{term.rollout.company('client').cnpj}"),
        ):
            said = refused(term, signed_by(term, card))
            assert "não traz CPF nem CNPJ" in said

    def test_the_right_name_with_a_cpf_that_nobody_gave_says_what_to_do(self, term):
        row = signatory(term, "client")
        said = refused(term, signed_by(term, the_authority().person(row.name, row.email)))
        assert "ainda não informou aqui o CPF" in said
        assert CPF not in said

    def test_a_namesake_with_another_cpf_is_nobody(self, term):
        the_card(term, "client")
        namesake = the_authority().person(signatory(term, "client").name, cpf="11144477735")
        assert "não é de quem falta assinar" in refused(term, signed_by(term, namesake))

    def test_the_cpf_that_was_given_in_another_name_is_refused(self, term):
        """Whoever holds an open session cannot make their own certificate the signatory's."""
        the_card(term, "client")
        said = refused(term, signed_by(term, the_authority().person("Fulano de Tal")))
        assert "está em nome de “FULANO DE TAL”" in said

    def test_a_name_that_marriage_made_longer_is_the_persons(self, term):
        the_card(term, "client")
        row = signatory(term, "client")
        longer = the_authority().person(f"{row.name} de Albuquerque")
        assert [each.role for each in brought(term, signed_by(term, longer))] == ["client"]

    def test_one_certificate_does_not_sign_for_two(self, term):
        facts = [
            {
                "subject": "GRUPO", "issuer": "AC", "cpf": "", "cnpj": term.rollout.company(role).cnpj,
                "fingerprint": "f" * 64, "signature": role,
            }
            for role in ("client", "integrator")
        ]  # fmt: skip
        assert [row.role for row, _facts in elsewhere._signatories_with_facts(term, facts[1:])] == ["integrator"]
        with pytest.raises(Invalid, match="seria a segunda"):
            elsewhere._signatories_with_facts(term, facts)

    def test_another_companys_certificate_is_nobodys_though_a_signatory_answers_for_it(self, term):
        row = signatory(term, "client")
        other = the_authority().company(row.name, "11222333000181", responsible=row.name)
        said = refused(term, signed_by(term, other))
        assert "não é de quem falta assinar" in said
        assert row.name in said

    def test_somebody_elses_is_refused_by_name_and_without_their_cpf(self, term):
        said = refused(term, signed_by(term, the_authority().person("Fulano de Tal")))
        assert "FULANO DE TAL" in said
        assert "AC Intermediária de teste" in said
        assert CPF not in said

    def test_a_second_one_for_a_party_is_refused_with_the_whole_file(self, term):
        company = the_authority().company("Loja", term.rollout.company("client").cnpj)
        assert "seria a segunda" in refused(term, signed_by(term, the_card(term, "client"), company))

    def test_one_of_nobody_refuses_the_good_ones_beside_it(self, term):
        refused(term, signed_by(term, the_card(term, "client"), the_authority().person("Fulano de Tal")))

    def test_the_colleague_to_whom_it_was_passed_signs_and_the_other_no_longer(self, term):
        row = signatory(term, "client")
        before = the_card(term, "client")
        signing.delegate(row, by=row.user, to=term.rollout.people["client_member"])
        with pytest.raises(Invalid, match="não é de quem falta assinar"):
            brought(term, signed_by(term, before))
        brought(term, signed_by(term, the_card(term, "client")))
        assert signatory(term, "client").delegated_from == row.name

    def test_for_a_company_that_they_left_nobody_signs(self, term):
        content = signed_by(term, the_card(term, "client"))
        term.rollout.people["client"].memberships.all().delete()
        with pytest.raises(Refusal, match="não é mais da empresa"):
            brought(term, content)


class TestTheCPF:
    def given(self, term, cpf=CPF, role="client", by=None):
        row = signatory(term, role)
        identity.give_cpf(row, by=by or row.user, cpf=cpf)
        return row

    def test_what_is_kept_is_no_cpf_and_goes_with_the_signature(self, term):
        self.given(term, "123.456.789-09")
        (row,) = SignatoryCPF.objects.all()
        assert CPF not in str(vars(row))
        event = term.rollout.events.get(kind="acceptance.cpf_given")
        assert (event.party, event.actor) == ("client", term.rollout.people["client"])
        assert CPF not in json.dumps(event.data)
        brought(term, signed_by(term, the_card(term, "client")))
        assert not SignatoryCPF.objects.exists()

    @pytest.mark.parametrize("cpf", ["", "12345678900", "11111111111", "1234", "abc", "12345678909\x00", "９" * 10])
    def test_what_is_none_is_refused(self, term, cpf):
        with pytest.raises(Invalid) as refusal:
            self.given(term, cpf)
        assert refusal.value.field == "cpf"

    def test_another_takes_its_place_until_the_signature(self, term):
        self.given(term, "11144477735")
        self.given(term, CPF)
        assert SignatoryCPF.objects.count() == 1
        brought(term, signed_by(term, the_card(term, "client")))
        with pytest.raises(Refusal):
            self.given(term, CPF)

    def test_two_signatories_do_not_sign_with_one(self, term):
        self.given(term)
        with pytest.raises(Invalid, match="Outra pessoa"):
            self.given(term, role="integrator")

    @pytest.mark.parametrize("who", ["pm", "client_member", "integrator", "stranger"])
    def test_nobody_gives_it_for_another(self, term, who):
        with pytest.raises(NotAllowed):
            self.given(term, by=term.rollout.people[who])

    def test_what_somebody_gave_who_passed_it_on_does_not_count(self, term):
        row = self.given(term)
        signing.delegate(row, by=row.user, to=term.rollout.people["client_member"])
        row = signatory(term, "client")
        assert identity.cpf_of(row) is None
        card = the_authority().person(row.name)
        assert "ainda não informou" in refused(term, signed_by(term, card))
        self.given(term, role="integrator")

    def test_after_the_end_it_is_forgotten(self, term):
        self.given(term)
        assert identity.forget() == 0
        signing.refuse(signatory(term, "integrator"), by=term.rollout.people["integrator"], reason="x")
        assert identity.forget() == 1
        with pytest.raises(Refusal):
            self.given(term)

    def test_after_its_time_it_is_not_taken(self, term):
        with clock.at(term.expires_at + timedelta(seconds=1)), pytest.raises(Refusal):
            self.given(term)

    def test_the_same_cpf_of_two_terms_gives_two_digests(self, a_term):
        digests = {identity._digest(term, CPF) for term in (a_term(), a_term())}
        assert len(digests) == 2

    def test_the_page_asks_for_a_fresh_sign_in_and_takes_it(self, term, client_for):
        page = reverse("acceptance:give_cpf", args=[term.rollout_id, term.version])
        there = reverse("acceptance:elsewhere", args=[term.rollout_id, term.version])
        browser = client_for(term.rollout.people["client"])
        assert page in browser.get(there).content.decode()
        for answer in (browser.get(page), browser.post(page, {"cpf": CPF})):
            assert reverse("account_reauthenticate") in answer.url
        assert not SignatoryCPF.objects.exists()
        assert CPF not in json.dumps(dict(browser.session.items()), default=str)
        assert browser.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302
        answer = browser.post(page, {"cpf": "123.456.789-00"})
        assert answer.status_code == 422
        assert "123.456.789-00" in answer.content.decode()
        assert browser.post(page, {"cpf": "123.456.789-09"}).url == there
        text = browser.get(there).content.decode()
        assert "CPF informado em" in text
        assert CPF not in text

    def test_an_address_that_is_new_gives_none_and_signs_with_none(self, term):
        self.given(term)
        person = term.rollout.people["client"]
        before, person.email = person.email, "outro@exemplo.com.br"
        person.save()
        change = addresses.record_change(person, before=before, after=person.email)
        with pytest.raises(Refusal, match="ainda não vale"):
            self.given(term)
        with pytest.raises(Refusal, match="ainda não vale"):
            brought(term, signed_by(term, the_card(term, "client")))
        addresses.undo(change)
        assert not SignatoryCPF.objects.exists()

    def test_who_signs_for_two_roles_gives_it_for_the_first_and_is_told_of_the_other(self, term, client_for):
        person = term.rollout.people["client"]
        term.signatories.filter(role="integrator").update(user=person)
        MembershipFactory(user=person, company=term.rollout.company("integrator"), role="lead")
        self.given(term)
        other = Signatory.objects.get(term=term, role="integrator")
        with pytest.raises(Invalid, match="pela outra parte"):
            identity.give_cpf(other, by=User.objects.get(pk=person.pk), cpf=CPF)
        browser = client_for(person)
        prove(browser)
        page = reverse("acceptance:give_cpf", args=[term.rollout_id, term.version])
        assert browser.get(page).status_code == 200

    def test_nobody_tries_whose_cpf_another_gave(self, term):
        self.given(term)
        with clock.at(clock.now()):
            for _try in range(10):
                with pytest.raises(Invalid):
                    self.given(term, "11111111111", role="integrator")
            with pytest.raises(TooMany):
                self.given(term, "11111111111", role="integrator")

    @pytest.mark.parametrize("who", ["analyst", "client_member", "platform", "stranger"])
    def test_the_page_is_the_signatorys_alone(self, term, client_for, who):
        page = reverse("acceptance:give_cpf", args=[term.rollout_id, term.version])
        assert client_for(term.rollout.people[who]).get(page).status_code == 404
