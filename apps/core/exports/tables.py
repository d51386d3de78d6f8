"""Tables that leave the application: rows under columns, as CSV for importers or for people, as XLSX, JSON and Parquet."""

import csv
import io
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock, cnpj, minutes
from apps.core.exports import parquet
from apps.core.exports.downloads import as_json, download

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

STARTS_A_FORMULA = "=+-@|"
SHEET_NAME_AT_MOST = 31
"""Characters that a spreadsheet takes in the name of a sheet."""
TITLE_AT_MOST = 80
"""Characters of a title at the head of a printed page: a spreadsheet takes 255 for all three parts of it."""
A4 = 9
LINE_HEIGHT = 15
"""Points that a line of text takes in a cell."""
LINES_AT_MOST = 27
"""A spreadsheet takes 409 points for a row."""
FIRST_YEAR = 1900
"""The first year whose days a spreadsheet counts; days before it stand as text."""
MINUTE = timedelta(minutes=1)


class Kind(StrEnum):
    """What a column holds, as the rows give it: a whole ``NUMBER``, a ``DECIMAL`` (float), whole ``MINUTES`` and
    ``CENTAVOS``, an ``INSTANT`` with its offset, a ``DAY`` and a ``MONTH`` in ISO form (``2026-03-31``, ``2026-03``), a
    ``CNPJ`` without punctuation. Importers get them so."""

    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal"
    MINUTES = "minutes"
    CENTAVOS = "centavos"
    INSTANT = "instant"
    DAY = "day"
    MONTH = "month"
    CNPJ = "cnpj"


NUMBER_FORMATS = {
    Kind.MINUTES: '[h]"h"mm',
    Kind.CENTAVOS: '"R$" #,##0.00',
    Kind.INSTANT: "dd/mm/yyyy hh:mm",
    Kind.DAY: "dd/mm/yyyy",
    Kind.MONTH: "mm/yyyy",
}
"""How a workbook shows what it holds as a number: durations as ``1h30``."""
PARQUET_TYPES = {
    Kind.NUMBER: parquet.Type.WHOLE_NUMBER,
    Kind.DECIMAL: parquet.Type.DECIMAL,
    Kind.MINUTES: parquet.Type.WHOLE_NUMBER,
    Kind.CENTAVOS: parquet.Type.WHOLE_NUMBER,
    Kind.INSTANT: parquet.Type.INSTANT,
    Kind.DAY: parquet.Type.DAY,
    Kind.MONTH: parquet.Type.DAY,
}
"""What a column is in a Parquet file; text where it is not here. A month is its first day."""


@dataclass(frozen=True)
class Column:
    """One column. ``name`` is its key in the rows and its heading for importers, ``heading`` the one for people, whom
    ``labels`` gives the words for the values and ``width`` is in characters. ``total`` has its sum stand under it in a
    workbook. One ``for_importers`` is left out of what people read. So that a workbook prints legibly, one that is
    ``optional`` is left out of it where no row has a value, and one that is ``shared`` stands once above the table where
    all rows have the same."""

    name: str
    heading: "StrOrPromise" = ""
    kind: Kind = Kind.TEXT
    labels: "Mapping[str, StrOrPromise]" = field(default_factory=dict)
    width: int = 16
    wraps: bool = False
    total: bool = False
    for_importers: bool = False
    optional: bool = False
    shared: bool = False


