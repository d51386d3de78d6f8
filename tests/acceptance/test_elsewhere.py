"""A term that was signed elsewhere comes back: whose signatures they are, in which order, who brings them, what is kept."""

import hashlib
import io
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko_certvalidator import ValidationContext

from apps.accounts import personal_data
from apps.core import clock, outbound
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.files import antivirus
from apps.files.models import StoredFile
from apps.notices import actions as notices
from apps.notices.models import Notice
from apps.rollouts import actions as rollouts
from apps.rollouts.models import Rollout
from apps.seals import certificates
from apps.stages.acceptance import (
    elsewhere,
    evidence,
    examiner,
    identity,
    pages,
    rendering,
    sealing,
    signing,
    verification,
)
from apps.stages.acceptance.models import AcceptanceTerm, Signatory, SignatoryCPF
from tests.acceptance.authority import CPF, Authority, apart, asn1, the_authority
from tests.acceptance.factories import ROLES, a_draft, content_of, opened, signatory, signs
from tests.companies.factories import PASSWORD

pytestmark = pytest.mark.django_db
CPFS = {"client": CPF, "integrator": "52998224725", "presence": "11144477735"}
IN_ORDER = {"client": 1, "integrator": 2, "presence": 3}


@pytest.fixture(scope="module")
def kept():
    return {}


@pytest.fixture
def a_term(kept, monkeypatch, settings, tmp_path, request):
    """``a_term(**draft)``: open for signing, with a real PDF of a term (rendered once for all)."""
    settings.TERM_TRUST_ROOTS = the_authority().trusted_in(tmp_path / "roots")
    monkeypatch.setattr(outbound, "fetch", silent)
    if "a_process_of_its_own" not in request.fixturenames:  # Starting one takes a second.
        monkeypatch.setattr(elsewhere, "_apart", lambda *arguments: apart(lambda: examiner.examine(*arguments)))

    def make(**draft):
        term = a_draft(**draft)
        if not kept:
            kept["pdf"] = rendering.pdf(term)
        return opened(term, pdf=kept["pdf"])

    return make


@pytest.fixture
def a_process_of_its_own():
    """Files are judged as they are in truth."""


@pytest.fixture
def term(a_term):
    return a_term()


def silent(method, url, **more):
    raise outbound.Unreachable("connection")


def the_card(term, role, **more):
    """A certificate of whoever signs for ``role``, as the term names them, with the CPF that they gave."""
    row = signatory(term, role)
    if row.state == "pending":
        identity.give_cpf(row, by=row.user, cpf=CPFS[role])
    return the_authority().person(row.name, cpf=CPFS[role], **more)


def signed_by(term, *cards):
    content = content_of(term.pdf)
    for card in cards:
        content = card.signs(content)
    return content


def brought(term, content, by=None):
    return elsewhere.bring(
        term, by=by or term.rollout.people["pm"], file=ContentFile(content, name="termo assinado.pdf")
    )


def states(term):
    return {row.role: row.state for row in term.signatories.all()}


def nothing_happened(term):
    return (
        set(states(term).values()) == {"pending"}
        and not StoredFile.objects.exclude(pk=term.pdf_id).exists()
        and not term.rollout.events.filter(kind="acceptance.brought").exists()
    )


def refused(term, content, **more):
    """The sentence with which ``content`` is refused; nothing of it is kept."""
    with pytest.raises(Invalid) as refusal:
        brought(term, content, **more)
    assert refusal.value.field == "file"
    assert nothing_happened(term)
    return refusal.value.message


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
        assert set(kept) == set(evidence.KEPT)
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
        assert [row.role for row, _facts in elsewhere._whose(term, facts[1:])] == ["integrator"]
        with pytest.raises(Invalid, match="seria a segunda"):
            elsewhere._whose(term, facts)

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


