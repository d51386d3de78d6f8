"""Verification by the page, by the command and by pyHanko: one changed byte, wherever it is, shows."""

import hashlib
import io
import json
import os
from io import StringIO
from unittest import mock

import pytest
from asn1crypto import pem
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from apps.accounts.models import User
from apps.companies import actions as companies
from apps.core.process import PartyRole
from apps.limits import actions as limits
from apps.seals import certificates
from apps.seals.outcomes import Outcome
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.acceptance.sealing import actions as sealing
from apps.stages.acceptance.sealing import evidence, judging, pages, verification
from apps.stages.acceptance.sealing import views as public_views
from apps.stages.acceptance.signing import elsewhere
from tests.acceptance.authority import the_authority
from tests.acceptance.door import the_card
from tests.acceptance.factories import a_draft, a_sealed_term, content_of, opened, signatory, signs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sealed_term")]


@pytest.fixture(scope="module")
def sealed_term(stand):
    """A sealed term and the bytes of its file."""

    def build():
        term = a_sealed_term()
        return term, content_of(term.sealed)

    return stand(build)


@pytest.fixture
def term(sealed_term):
    term, _content = sealed_term.copy()
    return term


@pytest.fixture(scope="module")
def sealed(sealed_term):
    _term, content = sealed_term.made
    return content


def pyhanko_says_whole(content: bytes) -> bool:
    try:
        (found,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
        context = ValidationContext(trust_roots=[found.signer_cert], allow_fetching=False)
        status = validate_pdf_signature(found, context, skip_diff=True)
        return status.intact and status.valid and status.coverage.name == "ENTIRE_FILE"
    except Exception:
        return False


def command(path, *arguments) -> str:
    out = StringIO()
    call_command("verify_term", str(path), *arguments, stdout=out)
    return out.getvalue()


def another_certificate(folder):
    """The certificate of a seal that somebody else made."""
    certificates.make(folder / "another.p12")
    return SimpleSigner.load_pkcs12(str(folder / "another.p12")).signing_cert


def closed_with(passphrase: str, folder) -> bytes:
    """A seal's file that opens with ``passphrase``."""
    certificates.make(folder / "open.p12")
    key, certificate, _others = pkcs12.load_key_and_certificates((folder / "open.p12").read_bytes(), None)
    closed = BestAvailableEncryption(passphrase.encode())
    return pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, closed)


class TestOneChangedByte:
    @given(st.data())
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_is_found_wherever_it_is(self, sealed, data):
        place = data.draw(st.integers(0, len(sealed) - 1))
        flipped = bytearray(sealed)
        flipped[place] ^= data.draw(st.integers(1, 255))
        flipped = bytes(flipped)
        assert not verification.examine(flipped).holds
        assert hashlib.sha256(flipped).hexdigest() != hashlib.sha256(sealed).hexdigest()
        begin, length, resume, _rest = PdfFileReader(io.BytesIO(sealed)).embedded_signatures[0].byte_range
        if place < begin + length or place >= resume:  # In its own place pyHanko does not look at the padding; we do.
            assert not pyhanko_says_whole(flipped)

    def test_is_found_in_a_file_that_was_signed_elsewhere_and_lies_inside_too(self, settings, tmp_path):
        settings.TERM_TRUST_ROOTS = the_authority().trusted_in(tmp_path / "roots")
        term = opened(a_draft())
        for role in ("client", "integrator"):
            signs(term, role)
        row = signatory(term, "presence")
        signed = the_card(term, "presence").signs(content_of(term.pdf))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(elsewhere, "_fetch_answers", lambda addresses: [])
            elsewhere.bring(term, by=row.user, file=ContentFile(signed, name="termo.pdf"))
        sealing.seal(term.pk)
        content = content_of(AcceptanceTerm.objects.get(pk=term.pk).sealed)
        assert verification.examine(content).problems == []
        for place in range(len(content_of(term.pdf)), len(content) - 1, 1009):
            flipped = bytearray(content)
            flipped[place] ^= 0x20
            assert not verification.examine(bytes(flipped)).holds, place

    def test_in_the_place_of_the_seal_no_bit_is_free(self, sealed):
        gap = sealed.index(b"<30")
        for place in range(gap, gap + 2600, 37):
            flipped = bytearray(sealed)
            flipped[place] ^= 0x01
            assert not verification.examine(bytes(flipped)).holds, place - gap

    def test_pyhanko_finds_the_whole_file_whole(self, sealed):
        assert pyhanko_says_whole(sealed)


