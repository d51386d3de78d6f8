"""HTML to PDF/A-3u, with neither network nor file system within its reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.core.papers import fonts as pdf_fonts
from apps.core.papers.legible import legible, tied, with_glyphs


@dataclass(frozen=True)
class Attachment:
    """A file inside a PDF: what the document was made from. ``dated`` is when it was written, never the moment at which the
    PDF is made, so that the same document gives the same bytes."""

    name: str
    content: bytes
    dated: datetime
    description: str | None = None


def render(
    html: str,
    attachments: Sequence[Attachment] = (),
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """The PDF of ``html``, with ``attachments`` inside it and ``pictures`` (JPEG) where it shows ``picture:<key>``; tagged
    for who has it read aloud. Its text is ``legible``, and what this machine's fonts cannot draw stands as ``[U+1F6D2]``."""
    from apps.core.papers import renderer as pdf_renderer

    files = [pdf_renderer.attached(file.name, file.content, file.dated, file.description) for file in attachments]
    return pdf_renderer.render(with_glyphs(tied(legible(html)), pdf_fonts.has_glyph), files, pictures)