class TestOrderAndMixing:
    def test_several_in_one_file_count_together_and_seal_the_term(
        self, term, a_worker, django_capture_on_commit_callbacks
    ):
        content = signed_by(term, *(the_card(term, role) for role in ROLES))
        with django_capture_on_commit_callbacks(execute=True):
            brought(term, content)
        term = AcceptanceTerm.objects.get(pk=term.pk)
        assert term.state == "signed"
        assert term.sealed is not None
        assert term.rollout.events.filter(kind="acceptance.brought").count() == 1

    def test_browser_and_certificate_mix_in_one_term(self, term):
        signs(term, "client")
        brought(term, signed_by(term, the_card(term, "integrator")))
        signs(term, "presence")
        assert set(states(term).values()) == {"signed"}
        assert AcceptanceTerm.objects.get(pk=term.pk).state == "signed"

    def test_one_who_signed_in_the_browser_does_not_sign_again(self, term):
        signs(term, "client")
        with pytest.raises(Invalid, match="não é de quem falta assinar"):
            brought(term, signed_by(term, the_card(term, "client")))

    def test_the_next_may_sign_the_file_that_the_one_before_signed(self, term):
        first = signed_by(term, the_card(term, "client"))
        brought(term, first)
        both = the_card(term, "integrator").signs(first)
        assert [row.role for row in brought(term, both)] == ["integrator"]
        with pytest.raises(Invalid, match="já estão registradas"):
            brought(term, both)
        assert content_of(signatory(term, "client").file) == first

    def test_out_of_turn_is_refused_and_nothing_of_the_file_counts(self, a_term):
        term = a_term(steps=IN_ORDER)
        late = signed_by(term, the_card(term, "integrator"))
        with pytest.raises(Refusal, match="Ainda não é a vez"):
            brought(term, late, by=term.rollout.people["integrator"])
        with pytest.raises(Refusal, match="Ainda não é a vez"):
            brought(term, signed_by(term, the_card(term, "client"), the_card(term, "presence")))
        assert nothing_happened(term)

    def test_in_one_file_the_order_of_the_steps_counts_not_that_of_the_file(self, a_term):
        term = a_term(steps=IN_ORDER)
        content = signed_by(term, the_card(term, "integrator"), the_card(term, "client"))
        brought(term, content, by=term.rollout.people["client"])
        assert states(term) == {"client": "signed", "integrator": "signed", "presence": "pending"}
        event = term.rollout.events.get(kind="acceptance.brought")
        assert event.data["opens"] == ["presence"]
        notices.consume(event)
        assert {each.user for each in Notice.objects.filter(event=event)} == {term.rollout.people["pm"]}

    def test_on_hold_it_is_taken_as_in_the_browser(self, term):
        rollout = Rollout.objects.get(pk=term.rollout_id)
        people = term.rollout.people
        rollouts.hold(rollout, by=people["pm"], caused_by="client", reason="x", seen_version=rollout.version)
        brought(term, signed_by(term, the_card(term, "client")))
        assert states(term)["client"] == "signed"

    def test_a_term_whose_record_changed_is_not_signed(self, term):
        content = signed_by(term, the_card(term, "client"))
        Rollout.objects.filter(pk=term.rollout_id).update(scope="Outro escopo")
        with pytest.raises(Refusal, match="redigir o termo de novo"):
            brought(term, content)
        assert nothing_happened(term)

    def test_after_its_time_it_is_not_signed(self, term):
        with clock.at(term.expires_at + timedelta(seconds=1)), pytest.raises(Refusal, match="prazo"):
            brought(term, signed_by(term))

    def test_a_refused_term_is_not_signed(self, term):
        signing.refuse(signatory(term, "client"), by=term.rollout.people["client"], reason="x")
        with pytest.raises(Refusal, match="não está aberto"):
            brought(term, b"%PDF-1.7")


