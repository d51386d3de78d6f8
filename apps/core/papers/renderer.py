"""WeasyPrint, with neither network nor file system within its reach. ``pdf`` is the way in: it imports this once a PDF is
made, since WeasyPrint takes half as long to import as the whole application."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from weasyprint import CSS, HTML, Attachment
from weasyprint.urls import URLFetcher, URLFetcherResponse

# PDF/A has no picture smoothed by the reader's program.
PICTURES = "html { image-rendering: crisp-edges }"


class NothingToFetch(ValueError):
    """A document asked for something outside itself."""


class NoFetcher(URLFetcher):
    """Refuses every address, of the network, of the disk and of data alike; the document goes on without it.

    Only the JPEG ``pictures`` that it was given are there, as ``picture:<key>``.
    """

    def __init__(self, pictures: Mapping[str, bytes] | None = None) -> None:
        super().__init__()
        self.pictures = pictures or {}

    def fetch(self, url: str, headers: object = None):
        scheme, _colon, key = url.partition(":")
        if scheme == "picture" and key in self.pictures:
            return URLFetcherResponse(url, self.pictures[key], {"Content-Type": "image/jpeg"})
        raise NothingToFetch(url)


def render(html: str, attachments: Sequence[Attachment], pictures: Mapping[str, bytes] | None) -> bytes:
    """What ``pdf.render`` gives."""
    document = HTML(string=html, url_fetcher=NoFetcher(pictures))
    return document.write_pdf(
        pdf_variant="pdf/a-3u",
        pdf_tags=True,
        attachments=list(attachments),
        stylesheets=[CSS(string=PICTURES)],
        finisher=_metadata_in_clear,
    )


def attached(name: str, content: bytes, dated: datetime, description: str | None) -> Attachment:
    """``pdf.Attachment`` as WeasyPrint takes it."""
    return Attachment(
        string=content, name=name, description=description, created=dated, modified=dated, relationship="Source"
    )


def _metadata_in_clear(document: object, pdf: Any) -> None:
    """Leave the catalog's metadata uncompressed, as PDF/A-3 wants it; WeasyPrint compresses every stream alike."""
    number = int(pdf.catalog["Metadata"].split()[0])
    pdf.objects[number].compress = False
