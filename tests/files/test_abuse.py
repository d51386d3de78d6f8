"""The upload abuse table: each line is tried at the form and in parts, and ends the same way."""

import base64
import gzip
import io
import struct
import zipfile
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from apps.core.refusals import Invalid
from apps.core.untrusted import archives, confined
from apps.files import inspection
from apps.files.models import StoredFile, Upload
from apps.files.tasks import scan_waiting_files
from tests.files.conftest import EICAR
from tests.files.factories import UploadFactory
from tests.files.test_parts import begin, on_disk, send
from tests.prerequisites.factories import PrerequisiteFactory

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n"


HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
XML = b"<?xml version='1.0'?>"


def zipped(name: str, content: bytes, comment: bytes = b"") -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        archive.comment = comment
    return box.getvalue()


def many(number: int, content: bytes) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in range(number):
            archive.writestr(f"{each}.txt", content)
    return box.getvalue()


def nested(depth: int) -> bytes:
    content = b"x"
    for level in range(depth):
        content = zipped(f"{level}.zip" if level else "x.txt", content)
    return content


def lying(archive: bytes) -> bytes:
    """The same archive, which says of its only member that it unpacks to ten bytes."""
    local, entry = 22, archive.index(b"PK\x01\x02") + 24
    little = struct.pack("<L", 10)
    archive = archive[:local] + little + archive[local + 4 :]
    return archive[:entry] + little + archive[entry + 4 :]


def overlapping() -> bytes:
    """An archive in whose table two members are the same bytes."""
    archive = zipped("x.txt", b"x" * 1_000)
    entry, end = archive.index(b"PK\x01\x02"), archive.index(b"PK\x05\x06")
    table = archive[entry:end] * 2
    return archive[:entry] + table + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(table), entry, 0)


