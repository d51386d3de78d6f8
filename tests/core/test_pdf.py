"""Documents are made from what is handed over, and from nothing else."""

import io
from datetime import UTC, datetime

import pytest
from PIL import Image
from weasyprint import HTML

from apps.core.papers import pdf
from apps.core.papers.renderer import NoFetcher, NothingToFetch
from tests.pdfa import faults, unreadable

DATED = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGE = '<html lang="pt-BR"><head><title>Documento</title></head><body><p>Texto</p>{}</body></html>'


def a_jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    return out.getvalue()


def an_attachment() -> pdf.Attachment:
    return pdf.Attachment("a.json", b"{}", dated=DATED)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://127.0.0.1:8000/", "https://example.com/x.png"])
def test_the_renderer_refuses_any_address(url):
    with pytest.raises(NothingToFetch):
        NoFetcher().fetch(url)


def test_a_document_that_asks_for_something_is_made_without_it():
    content = pdf.render('<p>Texto</p><img src="file:///etc/passwd">')
    assert content.startswith(b"%PDF")
    assert b"root:" not in content


def test_only_a_picture_that_was_given_is_there():
    fetcher = NoFetcher({"1": b"jpeg"})
    assert fetcher.fetch("picture:1").read() == b"jpeg"
    for url in ("picture:2", "file:1"):
        with pytest.raises(NothingToFetch):
            fetcher.fetch(url)


def test_what_is_made_is_the_archival_document_that_it_says_it_is():
    content = pdf.render(PAGE.format('<img src="picture:1" alt="Foto">'), [an_attachment()], {"1": a_jpeg()})
    assert faults(content) == []
    assert unreadable(content) == {"ID-PART-001", "ID-SCHEMA-001"}  # That it is PDF/UA is not claimed.


def test_without_what_is_done_for_it_the_checker_finds_fault():
    """WeasyPrint alone: the metadata compressed, a picture that the reader's program smooths."""
    fetcher = NoFetcher({"1": a_jpeg()})
    plain = HTML(string=PAGE.format('<img src="picture:1" alt="Foto">'), url_fetcher=fetcher)
    found = {fault.partition(":")[0] for fault in faults(plain.write_pdf(pdf_variant="pdf/a-3u"))}
    assert found == {"PDFA3U-METADATA-FILTER-001", "PDFA3U-IMAGE-INTERPOLATE-001"}


def test_a_length_that_is_wrong_is_found():
    content = pdf.render(PAGE.format(""))
    place = content.index(b"/Length ", content.index(b"/Subtype /XML")) + len(b"/Length ")
    assert any("STREAM-LENGTH" in fault for fault in faults(content[:place] + b"9" + content[place + 1 :]))


def test_the_same_text_gives_the_same_bytes():
    assert len({pdf.render(PAGE.format(""), [an_attachment()]) for _time in range(2)}) == 1
