"""What an integration needs, found or missing, in documents shaped like the ones that platforms publish."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from apps.core.untrusted import confined
from apps.prerequisites import actions, queries
from apps.prerequisites.evidence import api_docs, documents
from apps.prerequisites.tasks import read_unread_documents
from tests.prerequisites.factories import PrerequisiteFactory

FOLDER = Path(__file__).parent / "documents"
ALL = {f"{process}.{name}" for process, names in api_docs.EXPECTED.items() for name in names}


def read(name):
    return (FOLDER / name).read_bytes()


def served(found):
    return {
        f"{process}.{name}": operations
        for process, names in found["capabilities"].items()
        for name, operations in names.items()
        if operations
    }


@pytest.mark.parametrize(
    ("name", "format", "missing"),
    [
        ("vtex_orders.json", "OpenAPI 3.0.0", {name for name in ALL if name.startswith(("products", "stock"))}),
        (
            "woocommerce.yaml",
            "OpenAPI 3.1.0",
            {"stock.read", "orders.cancel", "invoicing.invoice", "invoicing.tracking"},
        ),
        ("bling_v3.yaml", "Swagger 2.0", {"products.images", "orders.cancel", "invoicing.tracking"}),
        ("tiendanube.json", "OpenAPI 3.0.2", {"stock.read", "invoicing.invoice"}),
        ("tray.postman.json", "Postman", {"stock.read", "orders.status", "invoicing.tracking"}),
    ],
)
def test_what_is_missing_is_named(name, format, missing):
    found = api_docs.coverage(read(name))
    assert found["format"] == format
    assert ALL - set(served(found)) == missing


def test_an_operation_stands_under_what_it_does():
    found = served(api_docs.coverage(read("vtex_orders.json")))
    assert found == {
        "orders.list": ["GET /api/oms/pvt/orders"],
        "orders.read": ["GET /api/oms/pvt/orders/{orderId}"],
        "orders.status": ["POST /api/oms/pvt/orders/{orderId}/start-handling",
                          "POST /api/oms/pvt/orders/{orderId}/invoice",
                          "PATCH /api/oms/pvt/orders/{orderId}/invoice/{invoiceNumber}"],
        "orders.cancel": ["POST /api/oms/pvt/orders/{orderId}/cancel"],
        "invoicing.invoice": ["POST /api/oms/pvt/orders/{orderId}/invoice",
                              "PATCH /api/oms/pvt/orders/{orderId}/invoice/{invoiceNumber}"],
        "invoicing.tracking": ["PATCH /api/oms/pvt/orders/{orderId}/invoice/{invoiceNumber}"],
    }  # fmt: skip


def test_prices_stock_and_images_are_found_in_what_a_product_takes():
    found = served(api_docs.coverage(read("woocommerce.yaml")))
    for name in ("products.prices", "products.images", "stock.update"):
        assert "PUT /wc/v3/products/{id}" in found[name]


def test_a_base_path_stands_before_the_operations():
    assert "POST /Api/v3/nfe" in served(api_docs.coverage(read("bling_v3.yaml")))["invoicing.invoice"]


def test_an_exported_collection_in_its_wrapper_is_read_too():
    wrapped = b'{"collection": ' + read("tray.postman.json") + b"}"
    assert api_docs.coverage(wrapped) == api_docs.coverage(read("tray.postman.json"))


def test_a_reference_that_goes_in_circles_ends():
    document = b'{"openapi": "3.0.0", "paths": {"/a": {"$ref": "#/paths/~1a"}, "/b": {"$ref": "other.json#/x"}}}'
    assert api_docs.coverage(document)["operations"] == 0


def zipped(*names, **more):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(f"docs/{name}", read(name))
        for name, text in more.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return content.getvalue()


def test_the_documents_of_an_archive_are_joined():
    found = documents.of_content(zipped("vtex_orders.json", "tiendanube.json", readme="leia"))
    assert (found["found"], found["documents"]) == ("coverage", 2)
    assert found["operations"] == 8 + 12
    assert set(served(found)) == ALL - {"stock.read"}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b" \n\0", "empty"),
        (b"\x89PNG\r\n\x1a\n....", "pictures"),
        (b"Manual da API em texto", "document"),
        (zipped(word__document_xml="<w:p><w:t>Pedidos</w:t></w:p>"), "document"),
        (zipped(word__document_xml="<w:p> </w:p>"), "empty"),
        (b"PK\x03\x04 quebrado", "broken"),
        (b"%PDF-1.7 quebrado", "broken"),
    ],
)
def test_any_other_document_is_opened(content, found):
    assert documents.of_content(content)["found"] == found


def packed(name, content):
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return box.getvalue()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (packed("ppt/slides/slide1.xml", b"<" * 400_000), "broken"),
        (packed("word/document.xml", b"<a>" * 400_000), "broken"),
        (packed("word/document.xml", b"<!DOCTYPE a [<!ENTITY b 'words'>]><a>&b;</a>"), "broken"),
        (packed("word/document.xml", b"<a>" + b" " * 30_000_000), "heavy"),
        (packed("api.json", b"[" * 3_000_000), "document"),
        (b"openapi: 3.0.0\npaths: " + b"[" * 100_000, "document"),
        (b'openapi: 3.0.0\ninfo: {title: "a\\0b"}\npaths: {}', "coverage"),
    ],
)
def test_a_document_made_to_hold_the_worker_does_not(content, found):
    read = documents.of_content(content)
    assert read["found"] == found
    assert "\0" not in read.get("title", "")


@pytest.mark.django_db
def test_a_document_that_takes_too_much_says_so_and_is_not_read_again(monkeypatch, client_for):
    def ends(*arguments, **options):
        raise confined.TooMuch("time")

    monkeypatch.setattr(confined, "read", ends)
    item = PrerequisiteFactory(kind="document")
    submission = actions.submit(item, by=item.rollout.people["client"], file=ContentFile(b"%PDF-1.7", name="a.pdf"))
    assert queries.documents_to_read() == [submission.pk]
    read_unread_documents()
    assert queries.documents_to_read() == []
    page = client_for(item.rollout.people["pm"]).get(reverse("prerequisites:room", args=[item.rollout_id]))
    assert "não pôde ser lido até o fim" in page.content.decode()


def test_a_pdf_is_opened_apart_and_its_words_looked_for():
    import pypdfium2

    blank = io.BytesIO()
    made = pypdfium2.PdfDocument.new()
    made.new_page(200, 200)
    made.save(blank)
    assert documents.of_content(blank.getvalue()) == {"found": "pictures", "pages": 1}
    assert documents.of_content(b"%PDF-1.4\n" + PDF_WITH_WORDS) == {"found": "document", "pages": 1}


STREAM = b"BT /F1 12 Tf 10 100 Td (Pedidos) Tj ET"
PDF_WITH_WORDS = (
    b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
    b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%%%EOF" % (len(STREAM), STREAM)
)
