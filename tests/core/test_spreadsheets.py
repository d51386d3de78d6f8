"""Every table that leaves the application, opened as who gets it opens it: openpyxl, the csv module and LibreOffice."""

import csv
import io
import json
import re
import shutil
import subprocess
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from arro3.io import read_parquet
from django.urls import reverse
from openpyxl.utils import get_column_letter

from apps.hours.statements import exports
from tests.hours.factories import a_client_statement
from tests.kickoff.factories import KickoffFactory, RowFactory

pytestmark = pytest.mark.django_db

SOFFICE = shutil.which("soffice")
PERIOD = "?since=2026-01-01&until=2026-04-30"
WORKBOOKS = ("client.xlsx", "rollout.xlsx", "reading.xlsx", "worksheet.xlsx")
FOR_PEOPLE = ("client-excel.csv", "rollout-excel.csv", "reading-excel.csv", "worksheet-excel.csv")
FOR_THE_ERP = ("client-erp.csv", "rollout-erp.csv", "reading-erp.csv", "api-erp.csv")
ISO_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")


@pytest.fixture
def files(client_for):
    """The answers to a manager of Presence, by a name of the file."""
    statement = a_client_statement()
    rollout = statement.client.parties.get().rollout
    kickoff = KickoffFactory(rollout=rollout)
    RowFactory(kickoff=kickoff, sheet="actions", cells={"text": "=1+1", "party": "client", "due": "2026-09-03"})
    browser = client_for(statement.closed_by)
    formats = {".xlsx": "xlsx", "-excel.csv": "csv-excel", "-erp.csv": "csv"}
    addresses = {"api-erp.csv": "/api/hours/statements.csv"}
    for ending, kind in formats.items():
        addresses[f"client{ending}"] = reverse("hours:client_file", args=[statement.number, kind])
        addresses[f"rollout{ending}"] = reverse("hours:statement_file", args=[rollout.pk, 1, kind])
    for name, kind in {"xlsx": ".xlsx", "csv_excel": "-excel.csv", "csv": "-erp.csv"}.items():
        addresses[f"reading{kind}"] = reverse(f"hours:reading_{name}") + PERIOD
    addresses["worksheet.xlsx"] = reverse("kickoff:xlsx", args=[rollout.pk])
    addresses["worksheet-excel.csv"] = reverse("kickoff:csv", args=[rollout.pk])
    return {name: browser.get(address) for name, address in addresses.items()}


def lines_of(answer) -> list[list[str]]:
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))


def test_a_file_says_its_type_and_whom_it_is_for(files):
    assert sorted(files) == sorted([*WORKBOOKS, *FOR_PEOPLE, *FOR_THE_ERP])
    for name, answer in files.items():
        ending = re.search(r"(-\w+)?\.\w+$", name)[0]
        expected = "text/csv; charset=utf-8"
        if ending == ".xlsx":
            expected = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        assert (answer.status_code, answer["Content-Type"]) == (200, expected), name
        assert answer["Content-Disposition"].endswith(f'{ending}"')


def test_a_workbook_prints_one_page_wide_and_has_no_formula_and_no_iso_time(files):
    for sheet in (sheet for name in WORKBOOKS for sheet in openpyxl.load_workbook(io.BytesIO(files[name].content))):
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        head_line = int(sheet.freeze_panes.removeprefix("A")) - 1
        assert sheet.print_title_rows == f"${head_line}:${head_line}"
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f", cell.coordinate
            assert not ISO_INSTANT.match(str(cell.value)) or isinstance(cell.value, datetime), cell.value


def test_a_workbook_prints_in_letters_that_can_be_read(files):
    for name in WORKBOOKS:
        for sheet in openpyxl.load_workbook(io.BytesIO(files[name].content)):
            assert points_on_paper(sheet) >= 7, (name, sheet.title)


def test_a_statement_for_people_says_once_what_its_lines_share_and_leaves_out_what_they_lack(files):
    sheet = openpyxl.load_workbook(io.BytesIO(files["client.xlsx"].content)).active
    shared = sheet["A1"].value
    assert shared.startswith("Fechamento do cliente: 1 · Mês: 03/2026 · CNPJ: ")
    assert [cell.value for cell in sheet[2]] == [
        "Apontamento", "Início", "Pessoa", "Atividade", "O que foi feito", "Classe", "Tempo", "Tempo cobrado",
        "Valor da hora", "Valor", "Por quê",
    ]  # fmt: skip
    assert "position" in lines_of(files["client-erp.csv"])[0]
    assert {"Projeto", "Cliente"} <= set(lines_of(files["client-excel.csv"])[0])


def test_a_statement_of_many_projects_with_adjustments_can_still_be_read(files):
    head, *lines = lines_of(files["client-erp.csv"])
    row = dict(zip(head, lines[0], strict=True))
    numbers = dict.fromkeys(("minutes", "charged_minutes", "hourly_rate", "amount"), 0)
    full = {"adjusts": 3, "adjusts_statement": 1, "nonconformity": "NC-2"}
    rows = [
        {
            **row,
            **numbers,
            **full,
            "rollout": f"INT-{number:04d}",
            "rollout_title": f"Loja {number}",
            "statement": number,
        }
        for number in (1, 2)
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(exports.export("x", rows).as_xlsx())).active
    assert {"Projeto", "Título", "Ajusta o apontamento", "Não conformidade"} <= {cell.value for cell in sheet[2]}
    assert points_on_paper(sheet) >= 6


