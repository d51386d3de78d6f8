"""The seal: put on once, whole or not at all, by the certificate that is configured; then nothing changes any more."""

import asyncio
import io
import re
from datetime import timedelta

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.core.checks import run_checks
from django.db import IntegrityError, transaction
from django.urls import reverse
from pyhanko.keys.internal import translate_pyca_cryptography_cert_to_asn1, translate_pyca_cryptography_key_to_asn1
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from apps.core import clock
from apps.core.network import outbound
from apps.files.models import StoredFile
from apps.seals import certificates, trust
from apps.seals.outcomes import Outcome
from apps.stages.acceptance import actions, tasks
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.acceptance.sealing import actions as sealing
from apps.stages.acceptance.sealing import rendering, seal, verification
from tests.acceptance.factories import ROLES, a_draft, a_sealed_term, content_of, opened, signs
from tests.pdfa import faults, unreadable

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed():
    """Signed by all, not sealed; the PDF is none, for tests that seal nothing real."""
    term = opened(a_draft(), pdf=b"%PDF-1.7 teste")
    for role in ROLES:
        signs(term, role)
    return term


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(seal, "pdf", lambda term: b"%PDF-1.7 selado")


def fresh(term):
    return AcceptanceTerm.objects.get(pk=term.pk)


def a_certificate(usage=None):
    """An RSA key and its self-signed certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Presence de teste")])
    now = clock.now()
    builder = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
    )  # fmt: skip
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    return key, builder.sign(key, hashes.SHA256())


def test_the_signed_bytes_stand_unchanged_before_evidence_and_seal():
    term = a_sealed_term()
    content, before = content_of(term.sealed), content_of(term.pdf)
    assert faults(before) == []
    assert faults(content) == []
    # The field of the seal has a name to read, and no place among the tags; nothing claims that it is PDF/UA.
    assert unreadable(content) - {"ID-PART-001", "ID-SCHEMA-001"} == {"WIDGET-FORM-TAG-001"}
    assert content.startswith(before)
    root = PdfFileReader(io.BytesIO(content)).root
    assert int(root["/Pages"]["/Count"]) > int(PdfFileReader(io.BytesIO(before)).root["/Pages"]["/Count"])
    assert len(root["/StructTreeRoot"]["/K"]) == 2  # The evidence is tagged too.
    declared = root["/Metadata"].data.decode()
    assert re.search(r"pdfaid:part(=.|>)3", declared)
    assert re.search(r"pdfaid:conformance(=.|>)U", declared)
    numbers = list(root["/StructTreeRoot"]["/ParentTree"]["/Nums"])[::2]
    assert numbers == list(range(len(numbers)))
    found = verification.examine(content)
    assert found.problems == []
    assert {entry["role"] for entry in found.log["entries"] if entry["what"] == "signed"} == set(ROLES)


class TestOnceAndWhole:
    @pytest.mark.usefixtures("quick")
    def test_the_last_signature_asks_the_worker(self, django_capture_on_commit_callbacks, a_worker):
        term = opened(a_draft(), pdf=b"%PDF-1.7 teste")
        with django_capture_on_commit_callbacks(execute=True):
            for role in ROLES:
                signs(term, role)
        assert fresh(term).sealed is not None

    @pytest.mark.usefixtures("quick")
    def test_twice_leaves_one_seal_and_one_event(self, signed):
        tasks.seal_term(signed.pk)
        first = fresh(signed).sealed_id
        tasks.seal_term(signed.pk)
        assert fresh(signed).sealed_id == first
        assert signed.rollout.events.filter(kind="acceptance.sealed").count() == 1

    def test_two_workers_at_it_leave_one_seal(self, signed, monkeypatch):
        def while_another_does_it(term):
            monkeypatch.setattr(seal, "pdf", lambda term: b"%PDF-1.7 o outro")
            sealing.seal(term.pk)
            return b"%PDF-1.7 tarde"

        monkeypatch.setattr(seal, "pdf", while_another_does_it)
        sealing.seal(signed.pk)
        assert content_of(fresh(signed).sealed) == b"%PDF-1.7 o outro"
        assert signed.rollout.events.filter(kind="acceptance.sealed").count() == 1

    @pytest.mark.parametrize("where", ["apps.stages.acceptance.sealing.seal.pdf", "apps.rollouts.timeline.record"])
    def test_a_worker_killed_while_sealing_leaves_nothing_and_the_clock_goes_on(
        self, signed, monkeypatch, quick, where
    ):
        def killed(*args, **kwargs):
            raise SystemExit

        with monkeypatch.context() as dying:
            dying.setattr(where, killed)
            with pytest.raises(SystemExit), transaction.atomic():
                sealing.seal(signed.pk)
        assert (fresh(signed).state, fresh(signed).sealed) == ("signed", None)
        assert not StoredFile.objects.filter(name=f"{signed}.pdf").exclude(pk=signed.pdf_id).exists()
        with clock.at(clock.now() + timedelta(minutes=2)):
            tasks.seal_waiting_terms()
        assert content_of(fresh(signed).sealed) == b"%PDF-1.7 selado"

    @pytest.mark.parametrize("where", ["apps.stages.acceptance.sealing.rendering.pdf", "apps.rollouts.timeline.record"])
    def test_a_worker_killed_while_rendering_leaves_nothing_and_the_clock_goes_on(self, monkeypatch, where):
        term = a_draft()

        def killed(*args, **kwargs):
            raise SystemExit

        with monkeypatch.context() as dying:
            dying.setattr(rendering, "pdf", lambda term: b"%PDF-1.7 teste")
            dying.setattr(where, killed)
            with pytest.raises(SystemExit), transaction.atomic():
                actions.render(term.pk)
        assert (fresh(term).state, fresh(term).pdf) == ("drafted", None)
        monkeypatch.setattr(rendering, "pdf", lambda term: b"%PDF-1.7 teste")
        with clock.at(clock.now() + timedelta(minutes=2)):
            tasks.render_waiting_terms()
        assert fresh(term).state == "ready"

    @pytest.mark.usefixtures("quick")
    def test_one_that_somebody_has_yet_to_sign_is_not_sealed(self):
        term = opened(a_draft(), pdf=b"%PDF-1.7 teste")
        signs(term, "client")
        sealing.seal(term.pk)
        assert fresh(term).sealed is None

    @pytest.mark.usefixtures("quick")
    def test_a_sealed_term_does_not_change_any_more(self, signed):
        sealing.seal(signed.pk)
        for change in (lambda: AcceptanceTerm.objects.filter(pk=signed.pk).update(record={}), fresh(signed).delete):
            with pytest.raises(IntegrityError), transaction.atomic():
                change()

    @pytest.mark.usefixtures("quick")
    def test_who_downloads_it_gets_the_sealed_document(self, signed, client_for):
        sealing.seal(signed.pk)
        answer = client_for(signed.rollout.people["client"]).get(reverse("acceptance:pdf", args=[signed.rollout_id, 1]))
        assert b"".join(answer.streaming_content) == b"%PDF-1.7 selado"


class TestTheCertificate:
    def test_without_one_the_term_waits(self, signed, settings):
        settings.TERM_SEAL_DEMO = None
        tasks.seal_term(signed.pk)
        assert fresh(signed).sealed is None

    def test_the_demonstrations_is_made_once_and_says_what_it_is(self, settings, tmp_path):
        settings.TERM_SEAL_DEMO = tmp_path / "seal.p12"
        first = certificates.signer().signing_cert
        assert certificates.signer().signing_cert.sha256 == first.sha256
        assert "demonstração" in first.subject.human_friendly
        assert settings.TERM_SEAL_DEMO.stat().st_mode & 0o077 == 0
        assert certificates.is_demonstration()

    def test_the_pages_say_of_a_demonstration_that_it_is_one(self, client):
        address = reverse("acceptance:verify", args=[a_sealed_term().code])
        text = client.get(address).content.decode()
        assert "Certificado de demonstração" in text
        assert "Selado pela Presence" not in text

    def test_a_pkcs12_file_with_its_passphrase_seals(self, settings, tmp_path):
        key, certificate = a_certificate()
        path = tmp_path / "presence.p12"
        closed = BestAvailableEncryption(b"uma frase")
        path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, closed))
        settings.TERM_SEAL_FILE, settings.TERM_SEAL_PASSPHRASE = str(path), "uma frase"
        found = verification.examine(content_of(a_sealed_term().sealed), trust.configured())
        assert found.outcome is Outcome.WHOLE
        assert "Presence de teste" in found.sealed_by
        settings.TERM_SEAL_PASSPHRASE = "outra"
        with pytest.raises(certificates.NoCertificate) as refusal:
            certificates.signer()
        assert "outra" not in str(refusal.value)

    def test_a_key_in_hardware_asks_for_its_package(self, settings):
        settings.TERM_SEAL_PKCS11_MODULE = "/usr/lib/token.so"
        with pytest.raises(certificates.NoCertificate):
            certificates.signer()

    def test_the_deployment_check_warns_without_one_and_fails_with_one_that_does_not_open(self, settings, tmp_path):
        def ids():
            return {each.id for each in run_checks(tags=["security"], include_deployment_checks=True)}

        assert "seals.W001" in ids()
        settings.TERM_SEAL_FILE = str(tmp_path / "none.p12")
        assert "seals.E001" in ids()
        certificates.make(tmp_path / "none.p12")
        assert {each for each in ids() if each.startswith("acceptance.")} == {"acceptance.I001"}


class TestTheTimestamp:
    @pytest.fixture
    def authority(self, monkeypatch, settings):
        """A timestamp authority behind the one way out; the requests that it got."""
        settings.TERM_TSA_URL = "https://tsa.example.com/"
        key, certificate = a_certificate(ExtendedKeyUsageOID.TIME_STAMPING)
        self.certificate = certificate
        stamper = DummyTimeStamper(
            translate_pyca_cryptography_cert_to_asn1(certificate), translate_pyca_cryptography_key_to_asn1(key)
        )
        asked = []

        def answers(method, url, *, headers, body, max_bytes):
            asked.append((method, url, headers["Content-Type"]))
            with_answer = stamper.request_tsa_response(tsp.TimeStampReq.load(body))
            return outbound.Answer(200, url, {"content-type": "application/timestamp-reply"}, with_answer.dump())

        monkeypatch.setattr(outbound, "fetch", answers)
        return asked

    def test_it_is_in_the_seal_and_asked_for_through_the_one_way_out(self, authority):
        content = content_of(a_sealed_term().sealed)
        believed = trust.Trust(roots=(translate_pyca_cryptography_cert_to_asn1(self.certificate),))
        found = verification.examine(content, believed)
        assert found.problems == []
        assert found.timestamped
        assert "(timestamped)" in found.sealing_time()
        # A token of an authority that nobody vouched for says nothing of the time: anybody can put one there.
        found = verification.examine(content)
        assert found.problems == []
        assert not found.timestamped
        assert "Presence de teste" in found.unvouched_time_authority
        assert "nobody vouched" in found.sealing_time()
        assert set(authority) == {("POST", "https://tsa.example.com/", "application/timestamp-query")}

    def test_an_authority_that_is_away_leaves_the_term_unsealed_for_the_clock(self, settings, monkeypatch):
        settings.TERM_TSA_URL = "https://tsa.example.com/"

        def away(*args, **kwargs):
            raise outbound.Unreachable("timeout")

        monkeypatch.setattr(outbound, "fetch", away)
        term = opened(a_draft())
        for role in ROLES:
            signs(term, role)
        tasks.seal_term(term.pk)
        assert fresh(term).sealed is None


def test_sealing_works_where_an_event_loop_runs_already(signed, quick):
    async def inside():
        return await asyncio.to_thread(certificates.signer)

    assert asyncio.run(inside()).signing_cert is not None