class TestOtherChanges:
    def test_something_added_behind_the_seal(self, sealed):
        writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
        pages.attach(writer, "mais.json", {}, "x")
        out = io.BytesIO()
        writer.write(out)
        assert "something was added behind the seal" in verification.examine(out.getvalue()).problems
        assert not verification.examine(sealed + b"\n").holds

    def test_the_document_without_its_seal(self, sealed):
        size = verification.examine(sealed).log["document"]["bytes"]
        assert verification.examine(sealed[:size]).problems == ["0 seals, where a term has one"]

    @pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"\x00" * 1000, b"texto"])
    def test_what_is_no_term_at_all(self, content):
        assert not verification.examine(content).holds

    def test_a_log_that_leaves_somebody_out_or_lies_about_a_name(self, sealed):
        found = verification.examine(sealed)
        without = {**found.log, "entries": found.log["entries"][:-1]}
        assert any("is missing" in each for each in verification._chain(found.term, without))
        entries = json.loads(json.dumps(found.log["entries"]))
        entries[1]["name"] = "Outra Pessoa"
        problems = list(verification._chain(found.term, {**found.log, "entries": entries}))
        assert any("does not link" in each for each in problems)
        previous = found.log["document"]["sha256"]
        for entry in entries:  # Even with every link made anew.
            entry["previous"] = previous
            entry["hash"] = previous = evidence.link(entry)
        assert any(
            "somebody else" in each for each in verification._chain(found.term, {**found.log, "entries": entries})
        )


