"""The certificate of a purge is a document of its own: sealed, within its page, with a code that anybody may ask for."""

import io

import pytest
from django.urls import reverse
from pyhanko.pdf_utils.reader import PdfFileReader

from apps.core import clock
from apps.core.process import Stage
from apps.prerequisites import events
from apps.prerequisites.credentials import certificate, purge
from apps.rollouts import timeline
from tests.notices.factories import an_event
from tests.papers.corpus import TEXTS
from tests.papers.glyphs import Margins, misplaced, text_of
from tests.pdfa import faults
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
    page = browser.get(reverse("prerequisites:certificate", args=[rollout.pk])).content.decode()
    address = reverse("prerequisites:certificate_file", args=[rollout.pk, event.sequence])
    assert address in page
    answer = browser.get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert browser.get(reverse("prerequisites:certificate_file", args=[rollout.pk, other.sequence])).status_code == 404


def test_without_anything_to_seal_with_the_download_says_so(rollout, client_for, settings):
    settings.TERM_SEAL_FILE = settings.TERM_SEAL_DEMO = settings.TERM_SEAL_PKCS11_MODULE = ""
    event = a_purge(rollout)
    address = reverse("prerequisites:certificate_file", args=[rollout.pk, event.sequence])
    answer = client_for(rollout.people["client"]).get(address)
    assert answer.status_code == 503
    assert "O selo da Presence" in answer.content.decode()


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
