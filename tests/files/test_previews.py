"""Pictures of what a file shows: drawn apart, after quarantine, and never at the cost of the worker."""

import io
import struct
import zlib

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from apps.files import actions, drawing, previews, queries
from apps.files.http import picture
from apps.files.models import StoredFile
from apps.files.tasks import draw_file, draw_waiting_files, scan_waiting_files
from apps.prerequisites import actions as prerequisites
from tests.files.factories import PreviewFactory
from tests.prerequisites.factories import PrerequisiteFactory

pytestmark = pytest.mark.django_db


def image(kind="PNG", size=(40, 20), mode="RGB", **options):
    box = io.BytesIO()
    Image.new(mode, size, "red").save(box, kind, **options)
    return box.getvalue()


def pdf(pages=1, **options):
    box = io.BytesIO()
    sheets = [Image.new("RGB", (200, 100), "white") for _page in range(pages)]
    sheets[0].save(box, "PDF", save_all=True, append_images=sheets[1:], **options)
    return box.getvalue()


def huge_png():
    """A few hundred bytes that say they are 60,000 × 60,000 points."""

    def chunk(kind, data):
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    head = struct.pack("!IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def drawn(content, name):
    stored = actions.store(ContentFile(content, name=name), by=None)
    draw_file(str(stored.pk))
    stored.refresh_from_db()
    return stored


@pytest.mark.parametrize(
    ("content", "name", "pages"),
    [
        (pdf(1), "api.pdf", 1),
        (pdf(5), "api.pdf", 3),
        (image("PNG", mode="RGBA"), "tela.png", 1),
        (image("JPEG", size=(3000, 2000)), "foto.jpg", 1),
        (image("GIF"), "tela.gif", 1),
        (image("WEBP"), "tela.webp", 1),
        (image("TIFF"), "tela.tiff", 1),
    ],
)
def test_documents_and_images_are_drawn_as_png_of_a_fair_size(content, name, pages):
    stored = drawn(content, name)
    assert (stored.drawn, stored.previews.count()) == ("ready", pages)
    with stored.previews.first().picture.open("rb") as made, Image.open(made) as page:
        assert page.format == "PNG"
        assert max(page.size) <= drawing.SIDE


HOSTILE = {
    "broken PDF": (b"%PDF-1.7\n1 0 obj\n", "api.pdf"),
    "broken image": (b"\x89PNG\r\n\x1a\n0000", "tela.png"),
    "decompression bomb": (huge_png(), "tela.png"),
    "not a known image after all": (b"\x00\x00\x00\x18ftypheic\x00\x00", "foto.heic"),
    "PDF cut in the middle": (pdf(3)[:400], "api.pdf"),
    "locked PDF": (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"3 0 obj<</Filter/Standard/V 1/R 2/O<" + b"11" * 32 + b">/U<" + b"22" * 32 + b">/P -4>>endobj\n"
        b"trailer<</Root 1 0 R/Encrypt 3 0 R/ID[<00><00>]>>\n%%EOF",
        "segredo.pdf",
    ),
}


@pytest.mark.parametrize(("content", "name"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_cannot_be_drawn_has_no_preview_and_is_not_tried_again(content, name):
    stored = drawn(content, name)
    assert (stored.drawn, stored.previews.count()) == ("impossible", 0)
    assert queries.to_be_drawn() == []


@pytest.mark.parametrize(
    "do", ["end", "nothing", "no_picture", "a_huge_picture", "answer_something_else", "use_memory", "write_much"]
)
def test_a_file_that_takes_the_child_with_it_leaves_the_worker_standing(do, monkeypatch):
    monkeypatch.setattr(previews, "READER", f"tests.files.readers.{do}")
    assert drawn(pdf(), "api.pdf").drawn == "impossible"


def test_nothing_is_drawn_in_quarantine(clamd):
    stored = actions.store(ContentFile(image(), name="tela.png"), by=None)
    draw_file(str(stored.pk))
    draw_waiting_files()
    stored.refresh_from_db()
    assert stored.drawn == "waiting"
    scan_waiting_files()
    draw_waiting_files()
    stored.refresh_from_db()
    assert stored.drawn == "ready"


def test_drawing_twice_does_no_harm():
    stored = drawn(image(), "tela.png")
    draw_file(str(stored.pk))
    assert stored.previews.count() == 1


def test_a_clean_file_is_handed_to_the_worker_and_drawn(a_worker, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        stored = actions.store(ContentFile(image(), name="tela.png"), by=None)
    stored.refresh_from_db()
    assert stored.drawn == "ready"


def test_texts_and_sheets_have_none():
    assert actions.store(ContentFile(b"sku;preco\n", name="precos.csv"), by=None).drawn == "none"


def test_the_picture_is_served_as_a_picture_and_nothing_else():
    answer = picture(PreviewFactory().file, 1)
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]


def test_who_may_have_the_file_sees_its_pages_and_nobody_else(client_for):
    item = PrerequisiteFactory(kind="document")
    people = item.rollout.people
    submission = prerequisites.submit(item, by=people["client"], file=ContentFile(image(), name="tela.png"))
    draw_waiting_files()
    page = client_for(people["pm"]).get(reverse("prerequisites:room", args=[item.rollout_id])).content.decode()
    address = reverse("prerequisites:preview", args=[item.rollout_id, submission.pk, submission.files[0].pk, 1])
    assert address in page
    assert client_for(people["integrator"]).get(address).status_code == 200
    assert client_for(people["stranger"]).get(address).status_code == 404
    assert client_for(people["pm"]).get(address.replace("/1/", "/9/")).status_code == 404
    StoredFile.objects.update(scan="infected")
    assert client_for(people["pm"]).get(address).status_code == 404