# what it is: name, contents, what the person is told ("" when it is taken, under the name that follows)
TABLE = {
    "polyglot: PDF and ZIP": ("api.pdf", PDF + zipped("x.txt", b"x"), "escondido"),
    "polyglot: GIF and ZIP": ("logo.gif", b"GIF89a" + zipped("x.txt", b"x"), "escondido"),
    "zip bomb": ("catalogo.zip", zipped("bomba", b"\0" * 30_000_000), "cresce"),
    "zip that leaves its folder": ("catalogo.zip", zipped("../../etc/cron.d/x", b"x"), "caminhos"),
    "zip with a program": ("catalogo.zip", zipped("setup.exe", b"x"), "setup.exe"),
    "HTML": ("pagina.html", b"<html><script>alert(1)</script>", "HTML"),
    "HTML called PDF": ("pagina.pdf", b"<!DOCTYPE html><script>alert(1)</script>", "HTML"),
    "SVG": ("logo.svg", b"<?xml version='1.0'?><svg onload='alert(1)'/>", "SVG"),
    "HTML in UTF-16": ("nota.txt", HTML.decode().encode("utf-16"), "HTML"),
    "HTML in UTF-16 without its mark": ("nota.txt", HTML.decode().encode("utf-16-be"), "HTML"),
    "HTML in UTF-32": ("nota.txt", HTML.decode().encode("utf-32"), "HTML"),
    "HTML in UTF-8 with its mark": ("nota.txt", b"\xef\xbb\xbf" + HTML, "HTML"),
    "HTML in UTF-7": ("nota.txt", b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-", "HTML"),
    "HTML in UTF-7, in one run": ("nota.txt", b"x +" + base64.b64encode(HTML.decode().encode("utf-16-be")), "HTML"),
    "HTML after 9 KB of blanks": ("nota.txt", b" " * 9_000 + HTML, "HTML"),
    "HTML after 65 KB of blanks, called data": ("nota.json", b"\n" * 65_000 + HTML, "HTML"),
    "HTML after 9 KB of words": ("nota.txt", b"palavra " * 1_200 + HTML, "HTML"),
    "HTML after 65 KB of a comment": ("nota.md", b"<!--" + b"x" * 65_000 + b"-->" + HTML, "HTML"),
    "HTML after 9 KB of an XML instruction": ("nota.xml", b"<?x " + b"x" * 9_000 + b"?>" + HTML, "HTML"),
    "HTML by its name": ("pagina.html", b"Bom dia", "HTML"),
    "HTML by its name, PDF by its contents": ("pagina.HTM. ", PDF, "HTML"),
    "text that runs": ("nota.txt", b"Bom dia <img src=x onerror=alert(1)>", "HTML"),
    "XHTML": ("nota.xml", XML + b"<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>", "HTML"),
    "XHTML within XML": ("nota.xml", XML + b"<a><b:script xmlns:b='http://www.w3.org/1999/xhtml'/></a>", "HTML"),
    "XML with a style sheet": ("nota.xml", XML + b"<?xml-stylesheet type='text/xsl' href='x.xsl'?><a/>", "HTML"),
    "XML that declares entities": ("nota.xml", XML + b"<!DOCTYPE a [<!ENTITY b '<c/>'>]><a>&b;</a>", "HTML"),
    "SVG within XML, in UTF-16": (
        "nota.xml",
        "<a><svg xmlns='http://www.w3.org/2000/svg'/></a>".encode("utf-16"),
        "HTML",
    ),
    "MHTML": ("pagina.mhtml", b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n", "HTML"),
    "MHTML called text": ("pagina.txt", b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n", "HTML"),
    "polyglot: HTML and PDF": ("api.pdf", HTML + PDF, "HTML"),
    "polyglot: PDF and HTML": ("api.pdf", PDF + b"x" * 9_000 + HTML, "escondido"),
    "polyglot: PDF and HTML in a stream": ("api.pdf", PDF + b"stream\n" + HTML + b"\nendstream", "escondido"),
    "polyglot: PDF and HTML in an open stream": ("api.pdf", PDF + b"stream\nx" + HTML, "escondido"),
    "polyglot: GIF and HTML": ("logo.gif", b"GIF89a/*" + b"x" * 9_000 + HTML, "escondido"),
    "polyglot: MP4 and HTML": ("tela.mp4", b"\0\0\0\x20ftypisom" + b"x" * 9_000 + HTML, "escondido"),
    "polyglot: ZIP and HTML": ("catalogo.zip", zipped("x.txt", b"x") + HTML, "escondido"),
    "polyglot: HTML in the comment of a ZIP": ("catalogo.zip", zipped("x.txt", b"x", comment=HTML), "escondido"),
    "zip with HTML": ("catalogo.zip", zipped("docs/pagina.html", b"x"), "docs/pagina.html"),
    "zip with HTML called text": ("catalogo.zip", zipped("docs/pagina.txt", b" \n" + HTML), "docs/pagina.txt"),
    "zip with HTML in a zip": ("catalogo.zip", zipped("a.zip", zipped("pagina.txt", HTML)), "pagina.txt"),
    "zip called a sheet, with HTML": ("catalogo.xlsx", zipped("pagina.html", HTML), "pagina.html"),
    "zip with a program in a zip": ("catalogo.zip", zipped("a.zip", zipped("setup.exe", b"x")), "setup.exe"),
    "zip in a zip in a zip in a zip": ("catalogo.zip", nested(4), "um dentro do outro"),
    "zip bomb in a zip": ("catalogo.zip", zipped("a.zip", zipped("bomba", b"\0" * 30_000_000)), "cresce"),
    "zip bomb in many small parts": ("catalogo.zip", many(3_000, b"\0" * 10_000), "limite"),
    "gzip bomb in a zip": ("catalogo.zip", zipped("a.gz", gzip.compress(b"\0" * 30_000_000)), "cresce"),
    "7z in a zip": ("catalogo.zip", zipped("a.7z", b"7z\xbc\xaf'\x1c\0\4"), "a.7z"),
    "zip that lies of its sizes": ("catalogo.zip", lying(zipped("bomba", b"\0" * 30_000_000)), "cresce"),
    "zip whose members lie over each other": ("catalogo.zip", overlapping(), "danificado"),
    "program after 9 KB of words": ("nota.txt", b"palavra " * 1_200 + b"MZ\x90\x00\x03", "não é um documento"),
    "program with a dot after its name": ("setup.exe .", b"x", "Programas"),
    "program called PDF": ("nota.pdf", b"MZ\x90\x00\x03", "não é um documento"),
    "0 bytes": ("vazio.pdf", b"", "vazio"),
    "too large": ("grande.pdf", PDF + b"x" * 200_000, "limite"),
    "path in the name": ("../../etc/passwd.pdf", PDF, ""),
    "path in the name, Windows": ("C:\\Users\\ana\\passwd.pdf", PDF, ""),
}


@pytest.fixture
def item(settings):
    settings.MAX_UPLOAD_BYTES = 100_000
    return PrerequisiteFactory(kind="document")


@pytest.fixture
def browser(item, client_for):
    return client_for(item.rollout.people["client"])


def deliver(browser, item, **data):
    return browser.post(reverse("prerequisites:submit", args=[item.rollout_id, item.pk]), {"text": "Nota", **data})


def at_the_form(browser, item, name, content):
    """The whole in one request, as without script."""
    upload = ContentFile(content, name=name)
    upload.name = name
    answer = deliver(browser, item, file=upload)
    return answer.status_code, answer.content.decode()


def in_parts(browser, item, name, content):
    """Half by half, then the form with the number; refused at the latest with the last byte."""
    answer = begin(browser, len(content), name)
    if answer.status_code == 200:
        pk, half = answer.json()["id"], len(content) // 2
        send(browser, pk, 0, content[:half])
        answer = send(browser, pk, half, content[half:])
        if answer.status_code == 200:
            answer = deliver(browser, item, **{"file-uploads": pk})
            return answer.status_code, ""
    return answer.status_code, answer.json()["detail"]


@pytest.mark.parametrize("way", [at_the_form, in_parts])
@pytest.mark.parametrize(("name", "content", "says"), TABLE.values(), ids=TABLE.keys())
def test_the_upload_abuse_table(
    way, name, content, says, item, browser, settings, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr("apps.core.background.queue.current_app.send_task", lambda *args, **kwargs: None)
    with django_capture_on_commit_callbacks(execute=True):
        status, told = way(browser, item, name, content)
    if says:
        assert status == 422
        assert says in told
        assert not StoredFile.objects.exists()
        assert not Upload.objects.exists()
        assert item.submissions.count() == 0
        assert on_disk(settings) == []
    else:
        assert status == 302
        [stored] = item.submissions.get().files
        assert stored.name == "passwd.pdf"
        assert [path.name for path in on_disk(settings)] == [str(stored.pk)]


INPUTS = Path(__file__).parents[1] / "inputs"
DOCX = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:body/>", "word/media/logo.svg": b"<svg/>"}


def packed(parts: dict[str, bytes]) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return box.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("openapi.yaml", (INPUTS / "openapi-with-markup.yaml").read_bytes(), "text"),
        ("openapi.txt", (INPUTS / "openapi-with-markup.yaml").read_bytes(), "text"),
        ("pedidos.json", b'{"description": "<html><script>x</script>"}', "text"),
        ("catalogo.csv", b"sku;descricao\n1;<p>Camisa</p><iframe src=x></iframe>\n", "text"),
        ("conector.log", b"12:00 GET /pedidos\n<html><body>503</body></html>\n", "text"),
        ("leia.md", b"<h1 align=center>API</h1>\n```html\nresposta\n```\n", "text"),
        ("guia.md", b"# Guia\n\n```html\n<script src=loja.js></script>\n```\n", "text"),
        ("nfe.xml", XML + b"<NFe xmlns='http://www.portalfiscal.inf.br/nfe'><infNFe/></NFe>", "text"),
        ("junit.xml", XML + b"<testsuite><system-out><![CDATA[<html><script>]]></system-out></testsuite>", "text"),
        ("nota.txt", "A loja está com 2 < 3 + 4 > 1 pedidos; use <token> e onde = x".encode(), "text"),
        ("nota.txt", "Ação".encode("utf-16"), "text"),
        ("manual.docx", packed(DOCX), "archive"),
        ("documentos.zip", packed({"manual.docx": packed(DOCX), "sku.csv.gz": gzip.compress(b"sku;preco")}), "archive"),
        ("manual.pdf", PDF + b"stream\nBT (Use <script> na pagina) Tj ET\nendstream\n", "pdf"),
    ],
)
def test_what_only_speaks_of_pages_is_taken(name, content, kind):
    assert inspection.inspect(io.BytesIO(content), name) == kind


def test_the_browser_is_told_of_an_archive_that_grows_before_it_has_grown(settings):
    settings.MAX_UPLOAD_BYTES = 25 * 1024 * 1024
    bomb = zipped("bomba", b"\0" * 400_000_000)
    assert len(bomb) < 430_000
    with pytest.raises(Invalid, match="cresce"):
        inspection.inspect(io.BytesIO(bomb), "catalogo.zip")
    budget = archives.Budget.of(len(bomb), most=250_000_000, ratio=archives.RATIO, members=archives.MEMBERS)
    archive = archives.Archive(io.BytesIO(bomb), budget)
    pieces = archive.unpack(archive.members[0])
    with pytest.raises(archives.Problem):
        list(pieces)
    assert -archives.CHUNK <= budget.bytes < 0  # Ended with the first piece that was too much.


def test_an_archive_is_limited_as_a_whole_and_not_member_by_member():
    content = many(2_000, b"\0" * 40_000)
    with pytest.raises(Invalid, match="cresce"):
        inspection.inspect(io.BytesIO(content), "catalogo.zip")


def test_an_archive_that_takes_too_long_is_refused_with_a_reason(monkeypatch):
    def ends(*arguments, **options):
        raise confined.TooMuch("time")

    monkeypatch.setattr(confined, "read", ends)
    with pytest.raises(Invalid, match="exige tempo ou memória demais"):
        inspection.inspect(io.BytesIO(zipped("x.txt", b"x")), "catalogo.zip")


def test_a_size_that_was_a_lie_ends_the_upload(item, browser):
    pk = begin(browser, size=len(PDF)).json()["id"]
    answer = send(browser, pk, 0, PDF + b"x")
    assert answer.status_code == 422
    assert "mais do que o tamanho anunciado" in answer.json()["detail"]
    assert not Upload.objects.exists()


def test_another_persons_upload_cannot_be_delivered(item, browser, client_for):
    other = client_for(item.rollout.people["integrator"])
    pk = begin(other, size=len(PDF)).json()["id"]
    assert send(other, pk, 0, PDF).json()["done"] is True
    answer = deliver(browser, item, **{"file-uploads": pk})
    assert answer.status_code == 422
    assert "não chegou inteiro" in answer.content.decode()
    assert item.submissions.count() == 0
    assert Upload.objects.filter(pk=pk).exists()


def test_an_upload_that_is_not_whole_cannot_be_delivered(item, browser):
    theirs = UploadFactory(owner=item.rollout.people["client"])
    answer = deliver(browser, item, **{"file-uploads": str(theirs.pk)})
    assert answer.status_code == 422
    assert "Nota" in answer.content.decode()  # What was typed is still there, and so is the number.
    assert str(theirs.pk) in answer.content.decode()


@pytest.mark.parametrize("way", [at_the_form, in_parts])
def test_eicar_is_found_in_quarantine_and_deleted(way, item, browser, clamd, client_for):
    assert way(browser, item, "nota.txt", EICAR)[0] == 302
    [stored] = item.submissions.get().files
    path = Path(stored.content.path)
    url = reverse("prerequisites:download", args=[item.rollout_id, item.submissions.get().pk, stored.pk])
    reviewer = client_for(item.rollout.people["pm"])
    assert reviewer.get(url).status_code == 409
    scan_waiting_files()
    stored.refresh_from_db()
    assert (stored.scan, stored.virus, path.exists()) == ("infected", "Eicar-Signature", False)
    assert reviewer.get(url).status_code == 409


def test_one_bad_file_keeps_none_of_the_others(item, browser, settings):
    good, bad = ContentFile(PDF, name="api.pdf"), ContentFile(b"MZ\x90\x00\x03", name="nota.pdf")
    assert deliver(browser, item, file=[good, bad]).status_code == 422
    assert not StoredFile.objects.exists()
    assert on_disk(settings) == []
