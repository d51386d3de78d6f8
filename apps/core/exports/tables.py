"""Tables that leave the application: rows under columns, as CSV, as a workbook (XLSX) and as JSON."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils import translation

from apps.core import clock
from apps.core.exports.downloads import as_json, download

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

STARTS_A_FORMULA = "=+-@|"
SHEET_NAME_AT_MOST = 31
"""Characters that a spreadsheet takes in the name of a sheet."""


class Kind(StrEnum):
    """What a column holds. A workbook shows ``MINUTES`` with their unit, ``CENTAVOS`` as reais and an ``INSTANT`` (ISO 8601)
    in the installation's time zone; CSV and JSON have all of them as they are."""

    TEXT = "text"
    MINUTES = "minutes"
    CENTAVOS = "centavos"
    INSTANT = "instant"


NUMBER_FORMATS = {
    Kind.MINUTES: '0 "min"',
    Kind.CENTAVOS: '"R$" #,##0.00',
    Kind.INSTANT: "dd/mm/yyyy hh:mm",
}


@dataclass(frozen=True)
class Column:
    """One column. ``name`` is its key in the rows and its heading in CSV and JSON, ``heading`` the one in a workbook, where
    ``labels`` gives the words for the values and ``width`` is in characters."""

    name: str
    heading: "StrOrPromise" = ""
    kind: Kind = Kind.TEXT
    labels: "Mapping[str, StrOrPromise]" = field(default_factory=dict)
    width: int = 16
    wraps: bool = False


@dataclass(frozen=True)
class Export:
    """A table under the file name ``name`` (without its ending). Each row has a value under each column's name.

    ``sheet`` names its sheet in a workbook and ``title`` the workbook, the file's name where they are left out. Words are in
    ``language``, the reader's where it is left out. A CSV begins with the columns' names, for importers, or with their
    headings where people alone read it (``for_people``). A table that says when it was made (``created_at``, aware) gives
    the same bytes every time.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Mapping[str, Any]]
    sheet: "StrOrPromise" = ""
    title: "StrOrPromise" = ""
    created_at: datetime | None = None
    language: str = ""
    for_people: bool = False

    def as_csv(self) -> bytes:
        """UTF-8 with BOM, semicolons, CRLF: what Excel in Brazil opens and importers take. No cell begins a formula."""
        out = io.StringIO()
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        with self.in_its_language():
            writer.writerow([harmless(column.heading if self.for_people else column.name) for column in self.columns])
        for row in self.rows:
            cells = [row[column.name] for column in self.columns]
            writer.writerow([cell if isinstance(cell, int) else harmless(cell) for cell in cells])
        return out.getvalue().encode("utf-8-sig")

    def as_xlsx(self) -> bytes:
        """A workbook with this table as its one sheet."""
        return workbook([self], title=self.title or self.name, created_at=self.created_at)

    def as_json(self) -> bytes:
        """The rows as a list of objects, in the columns' order."""
        return as_json([{column.name: row[column.name] for column in self.columns} for row in self.rows])

    def in_its_language(self) -> AbstractContextManager[None]:
        """Within the block, words are in the table's language."""
        return translation.override(self.language) if self.language else nullcontext()

    def download(self, ending: str) -> HttpResponse:
        """The table as a file of one of ``FORMATS``. The caller has checked access. Raises ``KeyError`` for another."""
        written, content_type = FORMATS[ending]
        return download(written(self), f"{self.name}.{ending}", content_type)


XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {
    "csv": (Export.as_csv, "text/csv; charset=utf-8"),
    "xlsx": (Export.as_xlsx, XLSX_TYPE),
    "json": (Export.as_json, "application/json"),
}
"""How a table is written and served, by the ending of the file."""


def workbook(sheets: Iterable[Export], *, title: "StrOrPromise" = "", created_at: datetime | None = None) -> bytes:
    """A workbook with a sheet for each of ``sheets``. Text is text, never a formula, a link or a number."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    properties: dict[str, Any] = {"title": str(title)} if title else {}
    if created_at:
        properties["created"] = created_at.replace(tzinfo=None)
    if properties:
        book.set_properties(properties)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    formats = {
        (kind, wraps): book.add_format(
            {"valign": "top", "text_wrap": wraps}
            | ({"num_format": NUMBER_FORMATS[kind]} if kind in NUMBER_FORMATS else {})
        )
        for kind in Kind
        for wraps in (False, True)
    }
    for table in sheets:
        sheet = book.add_worksheet(str(table.sheet or table.name)[:SHEET_NAME_AT_MOST])
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, column.width)
        last = 1
        with table.in_its_language():
            for place, column in enumerate(table.columns):
                sheet.write_string(0, place, str(column.heading or column.name), head)
            for last, row in enumerate(table.rows, start=1):
                for place, column in enumerate(table.columns):
                    _write(sheet, last, place, column, row[column.name], formats[column.kind, column.wraps])
        sheet.autofilter(0, 0, last, len(table.columns) - 1)
    book.close()
    return out.getvalue()


def _write(sheet: Any, line: int, place: int, column: Column, value: Any, cell_format: Any) -> None:
    if value is None or value == "":
        return
    if column.kind == Kind.CENTAVOS:
        sheet.write_number(line, place, value / 100, cell_format)
    elif column.kind == Kind.INSTANT:
        at = clock.local(datetime.fromisoformat(value), clock.installation_zone())
        sheet.write_datetime(line, place, at.replace(tzinfo=None), cell_format)
    elif isinstance(value, int):
        sheet.write_number(line, place, value, cell_format)
    else:
        sheet.write_string(line, place, str(column.labels.get(value, value)), cell_format)


def harmless(value: object) -> str:
    """The text of ``value``, marked as text where a spreadsheet would take it for a formula: also behind blanks, invisible
    characters or in the wide forms of East Asian keyboards."""
    text = "" if value is None else str(value)
    start = unicodedata.normalize("NFKC", "".join(char for char in text if unicodedata.category(char)[0] != "C"))
    is_formula = start.lstrip().startswith(tuple(STARTS_A_FORMULA)) or text.startswith(("\t", "\r", "\n"))
    return f"'{text}" if is_formula else text
