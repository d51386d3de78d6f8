"""What people, and others, try to upload; and the quarantine, with clamd played at the level of its protocol."""

import io
import socket
import struct
import zipfile
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from apps.core.refusals import Invalid, Refusal
from apps.core.untrusted import archives
from apps.files import actions
from apps.files.http import attachment
from apps.files.models import StoredFile
from apps.files.tasks import scan_waiting_files
from apps.prerequisites import actions as prerequisites
from tests.files.conftest import EICAR
from tests.prerequisites.factories import PrerequisiteFactory

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n"


def zipped(*members: tuple[str, bytes], flag: int = 0) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    data = bytearray(box.getvalue())
    if flag:  # In the central directory, which is what a reader believes.
        place = data.index(b"PK\x01\x02") + 8
        data[place : place + 2] = struct.pack("<H", flag)
    return bytes(data)


def keep(content: bytes, name: str) -> StoredFile:
    return actions.store(ContentFile(content, name=name), by=None)


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (PDF, "api.pdf", "pdf"),
        (PDF, "api.png", "pdf"),  # By its contents, not by its name.
        (b"\x89PNG\r\n\x1a\n0000", "tela.png", "image"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "foto.jpg", "image"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "foto.heic", "image"),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41", "erro.mp4", "video"),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  ", "tela.mov", "video"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm\x42\x87", "pedido.webm", "video"),
        (b"BM\x36\x00\x0c\x00\x00\x00\x00\x00\x36\x00", "tela.bmp", "image"),
        (b"BMW;carro\n", "marcas.csv", "text"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "tela.webp", "image"),
        (zipped(("word/document.xml", b"<w:document/>")), "manual.docx", "archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "antigo.xls", "document"),
        ("sku;preço\n1;2,50\n".encode(), "precos.csv", "text"),
        ("sku;preço\n1;2,50\n".encode("latin-1"), "precos.csv", "text"),
        (b'{"openapi": "3.0.0"}', "api.json", "text"),
        (b"<?xml version='1.0'?><nfe/>", "nota.xml", "text"),
    ],
)
def test_documents_images_sheets_texts_and_archives_are_taken(content, name, kind):
    assert keep(content, name).kind == kind


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "vazio.pdf", "vazio"),
        (b"MZ\x90\x00\x03", "nota.pdf", "não é um documento"),
        (b"\x7fELF\x02\x01", "nota.pdf", "não é um documento"),
        (b"#!/bin/sh\nrm -rf /", "leia.txt", "não é um documento"),
        (b"inocente", "instalar.EXE", "Programas"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "pagina.pdf", "HTML"),
        (b"  \n<html>", "pagina.html", "HTML"),
        (b"BM<html><script>", "tela.bmp", "HTML"),
        (b"<?xml version='1.0'?><svg onload='alert(1)'/>", "logo.svg", "SVG"),
        (PDF + zipped(("x.txt", b"x")), "api.pdf", "escondido"),
        (b"GIF89a" + zipped(("x.txt", b"x")), "logo.gif", "escondido"),
        (zipped(("bomba.bin", b"\0" * 40_000_000)), "catalogo.zip", "cresce"),
        (zipped(("../../etc/cron.d/x", b"x")), "catalogo.zip", "caminhos"),
        (zipped(("setup.exe", b"x")), "catalogo.zip", "setup.exe"),
        (zipped(("segredo.txt", b"x"), flag=1), "catalogo.zip", "senha"),
        (b"PK\x03\x04" + b"\0" * 50, "catalogo.zip", "danificado"),
        (b"\x00\x01\x02\x03" * 20, "dados.bin", "não é um documento"),
    ],
)
def test_what_is_not_taken_is_refused_with_a_reason(content, name, says):
    with pytest.raises(Invalid, match=says) as refused:
        keep(content, name)
    assert refused.value.field == "file"
    assert not StoredFile.objects.exists()


def test_too_many_entries_are_refused():
    with pytest.raises(Invalid, match="arquivos demais"):
        keep(zipped(*((f"{n}.txt", b"x") for n in range(archives.MEMBERS + 1))), "catalogo.zip")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", "C:\\Users\\ana\\passwd.pdf", "/abs/passwd.pdf", "a" * 400 + ".pdf"]
)
def test_a_path_in_the_name_goes_nowhere(name):
    stored = keep(PDF, name)
    assert "/" not in stored.name
    assert "\\" not in stored.name
    assert len(stored.name) <= 180
    assert stored.content.name.endswith(str(stored.id))


def test_the_same_file_that_came_back_is_noticed(settings):
    item = PrerequisiteFactory(kind="document")
    people = item.rollout.people
    prerequisites.submit(item, by=people["client"], file=ContentFile(PDF, name="api.pdf"))
    prerequisites.reject(item, by=people["pm"], reason="Incompleta")
    with pytest.raises(Invalid, match="é o mesmo arquivo"):
        prerequisites.submit(item, by=people["client"], file=ContentFile(PDF, name="api-v2.pdf"))
    assert item.submissions.count() == 1
    assert StoredFile.objects.count() == 1
    kept = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert len(kept) == 1  # Nothing that was refused lies on the disk.


class TestQuarantine:
    def test_a_file_is_not_given_out_before_it_was_seen(self, clamd):
        stored = keep(PDF, "api.pdf")
        with pytest.raises(Refusal, match="em verificação"):
            attachment(stored)
        scan_waiting_files()
        stored.refresh_from_db()
        assert stored.scan == "clean"
        assert attachment(stored).status_code == 200

    def test_a_virus_is_deleted_and_only_its_name_and_hash_stay(self, clamd):
        stored = keep(EICAR, "nota.txt")
        path = Path(stored.content.path)
        assert path.exists()
        scan_waiting_files()
        stored.refresh_from_db()
        assert (stored.scan, stored.virus) == ("infected", "Eicar-Signature")
        assert not path.exists()
        with pytest.raises(Refusal, match="Eicar-Signature"):
            attachment(stored)

    @pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"\xff\xfe"])
    def test_while_clamd_does_not_answer_the_file_waits(self, clamd, answer):
        clamd.answer = answer
        stored = keep(PDF, "api.pdf")
        scan_waiting_files()
        stored.refresh_from_db()
        assert stored.scan == "waiting"

    def test_clamd_away_loses_nothing(self, settings):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            settings.CLAMD = f"127.0.0.1:{taken.getsockname()[1]}"
        stored = keep(PDF, "api.pdf")
        scan_waiting_files()
        stored.refresh_from_db()
        assert stored.scan == "waiting"

    def test_the_delivery_says_how_it_stands(self, clamd, client_for):
        item = PrerequisiteFactory(kind="document")
        pm = client_for(item.rollout.people["pm"])
        prerequisites.submit(item, by=item.rollout.people["client"], file=ContentFile(PDF, name="api.pdf"))
        page = pm.get(reverse("prerequisites:room", args=[item.rollout_id])).content.decode()
        assert "Em verificação" in page
        [stored] = item.last.files
        assert stored.sha256 in page
        download = reverse("prerequisites:download", args=[item.rollout_id, item.last.pk, stored.pk])
        assert pm.get(download).status_code == 409

    def test_without_clamd_nothing_waits(self):
        assert keep(PDF, "api.pdf").scan == "none"