class TestTheCommand:
    @pytest.fixture
    def path(self, sealed, tmp_path):
        path = tmp_path / "termo.pdf"
        path.write_bytes(sealed)
        return path

    def test_it_says_what_a_whole_file_holds_and_asks_no_database(self, path, presences_seal, django_db_blocker):
        with django_db_blocker.block():
            answer = command(path)
        assert "WHOLE: seal, record and signing log hold, and Presence sealed it." in answer
        assert "client: " in answer

    def test_a_seal_that_nobody_vouched_for_is_untrusted_whatever_it_says_of_itself(self, path):
        with pytest.raises(CommandError, match="UNTRUSTED: .* demonstration certificate") as refusal:
            command(path)
        assert refusal.value.returncode == Outcome.UNTRUSTED.value

    def test_a_strangers_seal_is_untrusted_where_another_one_is_configured(self, path, settings, tmp_path):
        certificates.make(tmp_path / "ours.p12")
        settings.TERM_SEAL_FILE = str(tmp_path / "ours.p12")
        with pytest.raises(CommandError, match="UNTRUSTED") as refusal:
            command(path)
        assert refusal.value.returncode == 3

    def test_a_changed_file_is_broken_whoever_is_trusted(self, sealed, path, presences_seal):
        path.write_bytes(sealed.replace(b"%PDF-1.7", b"%PDF-1.6", 1))
        with pytest.raises(CommandError, match="BROKEN: NOT a whole term") as refusal:
            command(path)
        assert refusal.value.returncode == 4

    def test_the_certificate_that_one_trusts_is_held_against_it(self, sealed, path, tmp_path):
        own, other = tmp_path / "own.der", tmp_path / "other.der"
        own.write_bytes(PdfFileReader(io.BytesIO(sealed)).embedded_signatures[0].signer_cert.dump())
        other.write_bytes(another_certificate(tmp_path).dump())
        assert "WHOLE" in command(path, "--certificate", str(own))
        assert "WHOLE" in command(path, "--certificate", str(other), "--certificate", str(own))
        with pytest.raises(CommandError, match="UNTRUSTED"):
            command(path, "--certificate", str(other))

    def test_an_earlier_certificate_of_presence_is_believed_from_its_folder(self, sealed, path, settings, tmp_path):
        folder = tmp_path / "seals"
        folder.mkdir()
        settings.TERM_SEAL_CERTIFICATES = str(folder)
        (folder / "2024.der").write_bytes(another_certificate(tmp_path).dump())
        with pytest.raises(CommandError, match="UNTRUSTED"):
            command(path)
        (folder / "2025.pem").write_bytes(
            pem.armor("CERTIFICATE", PdfFileReader(io.BytesIO(sealed)).embedded_signatures[0].signer_cert.dump())
        )
        assert "WHOLE" in command(path)

    def test_an_authority_that_vouches_for_others_too_does_not_make_a_seal_presences(
        self, sealed, path, settings, tmp_path
    ):
        folder = tmp_path / "roots"
        folder.mkdir()
        (folder / "root.der").write_bytes(PdfFileReader(io.BytesIO(sealed)).embedded_signatures[0].signer_cert.dump())
        settings.TERM_TRUST_ROOTS = str(folder)
        with pytest.raises(CommandError, match="UNTRUSTED"):
            command(path)

    @pytest.mark.parametrize(
        "configured",
        [
            {"TERM_SEAL_FILE": "none.p12"},
            {"TERM_SEAL_FILE": "closed.p12", "TERM_SEAL_PASSPHRASE": "errada"},
            {"TERM_SEAL_FILE": "rubbish.p12"},
            {"TERM_SEAL_PKCS11_MODULE": "/usr/lib/no-token.so"},
            {"TERM_SEAL_CERTIFICATES": "no-folder"},
            {"TERM_SEAL_CERTIFICATES": "rubbish"},
        ],
        ids=["missing", "wrong passphrase", "rubbish", "token", "no folder", "rubbish in the folder"],
    )
    def test_a_configured_seal_that_cannot_be_read_is_an_error_and_never_whole(
        self, sealed, path, settings, tmp_path, configured
    ):
        (tmp_path / "rubbish.p12").write_bytes(b"x")
        (tmp_path / "rubbish").mkdir()
        (tmp_path / "rubbish" / "x.pem").write_bytes(b"x")
        (tmp_path / "closed.p12").write_bytes(closed_with("certa", tmp_path))
        for name, value in configured.items():
            setattr(
                settings, name, str(tmp_path / value) if name in ("TERM_SEAL_FILE", "TERM_SEAL_CERTIFICATES") else value
            )
        with pytest.raises(CommandError, match="ERROR: .*Nothing was judged") as refusal:
            command(path)
        assert refusal.value.returncode == 1
        assert "errada" not in str(refusal.value)

    def test_a_certificate_given_by_hand_asks_nothing_of_a_configured_seal(self, sealed, path, settings, tmp_path):
        settings.TERM_SEAL_FILE = str(tmp_path / "none.p12")
        own = tmp_path / "own.der"
        own.write_bytes(PdfFileReader(io.BytesIO(sealed)).embedded_signatures[0].signer_cert.dump())
        assert "WHOLE" in command(path, "--certificate", str(own))

    def test_a_file_or_a_certificate_that_is_not_there(self, path, tmp_path):
        with pytest.raises(CommandError, match="ERROR: .*cannot be read") as refusal:
            command(tmp_path / "none.pdf")
        assert refusal.value.returncode == 1
        with pytest.raises(CommandError, match="ERROR: .*cannot be read"):
            command(path, "--certificate", str(tmp_path / "none.der"))
        with pytest.raises(CommandError, match="ERROR: .*cannot be read"):
            command(path, "--certificate", str(path))


