"""Tables as files: one guard against formulas, one file name, one set of headers."""

import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from arro3.core import DataType
from arro3.io import read_parquet
from django.utils import translation

from apps.core.exports import downloads
from apps.core.exports.tables import FORMATS, Column, Export, Kind, workbook

COLUMNS = (
    Column("name", "Nome"),
    Column("minutes", "Duração", Kind.MINUTES),
    Column("amount", "Valor", Kind.CENTAVOS),
    Column("at", "Início", Kind.INSTANT),
    Column("state", "Situação", labels={"open": "Aberta"}),
)
ROW = {"name": "=1+1", "minutes": 90, "amount": -1250, "at": "2026-03-31T02:30:00+00:00", "state": "open"}


def table(**fields) -> Export:
    return Export("tabela", COLUMNS, [{**ROW, **fields}], created_at=datetime(2026, 4, 1, tzinfo=UTC))


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name).decode() for name in book.namelist()}


class TestCsv:
    def test_importers_read_the_columns_names_and_whole_numbers(self):
        lines = table().as_csv().decode("utf-8-sig").split("\r\n")
        assert lines == [
            "name;minutes;amount;at;state", "'=1+1;90;-1250;2026-03-31T02:30:00+00:00;open", ""
        ]  # fmt: skip

    def test_people_read_headings_in_the_tables_language(self):
        columns = [Column("date", translation.gettext_lazy("Data"))]
        export = Export("x", columns, [], language="en")
        assert export.as_csv_for_people().decode("utf-8-sig") == "Date\r\n"

    def test_what_is_empty_is_an_empty_cell(self):
        assert ";;-1250;" in table(minutes=None).as_csv().decode()


class TestWorkbook:
    def test_numbers_are_numbers_money_is_reais_and_text_is_text(self):
        book = parts(table().as_xlsx())
        cells, texts = book["xl/worksheets/sheet1.xml"], book["xl/sharedStrings.xml"]
        assert "<f>" not in cells
        assert "<v>0.0625</v>" in cells  # An hour and a half, as a part of a day.
        assert "<v>-12.5</v>" in cells
        assert "=1+1" in texts
        assert "Aberta" in texts

    def test_an_instant_stands_in_the_installations_time(self):
        # Half past two in UTC is half past eleven of the evening before in São Paulo.
        assert re.search(r'<c r="D2"[^>]*><v>46111\.97916\d*</v>', parts(table().as_xlsx())["xl/worksheets/sheet1.xml"])

    def test_the_same_rows_give_the_same_bytes(self):
        assert table().as_xlsx() == table().as_xlsx()

    def test_each_table_has_a_sheet_of_its_name_as_long_as_a_spreadsheet_takes(self):
        book = parts(workbook([Export("Resumo", COLUMNS, []), Export("x" * 40, COLUMNS, [ROW])]))
        names = re.findall(r'<sheet name="([^"]+)"', book["xl/workbook.xml"])
        assert names == ["Resumo", "x" * 31]


