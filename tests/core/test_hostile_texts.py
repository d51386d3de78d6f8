"""Texts that people paste, and some that they should not: inside a file's name, a cell, a calendar, a mail."""

import csv
import io
import zipfile

import pytest
from django.core.mail import EmailMessage
from django.http import HttpResponse
from icalendar import Calendar

from apps.core.clock import now
from apps.core.exports import calendar, filenames, tables
from apps.hours.statements import exports

TEXTS = [
    "https://painel.exemplo.com.br/relatorios/exportacao?de=2026-10-01T00:00:00-03:00&colunas=pedido,sku&token=nenhum",
    "RuaDasPalmeirasImperiaisDoJardimBotanicoNumeroMilDuzentosETrintaEQuatroBlocoCApartamentoQuinhentosEDois" * 3,
    "Loja 🛒 da Ana — promoção 50% 👩🏽‍💻",
    "店舗の在庫 / ร้านค้า / متجر",
    "pedido \u202e0001\u202c invertido",
    "cafe\u0301 ao lado de café",
    '=HYPERLINK("http://exemplo.com.br";"clique")',
    " =1+1",
    "+55 11 99999-0000",
    "\u200e\u200blarg\u00adura zero\u200b",
    "<script>alert(1)</script> & \"aspas\" 'simples' {client} {0} %s %(x)s",
    "nota\r\nSet-Cookie: a=b\r\n\r\n<b>",
    "a\x00b\x1b[31m\x7f",
    "\u2028linha\u2029par\u00e1grafo\x85",
    "..", ".", "", "   ", "...\u202e", "/", "\\", "C:\\windows\\system32\\", "../../../etc/passwd", "....//....//x.pdf",
    "CON", "con.txt", "LPT1.pdf", "nul .tar.gz", "aux", "COM¹.txt",
    "x" * 5000 + ".pdf", "ç" * 300 + ".xlsx", "👩🏽‍💻" * 100 + ".png", "a." + "b" * 400,
    'a";filename="b.exe', "a;b=c", "a%0d%0ab", "fdp.\u202egnp.exe", "x.exe. . .", "\ud800quebrado.pdf",
]  # fmt: skip


class TestFileNames:
    @pytest.mark.parametrize("text", TEXTS)
    def test_any_name_becomes_one_that_every_computer_stores(self, text):
        name = filenames.tidy(text)
        assert name
        assert name == filenames.tidy(name)
        assert not set(name) & set('/\\<>:"|?*\r\n\0\x85\u2028\u202e\u200b')
        assert not name.endswith((".", " "))
        assert len(name) <= filenames.LONGEST
        assert len(name.encode()) <= filenames.LONGEST_IN_BYTES
        assert name.split(".")[0].casefold() not in ("con", "nul", "aux", "lpt1", "com¹")

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("Contrato social (v2).pdf", "Contrato social (v2).pdf"),
            ("Açaí — promoção.xlsx", "Açaí — promoção.xlsx"),
            ("C:\\Users\\ana\\nota.pdf", "nota.pdf"),
            ("fdp.\u202egnp.exe", "fdp.gnp.exe"),
            ("con.txt", "_con.txt"),
            ("a\r\nb.pdf", "a b.pdf"),
            ("...", "arquivo"),
            ("", "arquivo"),
            (None, "arquivo"),
        ],
    )
    def test_what_people_recognize_stays(self, text, name):
        assert filenames.tidy(text) == name

    def test_a_long_name_keeps_its_ending(self):
        assert filenames.tidy("x" * 5000 + ".pdf").endswith("x.pdf")
        assert filenames.tidy("ç" * 300 + ".xlsx").endswith("ç.xlsx")

    @pytest.mark.parametrize("text", TEXTS)
    def test_a_download_of_any_name_is_one_header_of_one_line(self, text):
        response = HttpResponse(headers={"Content-Disposition": filenames.attached(text)})
        value = response.headers["Content-Disposition"]
        assert value.startswith("attachment; filename")
        assert value.isascii()
        assert value.isprintable()
        assert response.serialize_headers().count(b"\r\n") == len(response.headers) - 1

    @pytest.mark.parametrize("text", TEXTS)
    def test_it_fits_into_an_archive_and_out_again(self, text):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(filenames.tidy(text), b"x")
        assert zipfile.ZipFile(out).namelist() == [filenames.tidy(text)]


@pytest.mark.django_db
class TestStored:
    @pytest.mark.parametrize("text", [text for text in TEXTS if "\x00" not in text and "\ud800" not in text])
    def test_what_was_stored_under_such_a_name_before_still_downloads(self, text):
        from apps.files.http import attachment
        from apps.files.models import StoredFile
        from tests.files.factories import StoredFileFactory

        stored = StoredFileFactory()
        StoredFile.objects.filter(pk=stored.pk).update(name=text[:180])
        stored.refresh_from_db()
        answer = attachment(stored)
        assert b"".join(answer.streaming_content)
        assert answer["Content-Disposition"].isprintable()


class TestCells:
    @pytest.mark.parametrize("text", TEXTS)
    def test_no_cell_is_a_formula_and_its_text_is_all_there(self, text):
        cell = tables.harmless(text)
        assert cell.removeprefix("'").endswith(text.removeprefix("'"))
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))

    @pytest.mark.parametrize(
        "text", ["=1", " =1", "\t=1", "\n=1", "\u200b=1", "＝1", "+1", "-1", "@SUM(1)", "|cmd", "\u00a0=1"]
    )
    def test_what_begins_a_formula_is_marked_as_text(self, text):
        assert tables.harmless(text) == f"'{text}"

    @pytest.mark.parametrize("text", ["a=1", "10%", "Loja - matriz", "", "ana@exemplo.com.br", "'=1"])
    def test_what_does_not_is_left_alone(self, text):
        assert tables.harmless(text) == text

    @pytest.mark.parametrize("text", TEXTS)
    def test_a_row_stays_a_row(self, text):
        text = text.replace("\ud800", "")
        names = [column.name for column in exports.COLUMNS]
        row = dict.fromkeys(names, "x") | {"note": text, "person": text}
        read = list(
            csv.reader(io.StringIO(exports.export("x", [row]).as_csv().decode("utf-8-sig"), newline=""), delimiter=";")
        )
        assert len(read) == 2
        assert read[1][names.index("note")] == tables.harmless(text)


@pytest.mark.parametrize("text", TEXTS)
def test_a_calendar_has_one_entry_and_the_text_in_it(text):
    text = text.replace("\ud800", "")
    at = now()
    entry = calendar.Entry("x-1", 0, calendar.Status.CONFIRMED, at, at, text, text, "/x/", at)
    lines = calendar.ics(entry).decode()
    (event,) = Calendar.from_ical(lines).walk("VEVENT")
    assert "\n" not in str(event["summary"])
    assert lines.count("BEGIN:VEVENT") == 1
    assert not any(line.startswith(("Set-Cookie", "ATTENDEE")) for line in lines.splitlines())


@pytest.mark.parametrize("text", TEXTS)
def test_a_mail_has_the_headers_that_we_gave_it_and_no_other(text):
    text = text.replace("\ud800", "")
    message = EmailMessage(" ".join(f"Convite: {text}".split()), text, to=["ana@exemplo.com.br"]).message()
    assert "Set-Cookie" not in message
    assert {name.lower() for name in message} == {
        "content-type", "mime-version", "content-transfer-encoding", "subject", "from", "to", "date", "message-id",
    }  # fmt: skip
