"""The upload abuse table: each line is tried at the form and in parts, and ends the same way."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from apps.files.models import StoredFile, Upload
from apps.files.tasks import scan_waiting_files
from tests.files.conftest import EICAR
from tests.files.factories import UploadFactory
from tests.files.test_parts import begin, on_disk, send
from tests.prerequisites.factories import PrerequisiteFactory

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n"


def zipped(name: str, content: bytes) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return box.getvalue()


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
    monkeypatch.setattr("apps.core.queue.current_app.send_task", lambda *args, **kwargs: None)
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
    assert (stored.scan, stored.found, path.exists()) == ("infected", "Eicar-Signature", False)
    assert reviewer.get(url).status_code == 409


def test_one_bad_file_keeps_none_of_the_others(item, browser, settings):
    good, bad = ContentFile(PDF, name="api.pdf"), ContentFile(b"MZ\x90\x00\x03", name="nota.pdf")
    assert deliver(browser, item, file=[good, bad]).status_code == 422
    assert not StoredFile.objects.exists()
    assert on_disk(settings) == []
