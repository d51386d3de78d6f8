"""PDF, XLSX and CSV of what is closed, the API of the ERP, and who gets them."""

import io
import json
import zipfile
from datetime import UTC, datetime

import pypdfium2
import pytest

from apps.hours import tasks
from apps.hours.models import ClientStatement, StatementPdf
from apps.hours.statements import documents, exports
from tests.hours.factories import a_client_statement, a_statement
from tests.pdfa import faults

pytestmark = pytest.mark.django_db

ROW = {
    **dict.fromkeys((column.name for column in exports.COLUMNS), ""),
    "client_statement": 1, "entry": 1, "position": 1, "adjusts": None, "adjusts_statement": None, "statement": 1,
    "started_at": "2026-03-10T13:00:00+00:00", "minutes": -30, "charged_minutes": -30, "hourly_rate": 25000,
    "amount": -12500, "activity": "training", "class": "billable",
}  # fmt: skip


def test_the_pdf_is_an_archival_document_of_what_was_closed():
    statement = a_client_statement()
    rendered = documents.render(statement)
    assert faults(rendered) == []
    assert documents.render(statement) == rendered
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(rendered))
    for part in ("FC-00001", "03/2026", "R$ 375,00", "Política de horas", "4h00"):
        assert part in text


def test_the_worker_renders_once_and_finds_what_was_left():
    statement = a_client_statement()
    tasks.render_waiting_statements()
    assert StatementPdf.objects.count() == 2
    before = StatementPdf.objects.get(client_statement=statement).file_id
    tasks.render_client_statement(statement.pk)
    assert StatementPdf.objects.get(client_statement=statement).file_id == before


class TestCsv:
    def test_has_the_columns_in_order_with_a_mark_semicolons_and_centavos(self):
        content = exports.export("x", [ROW]).as_csv()
        assert content.startswith(b"\xef\xbb\xbf")
        head, line = content.decode("utf-8-sig").split("\r\n")[:2]
        assert head == ";".join(column.name for column in exports.COLUMNS)
        assert ";-30;-30;25000;-12500;" in line

    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
    def test_text_that_looks_like_a_formula_is_text(self, text):
        line = exports.export("x", [{**ROW, "note": text}]).as_csv().decode("utf-8-sig")
        assert f"'{text}" in line

    def test_quotes_what_needs_it(self):
        assert '"a;""b"""' in exports.export("x", [{**ROW, "note": 'a;"b"'}]).as_csv().decode("utf-8-sig")


class TestXlsx:
    def sheet(self, **fields):
        export = exports.export("x", [{**ROW, **fields}], datetime(2026, 4, 1, tzinfo=UTC))
        book = zipfile.ZipFile(io.BytesIO(export.as_xlsx()))
        return book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/sharedStrings.xml").decode()

    def test_numbers_are_numbers_and_nothing_is_a_formula(self):
        cells, strings = self.sheet(note="=1+1")
        assert "<f>" not in cells
        assert "<v>-125</v>" in cells
        assert "<v>-0.02083333333333333</v>" in cells  # Half an hour, as a part of a day.
        assert "=1+1" in strings

    def test_the_same_rows_give_the_same_bytes(self):
        export = exports.export("x", [ROW], datetime(2026, 4, 1, tzinfo=UTC))
        assert export.as_xlsx() == export.as_xlsx()


def test_a_month_closed_before_there_were_columns_exports_as_well():
    line = {
        "entry": 1, "started_at": "2026-03-10T13:00:00+00:00", "person": "x", "activity": "training", "note": "x",
        "minutes": 30, "hour_class": "billable", "amount": 12500, "reason": "follow_up", "params": {},
    }  # fmt: skip
    old = {"totals": {"included": 0, "billable": 30, "free": 0, "amount": 12500}, "lines": [line]}
    assert next(exports.rows(old))["charged_minutes"] == 30
    assert documents.presented(old)["charged"] == 30


def test_an_export_sums_to_the_statement():
    statement = a_client_statement()
    rows = list(exports.rows(statement.content))
    assert sum(row["amount"] for row in rows) == statement.content["totals"]["amount"]
    assert sum(row["charged_minutes"] for row in rows) == statement.content["charged_minutes"]


class TestTheApi:
    def test_lists_by_month_and_client_with_stable_columns(self, client_for):
        statement = a_client_statement()
        rollout = statement.client.parties.get().rollout
        analyst = next(user for user in [statement.closed_by])
        browser = client_for(analyst)
        url = f"/api/hours/statements/?month=2026-03&client={statement.client.cnpj}"
        answer = browser.get(url).json()
        assert answer["version"] == 1
        found = answer["statements"][0]
        assert (found["code"], found["amount"], found["currency"]) == ("FC-00001", 37500, "BRL")
        assert set(found["lines"][0]) == {column.name for column in exports.COLUMNS}
        assert found["lines"][0]["rollout"] == rollout.code
        assert browser.get("/api/hours/statements/?month=2026-02").json()["statements"] == []
        assert browser.get("/api/hours/statements/?month=março").status_code == 422
        csv = browser.get("/api/hours/statements.csv?month=2026-03").content
        assert csv == exports.export("x", exports.rows(statement.content)).as_csv()
        assert b"'=1+1" in csv

    def test_is_for_presence(self, client_for):
        from apps.companies.models import Membership

        statement = a_client_statement()
        lead = Membership.objects.filter(company=statement.client).first().user
        assert client_for(lead).get("/api/hours/statements/").status_code == 403


class TestDownloads:
    def test_a_pdf_that_is_not_there_yet_says_so_and_then_comes(self, client_for):
        statement = a_statement()
        browser = client_for(statement.closed_by)
        url = f"/projetos/{statement.rollout_id}/horas/fechamentos/1/"
        assert browser.get(url + "pdf/").status_code == 409
        tasks.render_statement(statement.pk)
        answer = browser.get(url + "pdf/")
        assert answer["Content-Disposition"].startswith("attachment")
        assert b"".join(answer.streaming_content).startswith(b"%PDF-1.7")
        assert browser.get(url + "csv/").content.startswith(b"\xef\xbb\xbf")
        assert zipfile.is_zipfile(io.BytesIO(browser.get(url + "xlsx/").content))
        assert browser.get(url + "exe/").status_code == 404

    def test_money_is_for_presence_and_the_client(self, client_for):
        statement = a_statement()
        url = f"/projetos/{statement.rollout_id}/horas/fechamentos/1/csv/"
        people = {party.role: party.company for party in statement.rollout.parties.all()}
        for role, status in {"client": 200, "integrator": 403, "platform": 403}.items():
            person = people[role].memberships.first().user
            assert client_for(person).get(url).status_code == status


def test_the_content_is_plain_json():
    a_client_statement()
    stored = ClientStatement.objects.get().content
    assert json.loads(json.dumps(stored)) == stored
