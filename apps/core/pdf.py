"""HTML to PDF/A-3u by WeasyPrint, with neither network nor file system within its reach."""

from collections.abc import Sequence

from weasyprint import HTML, Attachment
from weasyprint.urls import URLFetcher


class NothingToFetch(ValueError):
    """A document asked for something outside itself."""


class NoFetcher(URLFetcher):
    """Refuses every address, of the network, of the disk and of data alike; the document goes on without it."""

    def fetch(self, url: str, headers: object = None):
        raise NothingToFetch(url)


def render(html: str, attachments: Sequence[Attachment] = (), *, tagged: bool = False) -> bytes:
    """The PDF of ``html``, with ``attachments`` inside it; ``tagged`` for who has it read aloud."""
    document = HTML(string=html, url_fetcher=NoFetcher())
    return document.write_pdf(pdf_variant="pdf/a-3u", pdf_tags=tagged, attachments=list(attachments))
