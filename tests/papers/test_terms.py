"""A term and its evidence keep within their pages; the text says who signs, up to when, under which law."""

import copy

import pytest

from apps.stages.acceptance.sealing import document, evidence, rendering
from tests.acceptance.factories import a_draft, a_sealed_term
from tests.acceptance.test_pdf import a_full_record, everywhere
from tests.papers.corpus import TEXTS
from tests.papers.glyphs import Margins, misplaced, text_of
from tests.pdfa import faults

pytestmark = pytest.mark.django_db

MARGINS = Margins(bottom=30)


def words(content: bytes) -> str:
    return " ".join(" ".join(text_of(content)).split())


def test_every_glyph_lies_within_the_margins_and_over_no_other():
    term = a_draft()
    term.record = a_full_record(term)
    plain, envelope = copy.deepcopy(term.record), copy.deepcopy(term.envelope)
    for name, text in TEXTS.items():
        text = text.replace("\x00", "")
        term.record = everywhere(plain, text)
        term.envelope = envelope | {
            "signatories": [row | {"name": text, "position": text, "company": text} for row in envelope["signatories"]]
        }
        content = rendering.pdf(term)
        assert misplaced(content, MARGINS) == [], name
        assert faults(content) == [], name


def test_evidence_keeps_within_its_pages():
    term = a_draft()
    entry = {
        "at": "2026-11-28T12:00:00.000000+00:00", "role": "client", "number": 1, "hash": "a" * 64, "sha256": "b" * 64,
        "method": "code", "delegated_from": "", "email": "a***@exemplo.com.br",
    }  # fmt: skip
    for name, text in TEXTS.items():
        typed = {"name": text, "company": text, "address": "203.0.113.7", "agent": text, "consent": text}
        log = {
            "document": {"bytes": 1, "sha256": "c" * 64}, "timeline": {"sequence": 3, "hash": "d" * 64},
            "entries": [entry | {"what": "opened"}, entry | {"what": "signed", **typed}],
        }  # fmt: skip
        assert misplaced(rendering.evidence_pdf(term, log), MARGINS) == [], name


class TestTheText:
    def test_it_says_who_signs_until_when_where_and_under_which_law(self):
        term = a_draft()
        text = words(rendering.pdf(term))
        assert "Cláusula 1. " in text
        assert "e não assina este termo" in text
        assert "declara ter poderes" in text
        assert "Horas apontadas até" in text
        assert "(UTC−3)" in text
        assert " UTC " not in text.replace("(UTC−3)", "")
        assert "art. 784, § 4º" in text
        assert "(s)" not in text
        assert "esta é uma via não assinada" in text
        assert "Fica eleito o foro da comarca de Curitiba/PR para" in text

    def test_what_was_drafted_before_is_shown_as_it_was_then(self):
        term = a_draft()
        del term.envelope["layout"]
        assert "hora (UTC)" in rendering.body(term.envelope, term.record)
        assert "14.063" in evidence.consent(term)

    def test_what_is_drafted_now_names_its_layout(self):
        term = a_draft()
        assert term.envelope["layout"] == document.LAYOUT
        assert "14.063" not in evidence.consent(term)
        assert "CPC" in evidence.consent(term)


def test_a_sealed_term_is_an_archival_document():
    sealed = a_sealed_term().sealed.read()
    assert faults(sealed) == []
    assert misplaced(sealed, MARGINS) == []
