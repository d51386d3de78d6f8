"""Draws the first pages of a PDF, or an image, as PNG.

A reader of ``core.untrusted.confined``: it knows no settings and no database.
"""

import base64
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

PAGES = 3
SIDE = 1200
"""The longest side of a picture, in pixels."""
PIXELS = 60_000_000
"""The largest image that is opened."""
FORMATS = ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"]


def read(source: BinaryIO, *, kind: str) -> list[str]:
    """The pictures of a file of ``kind`` (pdf, image) as PNG in base64; none of an image with too many pixels."""
    pictures = {"pdf": _of_pdf, "image": _of_image}[kind](source)
    return [base64.b64encode(_png(picture)).decode() for picture in pictures]


def _of_image(source: BinaryIO) -> Iterator[Any]:
    from PIL import Image, ImageOps

    with Image.open(source, formats=FORMATS) as image:
        if image.width * image.height > PIXELS:
            return
        image.draft("RGB", (SIDE, SIDE))
        image.thumbnail((SIDE, SIDE))
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    paper = Image.new("RGB", upright.size, "white")
    paper.paste(upright, mask=upright.getchannel("A"))
    yield paper


def _of_pdf(source: BinaryIO) -> Iterator[Any]:
    import pypdfium2

    document = pypdfium2.PdfDocument(source)
    for number in range(min(len(document), PAGES)):
        page = document[number]
        scale = SIDE / max(*page.get_size(), 1)
        yield page.render(scale=min(scale, 4), may_draw_forms=False).to_pil().convert("RGB")


def _png(picture: Any) -> bytes:
    box = io.BytesIO()
    picture.save(box, "PNG")
    return box.getvalue()
