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

from apps.accounts import personal_data
from apps.core import clock
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.files import antivirus
from apps.notices import actions as notices
from apps.notices.models import Notice
from apps.rollouts import actions as rollouts
from apps.rollouts.models import Rollout
from apps.seals import certificates
from apps.stages.acceptance.certificates import examiner
from apps.stages.acceptance.models import AcceptanceTerm, Signatory
from apps.stages.acceptance.sealing import actions as sealing
from apps.stages.acceptance.sealing import evidence, pages, rendering, verification
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.signing import elsewhere
from tests.acceptance.authority import CPF, Authority, the_authority
from tests.acceptance.door import (
    IN_ORDER,
    brought,
    nothing_happened,
    refused,
    signed_by,
    states,
    the_card,
)
from tests.acceptance.factories import ROLES, content_of, signatory, signs

pytestmark = pytest.mark.django_db


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
        assert "%" not in elsewhere.SENTENCES[name] % {"who": "x", "issuer": "x", "from": "x", "to": "x"}

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

        monkeypatch.setattr(elsewhere, "_run_examiner", meanwhile)
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
        roots, others = certificates.trusted_authorities()
        assert {each.sha256.hex() for each in roots} == {
            each.fingerprint(hashes.SHA256()).hex() for each in (first.root, second.root)
        }
        assert [each.subject.native["common_name"] for each in others] == ["AC Intermediária de teste"]
        settings.TERM_TRUST_ROOTS = str(tmp_path / "nenhuma")
        assert certificates.trusted_authorities() == ([], [])

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
