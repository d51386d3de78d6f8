"""The rows of a workbook's first sheet, or of a CSV, as text: for ``core.untrusted.confined``, so without Django."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO

LONGEST = 2000
"""Characters of a cell that are read."""
MOST_LINES = 5000
"""So many lines of a sheet are looked at, written or not: of some sheets a million empty ones have a border."""
SIGNATURE = b"PK\x03\x04"
"""How a workbook begins, which is a ZIP."""


def read(source: BinaryIO, *, rows: int, columns: int) -> dict[str, Any]:
    """``rows``: the lines through the last of the first so many that have something written, each with at most so many
    cells, days as ISO; those in between with nothing are empty. ``more`` where others have something written.
    ``problem``: ``workbook`` for what begins like one and is none, ``text`` for what is no text either."""
    content = source.read()
    try:
        lines = _of_workbook(content, columns) if content.startswith(SIGNATURE) else _of_csv(content, columns)
        return _written(islice(lines, MOST_LINES), rows)
    except UnicodeDecodeError:
        return {"problem": "text"}
    except Exception:  # Whatever a library says of a broken workbook: here nothing else can be broken by it.
        return {"problem": "workbook" if content.startswith(SIGNATURE) else "text"}


def _written(lines: Iterable[list[str]], rows: int) -> dict[str, Any]:
    written_lines: list[list[str]] = []
    count, last = 0, 0
    for line in lines:
        has_text = any(line)
        if has_text and count == rows:
            return {"rows": written_lines[:last], "more": True}
        written_lines.append(line if has_text else [])
        if has_text:
            count, last = count + 1, len(written_lines)
    return {"rows": written_lines[:last], "more": False}


def _of_workbook(content: bytes, columns: int) -> Iterator[list[str]]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # What the file says of its size is not believed.
    for line in sheet.iter_rows(max_row=MOST_LINES, max_col=columns, values_only=True):
        yield [_text(value) for value in line]


def _of_csv(content: bytes, columns: int) -> Iterator[list[str]]:
    text = _decoded(content)
    if "\0" in text:
        raise UnicodeDecodeError("utf-8", content[:1], 0, 1, "no text")
    head = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=head.count)
    for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        yield [_text(cell) for cell in line[:columns]]


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    # What exports mark as text so that no spreadsheet takes it for a formula.
    return text.removeprefix("'")[:LONGEST] if text[1:2] in tuple("=+-@|") else text[:LONGEST]
