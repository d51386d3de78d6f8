"""The rows of a workbook's first sheet, or of a CSV, as text: for ``core.untrusted.confined``, so without Django."""

import csv
import io
from datetime import date, datetime
from typing import Any, BinaryIO

LONGEST = 2000
"""Characters of a cell that are read."""
SIGNATURE = b"PK\x03\x04"
"""How a workbook begins, which is a ZIP."""


def read(source: BinaryIO, *, rows: int, columns: int) -> dict[str, Any]:
    """``rows``: the first so many lines, each with at most so many cells, days as ISO; ``more`` where there are others.
    ``problem``: ``workbook`` for what begins like one and is none, ``text`` for what is no text either."""
    content = source.read()
    try:
        lines = (
            _of_workbook(content, rows, columns) if content.startswith(SIGNATURE) else _of_csv(content, rows, columns)
        )
    except UnicodeDecodeError:
        return {"problem": "text"}
    except Exception:  # Whatever a library says of a broken workbook: here nothing else can be broken by it.
        return {"problem": "workbook" if content.startswith(SIGNATURE) else "text"}
    return {"rows": lines[:rows], "more": len(lines) > rows}


def _of_workbook(content: bytes, rows: int, columns: int) -> list[list[str]]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # What the file says of its size is not believed.
    lines = sheet.iter_rows(max_row=rows + 1, max_col=columns, values_only=True)
    return [[_text(value) for value in line] for line in lines]


def _of_csv(content: bytes, rows: int, columns: int) -> list[list[str]]:
    text = _decoded(content)
    if "\0" in text:
        raise UnicodeDecodeError("utf-8", content[:1], 0, 1, "no text")
    head = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=head.count)
    lines = []
    for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        lines.append([_text(cell) for cell in line[:columns]])
        if len(lines) > rows:
            break
    return lines


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