class TestParquet:
    TYPED = (
        *COLUMNS,
        Column("day", "Dia", Kind.DAY),
        Column("month", "Mês", Kind.MONTH),
        Column("count", "Quantos", Kind.NUMBER),
        Column("rate", "Taxa", Kind.DECIMAL),
        Column("cnpj", "CNPJ", Kind.CNPJ),
    )

    @staticmethod
    def read(content: bytes):
        """Its schema by the columns' names, and its rows."""
        table_ = read_parquet(io.BytesIO(content)).read_all()
        columns = {name: [value.as_py() for value in table_.column(name)] for name in table_.column_names}
        rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        return {field.name: field.type for field in table_.schema}, rows

    def test_each_column_has_its_type_and_a_value_is_what_it_is(self):
        row = {**ROW, "day": "2026-03-31", "month": "2026-02", "count": 3, "rate": 1.5, "cnpj": "12ABC34501DE35"}
        types, (read,) = self.read(Export("x", self.TYPED, [row]).as_parquet())
        assert read == {
            "name": "=1+1",
            "minutes": 90,
            "amount": -1250,
            "at": datetime(2026, 3, 31, 2, 30, tzinfo=UTC),
            "state": "open",
            "day": date(2026, 3, 31),
            "month": date(2026, 2, 1),
            "count": 3,
            "rate": 1.5,
            "cnpj": "12ABC34501DE35",
        }
        assert types["at"] == DataType.timestamp("us", tz="UTC")

    def test_the_types_stand_there_without_rows_and_where_nothing_has_a_value(self):
        empty = dict.fromkeys([column.name for column in self.TYPED], None)
        blank = dict.fromkeys(empty, "")
        types, rows = self.read(Export("x", self.TYPED, []).as_parquet())
        assert rows == []
        assert types["count"] == types["minutes"] == types["amount"] == DataType.int64()
        assert types["rate"] == DataType.float64()
        assert types["day"] == types["month"] == DataType.date32()
        assert types["name"] == types["state"] == types["cnpj"] == DataType.string()
        assert self.read(Export("x", self.TYPED, [empty, blank]).as_parquet()) == (types, [empty, empty])

    def test_an_instant_of_another_offset_is_the_same_instant(self):
        _types, (read,) = self.read(table(at="2026-03-30T23:30:00-03:00").as_parquet())
        assert read["at"] == datetime(2026, 3, 31, 2, 30, tzinfo=UTC)

    def test_its_library_is_imported_by_no_start_of_the_application(self):
        program = (
            "import os, sys; os.environ.update(DJANGO_SETTINGS_MODULE='presence_rollout.settings', DEBUG='1');"
            "import django; django.setup(); import presence_rollout.urls; print([m for m in sys.modules if 'arro3' in m])"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"


def test_json_has_the_columns_in_order():
    assert list(json.loads(table(more="x").as_json())[0].items()) == list(ROW.items())


@pytest.mark.parametrize(
    ("key", "name", "content_type"),
    [
        ("csv", "tabela-erp.csv", "text/csv; charset=utf-8"),
        ("csv-excel", "tabela-excel.csv", "text/csv; charset=utf-8"),
        ("xlsx", "tabela.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("json", "tabela.json", "application/json"),
        ("parquet", "tabela.parquet", "application/vnd.apache.parquet"),
    ],
)
def test_a_table_leaves_as_a_file_of_its_type_that_no_browser_shows(key, name, content_type):
    assert key in FORMATS
    response = table().download(key)
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Content-Type"] == content_type
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("Termo.PDF", "application/pdf"),
        ("reuniao.ics", "text/calendar"),
        ("pagina.html", downloads.UNREAD),
        ("desenho.svg", downloads.UNREAD),
        ("nota.xml", downloads.UNREAD),
        ("arquivo", downloads.UNREAD),
        (".pdf", downloads.UNREAD),
    ],
)
def test_a_name_says_the_type_unless_a_browser_would_run_it(name, content_type):
    assert downloads.type_of(name) == content_type


def test_a_file_name_cannot_break_the_header():
    assert downloads.download(b"", 'a"\r\nX: y.pdf')["Content-Disposition"] == 'attachment; filename="a_ X_ y.pdf"'


def test_no_other_module_writes_tables_or_names_downloads():
    writes = re.compile(r"^import (csv|xlsxwriter)|Content-Disposition\"|as_attachment|filename=", re.MULTILINE)
    modules = [path for path in Path("apps").rglob("*.py") if "migrations" not in path.parts]
    assert sorted(str(path) for path in modules if writes.search(path.read_text())) == [
        "apps/core/exports/downloads.py", "apps/core/exports/tables.py",
        "apps/rollouts/importing/reader.py",  # It reads what somebody sent.
        "apps/stages/kickoff/pasting.py",  # It reads what a spreadsheet put on the clipboard.
    ]  # fmt: skip
