"""How a term's PDF looks before and after it was signed elsewhere, and the place in it for what shows those signatures.

Nothing of Django is used here: ``examiner`` reads this in a process of its own.
"""

from dataclasses import dataclass
from typing import Any

import pypdfium2
from PIL import ImageChops, ImageDraw
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver

from apps.stages.acceptance.certificates.changes import Additions
from apps.stages.acceptance.certificates.shapes import Changed

BEGIN, END = "carimbos-inicio", "carimbos-fim"
"""What the term's template calls the upper left corner of the place, and the one below its lower right one."""
SCALE = 1.0
"""Pixels to a point: what is smaller than a pixel still leaves a trace in its shade."""
PAGES = 500
WHITE = (255, 255, 255)
BOXES = ("get_mediabox", "get_cropbox", "get_rotation", "get_size")

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""


@dataclass(frozen=True)
class Place:
    """Where a document has room for what shows signatures: its page, its index, from 0, and the box on it."""

    page: generic.Reference
    number: int
    box: Box


def place(document: HistoricalResolver) -> Place | None:
    """The place that ``document`` leaves for stamps; a term that was drawn before there was one has none."""
    try:
        names = document.root["/Names"]["/Dests"]["/Names"]
        pages = [page.reference for page in document.root["/Pages"]["/Kids"]]
        destinations = {str(names[number]): names[number + 1] for number in range(0, len(names), 2)}
        begin, end = destinations[BEGIN], destinations[END]
    except (KeyError, TypeError, IndexError):
        return None
    page = begin.raw_get(0).reference
    if end.raw_get(0).reference != page or page not in pages:
        return None
    return Place(page, pages.index(page), (float(begin[2]), float(end[3]), float(end[2]), float(begin[3])))


def review(before: bytes, after: bytes, added: Additions, room: Place | None) -> None:
    """Raise ``Changed`` unless ``after`` looks as ``before`` does, but for what shows its signatures: each in the place for
    it, none on another, and on blank paper."""
    boxes = _stamps(added, room)
    with pypdfium2.PdfDocument(before) as old, pypdfium2.PdfDocument(after) as new:
        if len(old) != len(new):
            raise Changed
        if len(old) > PAGES:
            raise Changed("many")
        new.init_forms()
        for number in range(len(old)):
            _compare(old[number], new[number], boxes if room and number == room.number else [])


def _stamps(added: Additions, room: Place | None) -> list[Box]:
    boxes: list[Box] = []
    for reference, widget in added.widgets.items():
        box = _box(widget)
        if box is None:
            continue
        is_timestamp = added.is_timestamp(reference)
        if room is None or is_timestamp or added.pages.get(reference) != room.page or not _is_within(box, room.box):
            raise Changed("stamp")
        if any(_overlap(box, other) for other in boxes):
            raise Changed("stamp")
        boxes.append(box)
    return boxes


def _box(widget: generic.DictionaryObject) -> Box | None:
    """Where a field shows; None when it shows nowhere."""
    if "/Rect" not in widget:
        return None
    corners = [float(corner) for corner in widget["/Rect"]]
    if len(corners) != 4 or not all(abs(corner) < 1e5 for corner in corners):
        raise Changed("stamp")
    (x_left, x_right), (bottom, top) = sorted(corners[::2]), sorted(corners[1::2])
    return (x_left, bottom, x_right, top) if x_right > x_left and top > bottom else None


def _is_within(box: Box, room: Box) -> bool:
    return box[0] >= room[0] and box[1] >= room[1] and box[2] <= room[2] and box[3] <= room[3]


def _overlap(first: Box, second: Box) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]


def _compare(old: Any, new: Any, boxes: list[Box]) -> None:
    if any(getattr(old, name)() != getattr(new, name)() for name in BOXES):
        raise Changed
    before, after = (page.render(scale=SCALE, draw_annots=True, may_draw_forms=True).to_pil().convert("RGB")
                     for page in (old, new))  # fmt: skip
    if before.tobytes() == after.tobytes():
        return
    different, height = ImageChops.difference(before, after), before.height
    painted = ImageDraw.Draw(different)
    for x_left, bottom, x_right, top in boxes:
        # A stamp's edge shades the pixel in which it lies.
        area = (
            int(x_left * SCALE) - 1,
            int(height - top * SCALE) - 1,
            int(x_right * SCALE) + 1,
            int(height - bottom * SCALE) + 1,
        )
        if before.crop((*area[:2], area[2] + 1, area[3] + 1)).getextrema() != tuple((shade, shade) for shade in WHITE):
            raise Changed("stamp")
        painted.rectangle(area, fill="black")
    if different.getbbox():
        raise Changed