@dataclass(frozen=True)
class Export:
    """A table under the file name ``name`` (without its ending). Each row has a value under each column's name.

    ``sheet`` names its sheet in a workbook and ``title`` the workbook, the file's name where they are left out. Words are in
    ``language``, the reader's where it is left out. A table that says when it was made (``created_at``, aware) gives the same
    bytes every time.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Mapping[str, Any]]
    sheet: "StrOrPromise" = ""
    title: "StrOrPromise" = ""
    created_at: datetime | None = None
    language: str = ""

    def as_csv(self) -> bytes:
        """For importers: the columns' names, which never change, and the values as the rows give them: ISO days and
        instants, whole minutes and centavos. UTF-8 with BOM, semicolons, CRLF. No cell begins a formula."""
        head = [column.name for column in self.columns]
        return _csv([head, *([row[column.name] for column in self.columns] for row in self.rows)])

    def as_csv_for_people(self) -> bytes:
        """For Excel in Brazil: headings and values in words, decimal commas, days as ``31/03/2026`` and instants in the
        installation's time zone, durations as ``1:30``. Encoded as the one for importers."""
        columns = self.columns_for_people
        with self.in_its_language():
            head = [str(column.heading or column.name) for column in columns]
            return _csv([head, *([_in_words(column, row[column.name]) for column in columns] for row in self.rows)])

    def as_xlsx(self) -> bytes:
        """A workbook with this table as its one sheet."""
        return workbook([self], title=self.title or self.name, created_at=self.created_at)

    def as_json(self) -> bytes:
        """The rows as a list of objects, in the columns' order."""
        return as_json([{column.name: row[column.name] for column in self.columns} for row in self.rows])

    def as_parquet(self) -> bytes:
        """For programs that analyse: the columns as importers get them, each with a type of its own, so that a day is a
        date, an instant a timestamp in UTC and a number a number, and null where there is no value."""
        rows = list(self.rows)
        return parquet.content(
            [
                (
                    column.name,
                    PARQUET_TYPES.get(column.kind, parquet.Type.TEXT),
                    [_typed(column, row[column.name]) for row in rows],
                )
                for column in self.columns
            ]
        )

    @property
    def columns_for_people(self) -> list[Column]:
        return [column for column in self.columns if not column.for_importers]

    def in_its_language(self) -> AbstractContextManager[None]:
        """Within the block, words are in the table's language."""
        return translation.override(self.language) if self.language else nullcontext()

    def download(self, format_key: str) -> HttpResponse:
        """The table as a file of one of ``FORMATS``. The caller has checked access. Raises ``Http404`` for another."""
        if (file_format := FORMATS.get(format_key)) is None:
            raise Http404
        return download(file_format.write(self), self.name + file_format.suffix)


@dataclass(frozen=True)
class Format:
    """How a table is written; ``suffix`` follows the table's name in the file's and says whom a CSV is for, ``label`` what a
    menu calls it."""

    write: Callable[[Export], bytes]
    suffix: str
    label: "StrOrPromise"


FORMATS = {
    "xlsx": Format(Export.as_xlsx, ".xlsx", "XLSX"),
    "csv-excel": Format(Export.as_csv_for_people, "-excel.csv", gettext_lazy("CSV para o Excel")),
    "csv": Format(Export.as_csv, "-erp.csv", gettext_lazy("CSV para sistemas")),
    "json": Format(Export.as_json, ".json", "JSON"),
    "parquet": Format(Export.as_parquet, ".parquet", gettext_lazy("Parquet para o Power BI")),
}
"""How a table may be had, by the key that addresses carry, in the order of menus."""


class Figure(str):
    """A number as people in Brazil write it, which may begin with a minus."""


