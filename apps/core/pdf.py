"""HTML to PDF/A-3u by WeasyPrint, with neither network nor file system within its reach."""

from collections.abc import Sequence

from weasyprint import HTML, Attachment


class NothingToFetch(ValueError):
    """A document asked for something outside itself."""


def refuse_everything(url: str, *args: object, **kwargs: object):
    raise NothingToFetch(url)


def render(html: str, attachments: Sequence[Attachment] = ()) -> bytes:
    """The PDF of ``html``, with ``attachments`` inside it."""
    document = HTML(string=html, url_fetcher=refuse_everything)
    return document.write_pdf(pdf_variant="pdf/a-3u", attachments=list(attachments))