class TestThePage:
    def test_it_tells_anybody_who_signed_when_and_the_hashes_and_no_more(self, term, client):
        text = client.get(reverse("acceptance:verify", args=[term.code])).content.decode()
        assert "Todas as partes assinaram este termo, e ele foi selado." in text
        for row in term.signatories.all():
            assert row.name in text
            assert row.email not in text
            assert row.address not in text
            assert row.agent not in text
        assert term.pdf.sha256 in text
        assert term.sealed.sha256 in text

    def test_who_is_called_otherwise_by_now_stands_there_as_on_the_paper(self, term, client):
        entries = evidence.log(term)["entries"]
        signed_by = [(row.name, term.rollout.company(row.role).legal_name) for row in term.signatories.all()]
        manager, presence = term.rollout.people["manager"], term.rollout.company(PartyRole.PRESENCE).legal_name
        for role, company in term.rollout.companies().items():
            companies.change_company(company, by=manager, legal_name=f"Renomeada {role} S.A.", trade_name=f"R {role}")
        User.objects.update(name="Nome de casada")
        term = AcceptanceTerm.objects.get(pk=term.pk)
        text = client.get(reverse("acceptance:verify", args=[term.code])).content.decode()
        for name, legal_name in signed_by:
            assert name in text
            assert legal_name == presence or legal_name in text
        assert "Renomeada" not in text
        assert "Nome de casada" not in text
        assert evidence.log(term)["entries"] == entries

    def test_it_says_presences_seal_only_of_presences_seal(self, term, client, settings, presences_seal, tmp_path):
        address = reverse("acceptance:verify", args=[term.code])
        text = client.get(address).content.decode()
        assert "Selado pela Presence" in text
        assert "Assinado e selado" in text
        certificates.make(tmp_path / "new.p12")
        settings.TERM_SEAL_FILE = str(tmp_path / "new.p12")
        judged = judging.Judgement(Outcome.UNTRUSTED, "Outra empresa", "ab" * 32)
        with mock.patch.object(judging, "judge", return_value=judged):
            text = client.get(address).content.decode()
        assert "Ninguém atesta este selo" in text
        assert "Outra empresa" in text
        for false in ("Selado pela Presence", "Assinado e selado", "Este arquivo é autêntico"):
            assert false not in text
        compared = client.post(reverse("acceptance:compare"), {"sha256": term.sealed.sha256}).content.decode()
        assert "Este arquivo é autêntico" not in compared
        assert "Este arquivo é o que está guardado aqui" in compared

    def test_a_file_that_was_changed_where_it_lies_is_said_to_be(self, term, client, presences_seal):
        with open(term.sealed.content.path, "ab") as file:
            file.write(b"\n")
        text = client.get(reverse("acceptance:verify", args=[term.code])).content.decode()
        assert "O arquivo guardado aqui foi alterado" in text
        assert "Selado pela Presence" not in text

    def test_where_nothing_can_be_judged_it_says_so(self, term, client, settings, presences_seal, tmp_path):
        address = reverse("acceptance:verify", args=[term.code])
        settings.TERM_SEAL_FILE = str(tmp_path / "none.p12")
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Não é possível julgar o selo agora" in answer.content.decode()
        settings.TERM_SEAL_FILE = str(presences_seal)
        os.unlink(term.sealed.content.path)
        text = client.get(address).content.decode()
        assert "Não é possível julgar o selo agora" in text
        assert "Assinado e selado" not in text

    def test_the_file_itself_is_genuine_and_a_changed_one_is_not(self, term, client, presences_seal):
        def compared(content):
            answer = client.post(reverse("acceptance:compare"), {"file": ContentFile(content, name="termo.pdf")})
            return answer.content.decode()

        content = content_of(term.sealed)
        assert "Este arquivo é autêntico" in compared(content)
        assert "documento sem o selo" in compared(content_of(term.pdf))
        for place in (0, len(content) // 2, len(content) - 1):
            changed = bytearray(content)
            changed[place] ^= 1
            assert "Este arquivo não confere" in compared(bytes(changed))

    def test_the_hash_alone_does_where_the_browser_works_it_out(self, term, client, presences_seal):
        address = reverse("acceptance:compare")
        assert "autêntico" in client.post(address, {"sha256": term.sealed.sha256}).content.decode()
        assert "não confere" in client.post(address, {"sha256": "0" * 64}).content.decode()
        assert client.post(address, {"sha256": "x"}).status_code == 422
        assert client.post(address, {}).status_code == 422

    def test_a_file_larger_than_any_term_is_refused(self, client, settings):
        settings.MAX_UPLOAD_BYTES = 10
        answer = client.post(reverse("acceptance:compare"), {"file": ContentFile(b"x" * 11, name="termo.pdf")})
        assert answer.status_code == 422

    def test_the_log_is_the_one_inside_the_document(self, term, client):
        answer = client.get(reverse("acceptance:log", args=[term.code]))
        inside = pages.attachments(PdfFileReader(io.BytesIO(content_of(term.sealed))))[evidence.ATTACHED]
        assert answer.content == inside
        assert answer["Content-Disposition"].startswith("attachment")
        assert [entry["what"] for entry in json.loads(inside)["entries"]] == ["opened", "signed", "signed", "signed"]

    def test_a_code_is_taken_as_people_copy_it(self, term, client):
        typed = term.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
        answer = client.get(reverse("acceptance:verify_start"), {"code": typed})
        assert answer.url == reverse("acceptance:verify", args=[term.code])

    def test_an_unknown_code_is_not_found_and_says_what_to_check(self, client):
        for address in (
            reverse("acceptance:verify", args=["0000-0000-0000"]),
            reverse("acceptance:verify_start") + "?code=0000-0000-0000",
        ):
            answer = client.get(address)
            assert answer.status_code == 404
            assert "Nenhum termo tem este código" in answer.content.decode()
        assert client.get(reverse("acceptance:log", args=["0000-0000-0000"])).status_code == 404

    def test_it_says_that_one_not_signed_by_all_is_no_acceptance(self, client):
        term = opened(a_draft(), pdf=b"%PDF-1.7 teste")
        signs(term, "client")
        address = reverse("acceptance:verify", args=[term.code])
        assert "não vale como aceite" in client.get(address).content.decode()
        assert client.get(reverse("acceptance:log", args=[term.code])).status_code == 404

    def test_one_without_a_document_is_nothing_to_verify(self, client):
        assert client.get(reverse("acceptance:verify", args=[a_draft().code])).status_code == 404

    def test_asking_too_often_is_slowed_down_for_that_address_alone(self, client, monkeypatch):
        monkeypatch.setattr(public_views, "QUESTIONS", limits.Limit("verify-term", ((2, limits.DAY),)))
        address = reverse("acceptance:verify", args=["0000-0000-0000"])
        asked = [client.get(address, REMOTE_ADDR="203.0.113.1").status_code for _time in range(3)]
        assert asked == [404, 404, 429]
        assert (
            client.post(reverse("acceptance:compare"), {"sha256": "0" * 64}, REMOTE_ADDR="203.0.113.1").status_code
            == 429
        )
        assert client.get(address, REMOTE_ADDR="203.0.113.2").status_code == 404


def test_a_delegated_signature_names_both_in_the_document():
    from apps.stages.acceptance.models import AcceptanceTerm
    from apps.stages.acceptance.sealing import actions as sealing
    from apps.stages.acceptance.signing import actions as signing

    term = opened(a_draft())
    row = signatory(term, "client")
    signing.delegate(row, by=row.user, to=term.rollout.people["client_member"])
    for role in ("client", "integrator", "presence"):
        signs(term, role)
    sealing.seal(term.pk)
    found = verification.examine(content_of(AcceptanceTerm.objects.get(pk=term.pk).sealed))
    assert found.problems == []
    (signed,) = [entry for entry in found.log["entries"] if entry["what"] == "signed" and entry["role"] == "client"]
    assert (signed["delegated_from"], signed["name"]) == (row.name, str(term.rollout.people["client_member"]))