def points_on_paper(sheet) -> float:
    """How large the letters of a sheet (11 points) come out on A4 in landscape, one page wide."""
    columns = range(1, sheet.max_column + 1)
    widths = [sheet.column_dimensions[get_column_letter(place)].width for place in columns]
    margins = sheet.page_margins
    printable = 297 / 25.4 - margins.left - margins.right
    inches = sum(width * 7 + 5 for width in widths) / 96
    return min(11.0, 11 * printable / inches)


def test_a_table_for_people_has_as_many_cells_in_each_line_and_nothing_for_machines(files):
    for name in FOR_PEOPLE:
        assert files[name].content.startswith(b"\xef\xbb\xbf")
        head, *rows = lines_of(files[name])
        assert {len(row) for row in rows} == {len(head)}, name
        for cell in (cell for row in rows for cell in row):
            assert not ISO_INSTANT.match(cell)
            assert not cell.startswith(("=", "+", "@"))


def test_a_table_for_the_erp_has_english_headings_and_whole_numbers(files):
    for name in FOR_THE_ERP:
        head, *rows = lines_of(files[name])
        assert rows, name
        assert all(re.fullmatch("[a-z_]+", heading) for heading in head)
        assert all(re.fullmatch(r"-?\d+", row[head.index("amount")]) for row in rows)


@pytest.fixture
def programs(client_for):
    """The same table as JSON and as Parquet, by the name of its page, as a manager of Presence gets both."""
    statement = a_client_statement()
    rollout = statement.client.parties.get().rollout
    browser = client_for(statement.closed_by)
    routes = {
        "client": ("hours:client_file", [statement.number], ""),
        "rollout": ("hours:statement_file", [rollout.pk, 1], ""),
        "reading": ("hours:reading_file", [], PERIOD),
        "projects": ("portfolio:file", [], "?column=late&column=opened&column=next&column=waiting"),
        "clocks": ("portfolio:clocks_file", [rollout.pk], ""),
    }
    return {
        name: [browser.get(reverse(route, args=[*args, key]) + query).content for key in ("json", "parquet")]
        for name, (route, args, query) in routes.items()
    }


def test_a_parquet_file_has_the_values_of_the_json_with_the_types_that_they_are(programs):
    for name, (as_json, as_parquet) in programs.items():
        rows, table = json.loads(as_json), read_parquet(io.BytesIO(as_parquet)).read_all()
        assert table.num_rows == len(rows), name
        assert rows or name == "clocks"
        for column in table.schema:
            values = [value.as_py() for value in table.column(column.name)]
            for value, row in zip(values, rows, strict=True):
                plain = row[column.name]
                assert (value is None) == (plain in (None, "")), (name, column.name)
                if value is None:
                    continue
                if isinstance(value, datetime):
                    assert value == datetime.fromisoformat(plain)
                elif isinstance(value, date):
                    assert value.isoformat().startswith(plain)
                else:
                    # What is a number there is one here, and what is text is text.
                    assert (type(value), value) == (type(plain), plain), (name, column.name)
                    assert not ISO_INSTANT.match(str(value)), (name, column.name)


def test_a_statement_has_its_sums_and_a_worksheet_its_days(files):
    sheet = openpyxl.load_workbook(io.BytesIO(files["client.xlsx"].content)).active
    head = [cell.value for cell in sheet[2]]
    total = dict(zip(head, [cell.value for cell in sheet[sheet.max_row]], strict=True))
    assert total["Valor"] == 375
    actions = openpyxl.load_workbook(io.BytesIO(files["worksheet.xlsx"].content))["Ações"]
    assert [cell.value for cell in actions[2]][:2] == ["=1+1", "Cliente"]
    assert (actions["C2"].is_date, str(actions["C2"].value)) == (True, "2026-09-03 00:00:00")
    assert ["Ações", "", "'=1+1", "Prazo", "03/09/2026"] in [
        line[:5] for line in lines_of(files["worksheet-excel.csv"])
    ]


@pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not installed here")
def test_libreoffice_opens_each(files, tmp_path):
    for name, answer in files.items():
        opened = opened_by_libreoffice(name, answer.content, tmp_path)
        if name.endswith(".csv"):
            assert [cell.value for cell in opened[1]] == lines_of(answer)[0]
        assert opened.max_row > 1, name
        assert not any(cell.data_type == "f" for row in opened.iter_rows() for cell in row)


def opened_by_libreoffice(name: str, content: bytes, folder: Path):
    """The first sheet of the file as LibreOffice reads it: a CSV with semicolons, in UTF-8, as in Brazil."""
    source, target = folder / name, folder / "opened"
    source.write_bytes(content)
    options = ["--infilter=CSV:59,34,76,1,,1046,false,true"] if name.endswith(".csv") else []
    subprocess.run(
        [str(SOFFICE), "--headless", f"-env:UserInstallation=file://{folder}/profile", *options,
         "--convert-to", "xlsx", "--outdir", str(target), str(source)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return openpyxl.load_workbook(target / f"{Path(name).stem}.xlsx").active
