"""The certificate of a purge is a document of its own: sealed, within its page, with a code that anybody may ask for."""

import io

import pytest
from django.urls import reverse
from pyhanko.pdf_utils.reader import PdfFileReader

from apps.accounts.models import User
from apps.core import clock
from apps.core.models import UnfinishedWork
from apps.core.process import Stage
from apps.prerequisites import actions as prerequisites
from apps.prerequisites import events, personal_data, tasks
from apps.prerequisites.credentials import certificate, purge
from apps.prerequisites.models import PurgeCertificate
from apps.rollouts import parties, timeline
from tests.companies.factories import CompanyFactory
from tests.notices.factories import an_event
from tests.papers.corpus import TEXTS
from tests.papers.glyphs import Margins, misplaced, text_of
from tests.pdfa import faults
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _seal(presences_seal):
    """Certificates bear the seal of a trial."""


@pytest.fixture
def rollout():
    return at_stage(RolloutFactory(), Stage.COMPLETED)


def a_purge(rollout, titles=("Token da loja",), by="pm"):
    items = [{"title": {"pt": title, "en": title}, "secrets": 2} for title in titles]
    purged = events.Purged(
        items=items, secrets=2 * len(items), sha256="a" * 64, days=90, closed_at=clock.now()
    )  # fmt: skip
    with timeline.changing(rollout, even_closed=True) as locked:
        return purge.certify(locked, purged, rollout.people[by] if by else None)


def words(content):
    return " ".join(" ".join(text_of(content)).split())


def test_it_names_the_company_who_asked_and_what_was_destroyed_and_is_sealed(rollout):
    row = certificate.of_event(a_purge(rollout))
    content = certificate.document(row)
    text = words(content)
    client = rollout.company("client")
    for part in (client.legal_name, str(rollout.people["pm"]), "Token da loja", row.code, "(UTC−3)", "a" * 64):
        assert part in text
    assert faults(content) == []
    (seal,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    assert seal.field_name == "SeloPresence"


def test_a_purge_that_nobody_asked_for_says_that_its_time_had_come(rollout):
    assert "o prazo de guarda terminou" in words(certificate.document(certificate.of_event(a_purge(rollout, by=None))))


def test_every_glyph_lies_within_the_margins_and_over_no_other(rollout):
    titles = [text.replace("\x00", "") for text in TEXTS.values()]
    content = certificate.document(certificate.of_event(a_purge(rollout, titles)))
    assert misplaced(content, Margins(bottom=30)) == []


def test_the_project_downloads_it(rollout, client_for):
    other, event = an_event(rollout), a_purge(rollout)
    browser = client_for(rollout.people["client"])
    room = reverse("prerequisites:certificate", args=[rollout.pk])
    address = reverse("prerequisites:certificate_file", args=[rollout.pk, event.sequence])
    assert "o PDF ainda não foi gerado" in browser.get(room).content.decode()
    assert browser.get(address).status_code == 503
    tasks.seal_waiting_certificates()
    assert address in browser.get(room).content.decode()
    answer = browser.get(address)
    assert answer["Content-Type"] == "application/pdf"
    content = answer.getvalue()
    assert content.startswith(b"%PDF-")
    assert browser.get(address).getvalue() == content
    assert browser.get(reverse("prerequisites:certificate_file", args=[rollout.pk, other.sequence])).status_code == 404


def test_without_anything_to_seal_with_the_download_says_so(rollout, client_for, settings):
    settings.TERM_SEAL_FILE = settings.TERM_SEAL_DEMO = settings.TERM_SEAL_PKCS11_MODULE = ""
    event = a_purge(rollout)
    tasks.seal_waiting_certificates()
    assert not UnfinishedWork.objects.exists()
    address = reverse("prerequisites:certificate_file", args=[rollout.pk, event.sequence])
    answer = client_for(rollout.people["client"]).get(address)
    assert answer.status_code == 503
    assert "O selo da Presence" in answer.content.decode()


def keep_missing_names():
    for event_pk in certificate.purges_without_names():
        certificate.keep_names(event_pk)


def test_the_names_that_an_older_version_did_not_keep_are_read_all_the_same_and_kept_by_night(rollout, client_for):
    event, legal_name = a_purge(rollout), rollout.company("client").legal_name
    page = client_for(rollout.people["pm"]).get(reverse("prerequisites:certificate", args=[rollout.pk]))
    assert legal_name in page.content.decode()
    keep_missing_names()
    keep_missing_names()
    row = PurgeCertificate.objects.get(event=event)
    assert (row.client_legal_name, row.purged_by_name) == (legal_name, rollout.people["pm"].name)


def test_the_client_that_was_leaving_then_is_the_one_that_is_named(rollout):
    rollout = at_stage(rollout, Stage.DEVELOPMENT)
    before = rollout.company("client")
    item = PrerequisiteFactory(rollout=rollout, credential=True)
    prerequisites.submit(item, by=rollout.people["client"], values={"account": "a", "token": "segredo"})
    parties.replace(
        rollout,
        "client",
        by=rollout.people["pm"],
        company=CompanyFactory(kind="client"),
        reason="x",
        credentials="purge",
    )
    kept = PurgeCertificate.objects.get()
    kept.delete()
    keep_missing_names()
    assert PurgeCertificate.objects.get().client_legal_name == kept.client_legal_name == before.legal_name


def test_of_who_was_erased_the_document_is_drawn_again_without_the_name(rollout):
    name = rollout.people["pm"].name
    event = a_purge(rollout)
    tasks.seal_waiting_certificates()
    assert name in words(PurgeCertificate.objects.get().pdf.read())
    User.objects.filter(pk=event.actor_id).update(name="", erased_at=clock.now())
    personal_data.HOLDINGS[0].erase(event.actor)
    assert PurgeCertificate.objects.get().pdf is None
    tasks.seal_waiting_certificates()
    assert name not in words(PurgeCertificate.objects.get().pdf.read())


class TestTheCode:
    def test_anybody_finds_the_certificate_by_it_however_it_is_typed(self, rollout, client):
        row = certificate.of_event(a_purge(rollout))
        typed = f" {row.code.lower().replace('-', ' ')} "
        answer = client.get(reverse("acceptance:verify_start"), {"code": typed})
        assert answer.url == reverse("acceptance:verify", args=[row.code])
        page = client.get(answer.url).content.decode()
        assert rollout.company("client").legal_name in page
        assert "a" * 64 in page

    def test_it_names_no_person_and_no_credential(self, rollout, client):
        row = certificate.of_event(a_purge(rollout))
        page = client.get(reverse("acceptance:verify", args=[row.code])).content.decode()
        assert str(rollout.people["pm"]) not in page
        assert "Token da loja" not in page

    def test_another_event_has_no_certificate(self, rollout, client):
        other = an_event(rollout)
        assert certificate.by_code(other.hash[:12]) is None
        assert client.get(reverse("acceptance:verify", args=[other.hash[:12]])).status_code == 404
