"""Files as a spreadsheet in Brazil opens them: what people read in the CSV, and the cells and the print of the workbook."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import translation

from apps.core.exports.tables import Column, Export, Kind, workbook

COLUMNS = (
    Column("name", "Nome", wraps=True),
    Column("cnpj", "CNPJ", Kind.CNPJ),
    Column("month", "Mês", Kind.MONTH),
    Column("day", "Dia", Kind.DAY),
    Column("at", "Início", Kind.INSTANT),
    Column("minutes", "Tempo", Kind.MINUTES, total=True),
    Column("amount", "Valor", Kind.CENTAVOS, total=True),
    Column("state", "Situação", labels={"open": "Aberta"}),
    Column("hash", for_importers=True),
)
ROW = {
    "name": "Água & Cia", "cnpj": "12ABC34501DE35", "month": "2026-03", "day": "2026-03-31",
    "at": "2026-03-31T02:30:00.000000+00:00", "minutes": 90, "amount": 123456, "state": "open", "hash": "abc",
}  # fmt: skip


def table(*rows, **fields) -> Export:
    return Export("tabela", COLUMNS, [{**ROW, **row} for row in rows or ({},)], **fields)


def people_read(export: Export) -> list[list[str]]:
    content = export.as_csv_for_people()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def opened(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


class TestTheCsvForPeople:
    def test_it_has_decimal_commas_brazilian_days_and_local_times(self):
        head, line = people_read(table())
        assert head == ["Nome", "CNPJ", "Mês", "Dia", "Início", "Tempo", "Valor", "Situação"]
        assert line == [
            "Água & Cia", "12.ABC.345/01DE-35", "03/2026", "31/03/2026", "30/03/2026 23:30", "1:30", "1234,56", "Aberta",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("field", "value", "written"),
        [
            ("amount", -5, "-0,05"),
            ("amount", 0, "0,00"),
            ("minutes", 0, "0:00"),
            ("minutes", 1501, "25:01"),
            ("minutes", -90, "\N{MINUS SIGN}1:30"),
            ("minutes", None, ""),
            ("name", "=1+1", "'=1+1"),
            ("name", "-90", "'-90"),
        ],
    )
    def test_a_value_is_never_a_formula(self, field, value, written):
        _head, line = people_read(table({field: value}))
        assert line[[column.name for column in COLUMNS].index(field)] == written

    def test_importers_get_the_same_row_as_it_is(self):
        line = table().as_csv().decode("utf-8-sig").split("\r\n")[1]
        assert (
            line == "Água & Cia;12ABC34501DE35;2026-03;2026-03-31;2026-03-31T02:30:00.000000+00:00;90;123456;open;abc"
        )


class TestTheWorkbook:
    def test_days_money_and_durations_are_numbers_that_show_as_people_write_them(self):
        sheet = opened(table().as_xlsx()).active
        assert [str(cell.value) if cell.is_date else cell.value for cell in sheet[2]] == [
            "Água & Cia", "12.ABC.345/01DE-35", "2026-03-01 00:00:00", "2026-03-31 00:00:00", "2026-03-30 23:30:00",
            "1:30:00", 1234.56, "Aberta",
        ]  # fmt: skip
        assert [cell.number_format for cell in sheet[2]][2:7] == [
            "mm/yyyy", "dd/mm/yyyy", "dd/mm/yyyy hh:mm", '[h]"h"mm', '"R$" #,##0.00',
        ]  # fmt: skip

    def test_the_sums_stand_under_the_rows_and_out_of_the_filter(self):
        sheet = opened(
            table({}, {"minutes": -30, "amount": -23456}, {"minutes": None, "amount": None}).as_xlsx()
        ).active
        assert [cell.value for cell in sheet[5]] == ["Total", None, None, None, None, timedelta(hours=1), 1000.0, None]
        assert sheet.auto_filter.ref == "A1:H4"

    def test_a_duration_below_zero_is_a_number_that_excel_shows(self):
        # Excel shows "####" in place of a negative time.
        cell = opened(table({"minutes": -90}).as_xlsx()).active["F2"]
        assert (cell.value, cell.number_format) == (-0.0625, '"-1h30";"-1h30"')

    def test_an_optional_column_that_no_row_fills_is_left_out(self):
        columns = [Column("name", "Nome"), Column("adjusts", "Ajusta", optional=True)]
        for values, headings in (((None, ""), ["Nome"]), ((None, 3), ["Nome", "Ajusta"])):
            rows = [{"name": "a", "adjusts": value} for value in values]
            sheet = opened(Export("x", columns, rows).as_xlsx()).active
            assert [cell.value for cell in sheet[1]] == headings

    def test_what_all_rows_share_stands_once_above_the_headings(self):
        columns = [
            Column("month", "Mês", Kind.MONTH, shared=True), Column("name", "Nome"),
            Column("minutes", "Tempo", Kind.MINUTES, total=True),
        ]  # fmt: skip
        rows = [{"month": "2026-03", "name": name, "minutes": 90} for name in "ab"]
        sheet = opened(Export("x", columns, rows).as_xlsx()).active
        assert sheet["A1"].value == "Mês: 03/2026"
        assert [[cell.value for cell in row] for row in sheet["A2:B5"]] == [
            ["Nome", "Tempo"], ["a", timedelta(minutes=90)], ["b", timedelta(minutes=90)], ["Total", timedelta(hours=3)],
        ]  # fmt: skip
        assert (sheet.freeze_panes, sheet.print_title_rows, sheet.auto_filter.ref) == ("A3", "$2:$2", "A2:B4")
        rows[1]["month"] = "2026-04"
        sheet = opened(Export("x", columns, rows).as_xlsx()).active
        assert [cell.value for cell in sheet[1]] == ["Mês", "Nome", "Tempo"]

    def test_a_day_before_those_a_spreadsheet_counts_is_text(self):
        assert opened(table({"day": "1822-09-07"}).as_xlsx()).active["D2"].value == "07/09/1822"

    def test_a_row_is_as_high_as_its_longest_text(self):
        sheet = opened(table({"name": "palavra " * 6}, {}, {"name": "x " * 2000}).as_xlsx()).active
        assert [sheet.row_dimensions[line].height for line in (2, 3, 4)] == [45, None, 405]

    def test_a_row_is_as_high_as_the_lines_that_somebody_typed(self):
        texts = ["um\ndois\ntrês", "um\n\ntrês", "palavra " * 3 + "\nfim"]
        sheet = opened(table(*({"name": text} for text in texts)).as_xlsx()).active
        assert [sheet.row_dimensions[line].height for line in (2, 3, 4)] == [45, 45, 45]

    def test_an_empty_table_has_its_headings_and_no_sums(self):
        sheet = opened(Export("tabela", COLUMNS, []).as_xlsx()).active
        assert (sheet.max_row, sheet["A1"].value) == (1, "Nome")

    def test_it_prints_across_one_page_wide_with_its_headings_on_every_page(self):
        sheet = opened(table(title="Água & Cia").as_xlsx()).active
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.freeze_panes == "A2"
        assert sheet.oddFooter.left.text == "Horário de Brasília"

    @pytest.mark.parametrize("title", ["x" * 300, "&" * 300, "&L&R&P &&"])
    def test_no_title_breaks_the_head_of_the_page(self, title):
        head = opened(workbook([table(sheet="&" * 300)], title=title)).active.oddHeader
        assert len(f"&L{head.left.text}&R{head.right.text}") <= 255

    def test_words_are_in_the_tables_language(self):
        columns = [Column("note", translation.gettext_lazy("Data")), Column("minutes", "x", Kind.MINUTES, total=True)]
        sheet = opened(Export("x", columns, [{"note": "a", "minutes": 1}], language="en").as_xlsx()).active
        assert (sheet["A1"].value, sheet["A3"].value) == ("Date", "Total")