def _csv(lines: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([cell if isinstance(cell, int | Figure) else harmless(cell) for cell in line] for line in lines)
    return out.getvalue().encode("utf-8-sig")


def _in_words(column: Column, value: Any) -> object:
    """``value`` as a person in Brazil writes it, for a spreadsheet to take for what it is."""
    if value is None or value == "":
        return ""
    if column.kind == Kind.CENTAVOS:
        sign, (reais, centavos) = "-" if value < 0 else "", divmod(abs(value), 100)
        return Figure(f"{sign}{reais},{centavos:02d}")
    if column.kind == Kind.MINUTES:
        # Of a duration below zero a spreadsheet would make a formula: a typographic minus has it stay text.
        return minutes.show(value).replace("h", ":").replace("-", "\N{MINUS SIGN}")
    if column.kind == Kind.INSTANT:
        return f"{_installation_time(value):%d/%m/%Y %H:%M}"
    if column.kind in (Kind.DAY, Kind.MONTH):
        return _day(value).strftime("%d/%m/%Y" if column.kind == Kind.DAY else "%m/%Y")
    if column.kind == Kind.CNPJ:
        return cnpj.show(value)
    if isinstance(value, float):
        return Figure(f"{value:g}".replace(".", ","))
    return value if isinstance(value, int) else str(column.labels.get(value, value))


def _typed(column: Column, value: Any) -> object:
    """``value`` as a Parquet file takes it; None where the row has none."""
    if value is None or value == "":
        return None
    if column.kind == Kind.INSTANT:
        return datetime.fromisoformat(value)
    if column.kind in (Kind.DAY, Kind.MONTH):
        return _day(value)
    if column.kind == Kind.DECIMAL:
        return float(value)
    return value if column.kind in PARQUET_TYPES else str(value)


def _installation_time(value: str) -> datetime:
    return clock.local(datetime.fromisoformat(value), clock.installation_zone())


def _day(value: str) -> date:
    """The day of a ``DAY``, the first one of a ``MONTH``."""
    return date.fromisoformat(f"{value}-01"[: len("2026-03-31")])


def workbook(sheets: Iterable[Export], *, title: "StrOrPromise" = "", created_at: datetime | None = None) -> bytes:
    """A workbook with a sheet for each of ``sheets``. Text is text, never a formula, a link or a number; money, durations,
    days and instants are numbers that are shown as such. It prints on landscape A4, one page wide, headings on every page."""
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
    cell_formats = _CellFormats(book)
    for table in sheets:
        sheet = book.add_worksheet(str(table.sheet or table.name)[:SHEET_NAME_AT_MOST])
        with table.in_its_language():
            layout = _Layout.of(table)
            _fill(sheet, layout, cell_formats)
            _set_up_printing(sheet, table, str(title), head_line=layout.head_line)
    book.close()
    return out.getvalue()


class _CellFormats:
    """The formats of a workbook's cells, each made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.formats: dict[tuple, Any] = {}
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.shared = book.add_format({"text_wrap": True, "valign": "top"})

    def of(self, column: Column, value: Any, is_total: bool) -> Any:
        """The format of ``value`` in ``column``. Excel shows no duration below zero: such a number brings its own words."""
        number_format = NUMBER_FORMATS.get(column.kind, "")
        if column.kind == Kind.MINUTES and value < 0:
            number_format = f'"{minutes.show(value)}";"{minutes.show(value)}"'
        key = (number_format, column.wraps, is_total)
        if key not in self.formats:
            properties = {"valign": "top", "text_wrap": column.wraps}
            properties |= {"num_format": number_format} if number_format else {}
            properties |= {"bold": True, "top": 1} if is_total else {}
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]


@dataclass(frozen=True)
class _Layout:
    """What a sheet shows of a table: the ``columns`` under their headings in the row ``head_line`` (from 0), and above
    them in one line what all ``rows`` share."""

    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    shared: str

    @classmethod
    def of(cls, table: Export) -> "_Layout":
        rows = list(table.rows)
        columns, shared = [], []
        for column in table.columns_for_people:
            values = {row[column.name] for row in rows} if column.optional or column.shared else set()
            if values and values <= {None, ""}:
                continue
            if column.shared and len(values) == 1:
                shared.append(f"{column.heading or column.name}: {_in_words(column, values.pop())}")
            else:
                columns.append(column)
        return cls(columns, rows, " · ".join(shared))

    @property
    def head_line(self) -> int:
        return 1 if self.shared else 0


def _fill(sheet: Any, layout: _Layout, cell_formats: _CellFormats) -> None:
    """What the rows share, headings, rows and sums."""
    columns, rows, head_line = layout.columns, layout.rows, layout.head_line
    if layout.shared:
        sheet.merge_range(0, 0, 0, len(columns) - 1, "", cell_formats.shared)
        sheet.write_string(0, 0, layout.shared, cell_formats.shared)
        _set_height(sheet, 0, [(sum(column.width for column in columns), layout.shared)])
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(head_line, place, str(column.heading or column.name), cell_formats.head)
    _set_height(sheet, head_line, [(column.width, column.heading or column.name) for column in columns])
    for line, row in enumerate(rows, start=head_line + 1):
        _set_height(
            sheet, line, [(column.width, _in_words(column, row[column.name])) for column in columns if column.wraps]
        )
        for place, column in enumerate(columns):
            _write(sheet, line, place, column, row[column.name], cell_formats)
    sheet.freeze_panes(head_line + 1, 0)
    sheet.autofilter(head_line, 0, head_line + max(len(rows), 1), len(columns) - 1)
    if rows and any(column.total for column in columns):
        last = head_line + len(rows) + 1
        for place, column in enumerate(columns):
            total = sum(row[column.name] or 0 for row in rows) if column.total else ""
            _write(sheet, last, place, column, total, cell_formats, is_total=True)
        first_of_words = next(place for place, column in enumerate(columns) if not column.total)
        sheet.write_string(last, first_of_words, _("Total"), cell_formats.of(Column(""), "", is_total=True))


def _set_height(sheet: Any, line: int, wrapped: Iterable[tuple[int, object]]) -> None:
    """The height of a row by the ``wrapped`` cells in it, each as its width and its text: LibreOffice does not print a
    cell as high as its text by itself."""
    lines = max((_lines_of(str(text), width) for width, text in wrapped), default=1)
    if lines > 1:
        sheet.set_row(line, LINE_HEIGHT * min(lines, LINES_AT_MOST))


def _lines_of(text: str, width: int) -> int:
    """How many lines ``text`` takes in a cell of ``width`` characters: those that it has, each as often as it is broken."""
    return sum(len(textwrap.wrap(line, width)) or 1 for line in text.splitlines())


def _set_up_printing(sheet: Any, table: Export, title: str, *, head_line: int) -> None:
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head_line)
    name = str(table.sheet or table.name)[:SHEET_NAME_AT_MOST].replace("&", "&&")
    heading = title[:TITLE_AT_MOST].replace("&", "&&")
    sheet.set_header(f"&L{heading}&R{name}")
    has_instants = any(column.kind == Kind.INSTANT for column in table.columns_for_people)
    zone = _("Horário de Brasília") if has_instants else ""
    sheet.set_footer(f"&L{zone}&R&P / &N")


def _write(
    sheet: Any, line: int, place: int, column: Column, value: Any, cell_formats: _CellFormats, *, is_total: bool = False
) -> None:
    if value is None or value == "":
        return
    cell_format = cell_formats.of(column, value, is_total)
    if column.kind == Kind.CENTAVOS:
        sheet.write_number(line, place, value / 100, cell_format)
    elif column.kind == Kind.MINUTES:
        sheet.write_number(line, place, value * MINUTE / timedelta(days=1), cell_format)
    elif column.kind == Kind.INSTANT:
        sheet.write_datetime(line, place, _installation_time(value).replace(tzinfo=None), cell_format)
    elif column.kind in (Kind.DAY, Kind.MONTH) and _day(value).year >= FIRST_YEAR:
        sheet.write_datetime(line, place, _day(value), cell_format)
    elif isinstance(value, int | float):
        sheet.write_number(line, place, value, cell_format)
    else:
        sheet.write_string(line, place, str(_in_words(column, value)), cell_format)


def harmless(value: object) -> str:
    """The text of ``value``, marked as text where a spreadsheet would take it for a formula: also behind blanks, invisible
    characters or in the wide forms of East Asian keyboards."""
    text = "" if value is None else str(value)
    start = unicodedata.normalize("NFKC", "".join(char for char in text if unicodedata.category(char)[0] != "C"))
    is_formula = start.lstrip().startswith(tuple(STARTS_A_FORMULA)) or text.startswith(("\t", "\r", "\n"))
    return f"'{text}" if is_formula else text