class TestTheFile:
    def test_the_pdf_itself_is_not_signed(self, term):
        assert "nenhuma assinatura" in refused(term, content_of(term.pdf))

    @pytest.mark.parametrize("how", ["rewritten", "another version", "a changed byte"])
    def test_one_that_does_not_begin_with_the_terms_own_bytes(self, term, how):
        own = content_of(term.pdf)
        if how == "rewritten":
            content = the_card(term, "client").signs(own.replace(b"%PDF-1.7", b"%PDF-1.6", 1))
        elif how == "another version":
            content = b"%PDF-1.7\n" + own
        else:
            content = bytearray(signed_by(term, the_card(term, "client")))
            content[len(own) // 2] ^= 1
        assert "não é o PDF deste termo" in refused(term, bytes(content))

    def test_what_the_judge_finds_is_said_in_a_sentence(self, term):
        other = Authority().person(signatory(term, "client").name)
        said = refused(term, signed_by(term, other))
        assert "não leva a nenhuma autoridade aceita aqui" in said
        assert "%(" not in said

    @pytest.mark.parametrize("name", list(elsewhere.SENTENCES))
    def test_every_sentence_is_whole(self, name):
        assert "%" not in elsewhere.SENTENCES[name] % {"who": "x", "issuer": "x", "when": "x"}

    @pytest.mark.usefixtures("a_process_of_its_own")
    def test_a_good_one_and_a_bad_one_in_a_process_of_its_own(self, term):
        content = the_card(term, "client").signs(content_of(term.pdf), reason="Aceito")
        assert "não confere" in refused(term, content.replace(b"(Aceito)", b"(Recuso)"))
        assert "Não foi possível ler" in refused(term, content_of(term.pdf) + b"startxref\n7\n%%EOF\n")
        brought(term, content)

    def test_random_bytes_behind_the_document(self, term):
        assert refused(term, content_of(term.pdf) + bytes(range(256)) * 40)

    def test_what_is_no_pdf_or_too_large(self, term, settings):
        assert "PDF assinado" in refused(term, b"texto")
        settings.MAX_UPLOAD_BYTES = 10
        assert "limite" in refused(term, b"%PDF-1.7 longo demais")

    @pytest.mark.usefixtures("a_process_of_its_own")
    def test_a_reader_that_dies_or_hangs_is_a_refusal(self, term, monkeypatch, tmp_path):
        content = signed_by(term, the_card(term, "client"))
        for text in ("import os; os.kill(os.getpid(), 9)", "while True: pass", "print('{')"):
            program = tmp_path / "dies.py"
            program.write_text(text)
            monkeypatch.setattr(examiner, "__file__", str(program))
            monkeypatch.setattr(elsewhere, "SECONDS", 0.5)
            said = refused(term, content)
            assert "Não foi possível ler" in said or "passou do limite" in said

    def test_one_person_has_one_file_judged_at_a_time(self, term, monkeypatch):
        content = signed_by(term, the_card(term, "client"))
        tried = []

        def meanwhile(*arguments):
            with pytest.raises(Refusal) as refusal:
                brought(term, content)
            tried.append(refusal.value.status)
            return {"problem": "unreadable", "about": {}}

        monkeypatch.setattr(elsewhere, "_apart", meanwhile)
        refused(term, content)
        assert tried == [429]

    def test_the_process_that_reads_it_limits_itself(self):
        import subprocess
        import sys

        code = (
            f"import runpy; from resource import *; runpy.run_path({examiner.__file__!r})['limit']();"
            "print([getrlimit(each)[0] for each in (RLIMIT_CPU, RLIMIT_AS, RLIMIT_FSIZE)])"
        )
        said = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
        assert json.loads(said) == [examiner.CPU_SECONDS, examiner.MEMORY, 0]

    def test_a_virus_is_refused_and_an_antivirus_that_is_away_asks_to_try_again(self, term, settings, monkeypatch):
        content = signed_by(term, the_card(term, "client"))
        settings.CLAMD = "clamd:3310"
        monkeypatch.setattr(antivirus, "scan", lambda file: "Eicar")
        assert "Eicar" in refused(term, content)

        def away(file):
            raise antivirus.Unavailable("x")

        monkeypatch.setattr(antivirus, "scan", away)
        with pytest.raises(Refusal) as refusal:
            brought(term, content)
        assert refusal.value.status == 503

    def test_without_an_authority_nothing_is_taken(self, term, settings):
        settings.TERM_TRUST_ROOTS = ""
        with pytest.raises(Refusal, match="nenhuma autoridade"):
            brought(term, signed_by(term, the_card(term, "client")))


class TestRevocation:
    def test_the_lists_of_a_trusted_chain_are_fetched_through_the_one_way_out(self, term, monkeypatch):
        lists, asked = the_authority().lists(), []

        def fetch(method, url, *, headers, max_bytes, seconds):
            asked.append((method, url))
            assert max_bytes == elsewhere.LIST_BYTES
            assert seconds <= elsewhere.ONE_ANSWER_SECONDS
            return outbound.Answer(200, url, body=lists[url])

        monkeypatch.setattr(outbound, "fetch", fetch)
        brought(term, signed_by(term, the_card(term, "client")))
        assert sorted(asked) == sorted(("GET", url) for url in lists)
        assert signatory(term, "client").certificate["revocation"] == "good"

    def test_what_the_file_brings_of_that_day_is_asked_again(self, term, monkeypatch):
        card = the_card(term, "client")
        context = ValidationContext(
            trust_roots=[asn1(card.authority.root)], crls=list(card.authority.lists().values()), allow_fetching=False
        )
        content = card.signs(content_of(term.pdf), embed_validation_info=True, validation_context=context)
        lists = the_authority().lists(card)
        monkeypatch.setattr(outbound, "fetch", lambda method, url, **more: outbound.Answer(200, url, body=lists[url]))
        assert "foi revogado" in refused(term, content)

    def test_an_authority_is_asked_by_post_and_its_answer_beats_its_list(self, term, monkeypatch, settings, tmp_path):
        authority = Authority(ocsp="http://ocsp.icpbrasil.example.com/")
        settings.TERM_TRUST_ROOTS = authority.trusted_in(tmp_path / "others")
        row = signatory(term, "client")
        identity.give_cpf(row, by=row.user, cpf=CPF)
        card = authority.person(row.name)
        asked = []

        def fetch(method, url, *, body=b"", headers, **more):
            asked.append((method, headers["Accept"]))
            known = authority.lists()
            return outbound.Answer(200, url, body=authority.answers(body, card, revoked=True) if body else known[url])

        monkeypatch.setattr(outbound, "fetch", fetch)
        assert "foi revogado" in refused(term, signed_by(term, card))
        assert ("POST", "application/ocsp-response") in asked

    def test_asking_ends_however_many_authorities_are_slow(self, monkeypatch):
        """Each answer takes its share of the time, and then it is said that the rest was not asked."""
        clock_, asked = [0.0], []

        def slow(method, url, *, seconds, **more):
            clock_[0] += seconds
            asked.append(seconds)
            raise outbound.Unreachable("timeout")

        monkeypatch.setattr(outbound, "fetch", slow)
        monkeypatch.setattr(elsewhere.time, "monotonic", lambda: clock_[0])
        questions = [
            {"urls": [f"http://x/{number}/{copy}" for copy in range(3)], "request": ""} for number in range(50)
        ]
        assert elsewhere._asked(questions) == []
        assert sum(asked) <= elsewhere.ASKING_SECONDS

    def test_an_address_inside_the_house_is_not_reached(self, monkeypatch):
        monkeypatch.undo()
        for url in ("http://127.0.0.1/lista.crl", "http://[::1]/", "http://169.254.169.254/x"):
            assert elsewhere._asked([{"urls": [url], "request": ""}, {"urls": [url], "request": "3000"}]) == []

    def test_a_revoked_one_is_refused(self, term, monkeypatch):
        card = the_card(term, "client")
        lists = the_authority().lists(card)
        monkeypatch.setattr(outbound, "fetch", lambda method, url, **more: outbound.Answer(200, url, body=lists[url]))
        assert "foi revogado" in refused(term, signed_by(term, card))

    @pytest.mark.parametrize("answer", [outbound.Answer(404, "x"), outbound.Answer(200, "x", body=b"<html>")])
    def test_what_could_not_be_asked_is_kept_and_shown(self, term, monkeypatch, client_for, answer):
        monkeypatch.setattr(outbound, "fetch", lambda method, url, **more: answer)
        brought(term, signed_by(term, the_card(term, "client")))
        page = client_for(term.rollout.people["integrator"]).get(reverse("acceptance:room", args=[term.rollout_id]))
        assert "revogação não consultada" in page.content.decode()

    def test_of_a_chain_that_nobody_trusts_nothing_is_fetched(self, term, monkeypatch):
        def fetch(*args, **more):
            raise AssertionError("a stranger's address was asked")

        monkeypatch.setattr(outbound, "fetch", fetch)
        refused(term, signed_by(term, Authority().person(signatory(term, "client").name)))


class TestWhoBringsIt:
    @pytest.mark.parametrize("who", ["client", "integrator", "pm"])
    def test_a_signatory_and_the_project_manager_do(self, term, who):
        brought(term, signed_by(term, the_card(term, "client")), by=term.rollout.people[who])
        event = term.rollout.events.latest("sequence")
        assert (event.kind, event.actor) == ("acceptance.brought", term.rollout.people[who])
        assert event.data["signed"] == ["client"]

    @pytest.mark.parametrize("who", ["client_member", "analyst", "platform", "stranger"])
    def test_others_do_not(self, term, who):
        with pytest.raises(NotAllowed):
            brought(term, b"", by=term.rollout.people[who])

    def test_one_who_left_the_company_does_not(self, term):
        person = term.rollout.people["client"]
        person.memberships.all().delete()
        with pytest.raises(NotAllowed):
            brought(term, b"", by=type(person).objects.get(pk=person.pk))

    def test_no_name_address_or_cpf_is_in_the_event_and_no_cpf_is_kept(self, term):
        row = signatory(term, "client")
        brought(term, signed_by(term, the_card(term, "client", email=row.email)))
        event = term.rollout.events.latest("sequence")
        for secret in (row.name, row.name.upper(), row.email, CPF):
            assert secret not in str(event.data)
        row = signatory(term, "client")
        assert CPF not in str([row.certificate, row.file.name])
        copy = json.dumps(personal_data.export(row.user), default=str)
        assert row.certificate["fingerprint"] in copy

    def test_the_signature_does_not_change_any_more(self, term):
        brought(term, signed_by(term, the_card(term, "client")))
        row = signatory(term, "client")
        with pytest.raises(IntegrityError), transaction.atomic():
            Signatory.objects.filter(pk=row.pk).update(certificate={})
        with pytest.raises(IntegrityError), transaction.atomic():
            Signatory.objects.filter(term=term, role="integrator").update(method="certificate")


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
        assert identity.given_by(row) is None
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
        assert browser.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302
        answer = browser.post(page, {"cpf": "123.456.789-00"})
        assert answer.status_code == 422
        assert "123.456.789-00" in answer.content.decode()
        assert browser.post(page, {"cpf": "123.456.789-09"}).url == there
        text = browser.get(there).content.decode()
        assert "CPF informado em" in text
        assert CPF not in text

    @pytest.mark.parametrize("who", ["analyst", "client_member", "platform", "stranger"])
    def test_the_page_is_the_signatorys_alone(self, term, client_for, who):
        page = reverse("acceptance:give_cpf", args=[term.rollout_id, term.version])
        assert client_for(term.rollout.people[who]).get(page).status_code == 404


class TestTheAuthorities:
    def test_roots_and_what_completes_chains_are_read_from_the_folder_and_the_rest_is_passed_over(
        self, settings, tmp_path
    ):
        first, second = the_authority(), Authority()
        (tmp_path / "todas.pem").write_bytes(
            b"".join(each.public_bytes(Encoding.PEM) for each in (first.root, first.issuer))
        )
        (tmp_path / "outra.cer").write_bytes(second.root.public_bytes(Encoding.DER))
        (tmp_path / "leia-me.txt").write_text("texto")
        (tmp_path / "pasta").mkdir()
        settings.TERM_TRUST_ROOTS = str(tmp_path)
        roots, others = certificates.trusted()
        assert {each.sha256.hex() for each in roots} == {
            each.fingerprint(hashes.SHA256()).hex() for each in (first.root, second.root)
        }
        assert [each.subject.native["common_name"] for each in others] == ["AC Intermediária de teste"]
        settings.TERM_TRUST_ROOTS = str(tmp_path / "nenhuma")
        assert certificates.trusted() == ([], [])

    def test_the_deployment_check_tells_of_none_and_warns_of_an_empty_folder(self, settings, tmp_path):
        def ids():
            found = run_checks(tags=["security"], include_deployment_checks=True)
            return {each.id for each in found} & {"acceptance.I001", "acceptance.W002"}

        assert ids() == {"acceptance.I001"}
        settings.TERM_TRUST_ROOTS = str(tmp_path)
        assert ids() == {"acceptance.W002"}
        the_authority().trusted_in(tmp_path)
        assert ids() == set()


class TestThePage:
    def page(self, term):
        return reverse("acceptance:elsewhere", args=[term.rollout_id, term.version])

    def test_it_takes_the_file_and_says_what_is_wrong_with_one(self, term, client_for):
        browser = client_for(term.rollout.people["client"])
        assert "Assinar com certificado digital" in browser.get(self.page(term)).content.decode()
        answer = browser.post(self.page(term), {"file": ContentFile(content_of(term.pdf), name="x.pdf")})
        assert answer.status_code == 422
        assert "nenhuma assinatura digital" in answer.content.decode()
        assert browser.post(self.page(term), {}).status_code == 422
        signed = signed_by(term, the_card(term, "client"))
        answer = browser.post(self.page(term), {"file": ContentFile(signed, name="x.pdf")})
        assert answer.url == reverse("acceptance:room", args=[term.rollout_id])
        page = browser.get(answer.url).content.decode()
        assert "Certificado digital de" in page
        assert "Assinatura recebida e conferida." in page

    def test_the_room_and_the_signing_page_lead_there_while_it_is_their_turn(self, a_term, client_for, settings):
        term = a_term(steps=IN_ORDER)
        people = term.rollout.people
        room = reverse("acceptance:room", args=[term.rollout_id])

        def leads(who, address=room):
            return self.page(term) in client_for(people[who]).get(address).content.decode()

        assert [leads(who) for who in ("client", "integrator", "pm", "analyst")] == [True, False, True, False]
        assert leads("client", reverse("acceptance:sign", args=[term.rollout_id, signatory(term, "client").pk]))
        settings.TERM_TRUST_ROOTS = ""
        assert [leads(who) for who in ("client", "pm")] == [False, True]

    def test_without_an_authority_it_says_what_is_missing_and_has_no_form(self, term, client_for, settings):
        settings.TERM_TRUST_ROOTS = ""
        texts = {
            who: client_for(term.rollout.people[who]).get(self.page(term)).content.decode() for who in ("pm", "client")
        }
        assert "TERM_TRUST_ROOTS" in texts["pm"]
        assert "TERM_TRUST_ROOTS" not in texts["client"]
        assert not any('type="file"' in text for text in texts.values())

    def test_of_a_term_that_is_not_open_it_leads_to_the_room(self, term, client_for):
        signing.refuse(signatory(term, "client"), by=term.rollout.people["client"], reason="x")
        answer = client_for(term.rollout.people["pm"]).get(self.page(term))
        assert answer.url == reverse("acceptance:room", args=[term.rollout_id])

    def test_anybody_reads_at_the_verification_how_each_signed(self, term, client):
        brought(term, signed_by(term, the_card(term, "client")))
        signs(term, "integrator")
        text = client.get(reverse("acceptance:verify", args=[term.code])).content.decode()
        kept = signatory(term, "client").certificate
        assert f"Certificado digital de {kept['subject']}, emitido por AC Intermediária de teste" in text
        assert "Entrada recente e código enviado ao e-mail" in text
        assert kept["serial"] not in text


class TestTheSeal:
    @pytest.fixture
    def term(self, a_term, kept):
        """With a PDF of its own, since it is examined as a whole."""
        kept.clear()
        return a_term()

    @pytest.fixture
    def sealed(self, term):
        """Two in one file, one in the browser; the bytes of the sealed term."""
        company = the_authority().company("Conecta", term.rollout.company("integrator").cnpj)
        signs(term, "presence")
        brought(term, signed_by(term, the_card(term, "client"), company))
        sealing.seal(term.pk)
        return content_of(AcceptanceTerm.objects.get(pk=term.pk).sealed)

    def test_it_carries_the_file_and_the_log_names_it_with_its_certificates(self, sealed, term, tmp_path):
        found = verification.examine(sealed)
        assert found.problems == []
        attached = pages.attachments(PdfFileReader(io.BytesIO(sealed)))
        (name,) = set(attached) - {"termo.json", evidence.ATTACHED}
        assert attached[name] == content_of(signatory(term, "client").file)
        entries = {entry["role"]: entry for entry in found.log["entries"] if entry["what"] == "signed"}
        assert [entries[role]["method"] for role in ("client", "integrator", "presence")] == [
            "certificate", "certificate", "code",
        ]  # fmt: skip
        assert entries["client"]["file"] == entries["integrator"]["file"]
        assert entries["client"]["file"]["name"] == name
        assert "§ 1º" in entries["client"]["basis"]
        assert entries["client"]["certificate"] == signatory(term, "client").certificate
        assert "consent" not in entries["client"]
        assert CPF not in json.dumps(found.log)
        path, said = tmp_path / "termo.pdf", io.StringIO()
        path.write_bytes(sealed)
        seal = tmp_path / "selo.der"
        seal.write_bytes(PdfFileReader(io.BytesIO(sealed)).embedded_signatures[0].signer_cert.dump())
        call_command("verify_term", str(path), "--certificate", str(seal), stdout=said)
        assert f"with the certificate of CONECTA by AC Intermediária de teste, in {name}" in said.getvalue()

    def test_a_file_inside_that_was_changed_or_that_the_log_lies_about_is_found(self, sealed):
        attached = pages.attachments(PdfFileReader(io.BytesIO(sealed)))
        found = verification.examine(sealed)
        signed = sealed[: found.log["document"]["bytes"]]
        name = next(each for each in attached if each.startswith("assinado"))

        def problems(content, *, sha256="", **certificate):
            log = json.loads(json.dumps(found.log))
            for entry in log["entries"]:
                if entry.get("method") == "certificate":
                    entry["file"]["sha256"] = sha256 or hashlib.sha256(content).hexdigest()
                    entry["certificate"] |= certificate
            return list(verification._outside(signed, {**attached, name: content}, log))

        whole = attached[name]
        assert problems(whole) == []
        for place in (0, len(signed) - 1, len(signed) + 1, len(whole) - 1):
            changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
            said = problems(changed, sha256=hashlib.sha256(whole).hexdigest())
            assert set(said) == {f"{name} is not the file that {role} signed" for role in ("client", "integrator")}
        assert any("is not the document" in each for each in problems(b"%PDF-1.7"))
        for lie in ({"fingerprint": "0" * 64}, {"signature": "0" * 64}):
            assert any("is not in" in each for each in problems(whole, **lie))
        assert any("is not in" in each for each in problems(whole[: len(signed) + 10]))
        more = {**attached, "mais.pdf": b"x"}
        assert list(verification._outside(signed, more, found.log)) == ["mais.pdf is in the file, and nobody signed it"]

    def test_the_evidence_page_prints_the_certificate(self, term):
        brought(term, signed_by(term, the_card(term, "client")))
        shown, log = {}, evidence.log(term)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rendering.core_pdf, "render", lambda html, **more: shown.setdefault("html", html).encode())
            rendering.evidence_pdf(AcceptanceTerm.objects.get(pk=term.pk), log)
        kept = signatory(term, "client").certificate
        for text in (kept["fingerprint"], kept["serial"], kept["issuer"], "MP 2.200-2/2001", "não consultada"):
            assert text in shown["html"]
