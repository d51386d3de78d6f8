"""What an API documentation covers, operation by operation; shaped like what platforms publish."""

import json
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from apps.core import clock
from apps.core.network import outbound
from apps.core.network.outbound import Answer, Unreachable
from apps.prerequisites import actions, queries, schedule
from apps.prerequisites import gathering as evidence
from apps.prerequisites.evidence import api_docs
from apps.prerequisites.tasks import read_unread_documents
from tests.prerequisites.factories import PrerequisiteFactory

OPENAPI_3 = {
    "openapi": "3.0.3",
    "info": {"title": "Catalog API"},
    "paths": {
        "/api/catalog/pvt/product": {"post": {"summary": "Create product", "tags": ["Product"]}, "parameters": []},
        "/api/logistics/pvt/inventory/skus/{skuId}": {"get": {"operationId": "InventoryBySku"}},
        "/api/oms/pvt/orders/{orderId}": {"get": {"tags": ["Orders"]}},
        "/api/oms/pvt/orders/{orderId}/invoice": {"post": {"summary": "Order invoice notification"}},
        "/health": {"get": {}},
    },
}
SWAGGER_2 = b"""
swagger: "2.0"
info: {title: API da loja}
paths:
  /produtos/{id}:
    get: {summary: Consulta produto}
  /produtos/{id}/estoque:
    put: {summary: Atualiza saldo}
"""
OPENAPI_31_YAML = b"""
openapi: 3.1.0
info:
  title: Pedidos
paths:
  /v1/pedidos:
    get: {operationId: listarPedidos}
    post: {operationId: criarPedido}
  /v1/pedidos/{id}/nota-fiscal:
    post: {operationId: enviarNota}
"""
POSTMAN = {
    "info": {"name": "Loja", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
    "item": [
        {
            "name": "Produtos",
            "item": [{"name": "Listar", "request": {"method": "GET", "url": {"raw": "{{base}}/v1/x?a=1"}}}],
        },
        {"name": "Pedido novo", "request": {"method": "POST", "url": "https://api.loja.example/v1/orders"}},
    ],
}


@pytest.mark.parametrize(
    ("document", "format", "counts"),
    [
        (json.dumps(OPENAPI_3).encode(), "OpenAPI 3.0.3", {"products": 2, "stock": 1, "orders": 2, "invoicing": 1}),
        (SWAGGER_2, "Swagger 2.0", {"products": 2, "stock": 1, "orders": 0, "invoicing": 0}),
        (OPENAPI_31_YAML, "OpenAPI 3.1.0", {"products": 0, "stock": 0, "orders": 3, "invoicing": 1}),
        (json.dumps(POSTMAN).encode(), "Postman", {"products": 1, "stock": 0, "orders": 1, "invoicing": 0}),
    ],
)
def test_operations_are_found_under_their_processes(document, format, counts):
    found = api_docs.coverage(document)
    assert found["format"] == format
    assert {name: len(operations) for name, operations in found["processes"].items()} == counts


def test_paths_of_a_postman_collection_lose_their_host_and_query():
    assert api_docs.coverage(json.dumps(POSTMAN).encode())["processes"] == {
        "products": ["GET /v1/x"], "stock": [], "orders": ["POST /v1/orders"], "invoicing": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"", b"%PDF-1.7", b"[1, 2]", b'{"paths": 3, "openapi": "3"}', b"openapi: [", b"{" * 100_000,
        b"openapi: 3.0.0\na: &a [1]\npaths: {x: *a}", b"swagger: '2.0'\npaths: 7", b"x" * (api_docs.MAX_BYTES + 1),
    ],
)  # fmt: skip
def test_anything_else_is_none_of_them_and_hurts_nobody(content):
    assert api_docs.coverage(content) is None


pytestmark = pytest.mark.django_db


class TestEvidence:
    @pytest.fixture
    def item(self):
        return PrerequisiteFactory(kind="document")

    def deliver(self, item, **content):
        return actions.submit(item, by=item.rollout.people["client"], **content)

    def test_an_uploaded_document_is_read_and_shown_to_the_reviewer(self, item, client_for):
        upload = ContentFile(json.dumps(OPENAPI_3).encode(), name="api.json")
        submission = self.deliver(item, file=upload)
        assert queries.documents_to_read() == [submission.pk]
        read_unread_documents()
        assert queries.documents_to_read() == []
        page = client_for(item.rollout.people["pm"]).get(reverse("prerequisites:room", args=[item.rollout_id]))
        text = page.content.decode()
        assert "OpenAPI 3.0.3" in text
        assert "GET /api/oms/pvt/orders/{orderId}" in text

    @pytest.mark.parametrize(
        ("answer", "found", "says"),
        [
            (Answer(200, "x", body=SWAGGER_2), "coverage", "nada encontrado"),
            (Answer(200, "x", body=b"<html><form><input name=p type='password'>"), "sign_in", "O link pede senha"),
            (Answer(200, "x", body=b"  "), "empty", "está vazio"),
            (Answer(404, "x", body=b"not here"), "unreachable", "HTTP 404"),
            (Unreachable("address"), "unreachable", "O link não abriu"),
            (Answer(200, "x", body=b"<html>Docs</html>"), "document", "as operações não são lidas"),
        ],
    )
    def test_a_link_is_opened(self, answer, found, says, item, client_for, monkeypatch):
        def fetch(method, url, **kwargs):
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(outbound, "fetch", fetch)
        submission = self.deliver(item, link="https://docs.exemplo.com.br/api")
        assert evidence.read_document(submission.pk)["found"] == found
        page = client_for(item.rollout.people["pm"]).get(reverse("prerequisites:room", args=[item.rollout_id]))
        assert says in page.content.decode()
        item.refresh_from_db()
        assert item.state == "submitted"

    @pytest.mark.parametrize(
        ("answer", "found"),
        [
            (Answer(401, "x", body=b""), "sign_in"),
            (Answer(403, "x", body=b"no"), "sign_in"),
            (Answer(200, "https://docs.x.com.br/login?next=/", body=b"<html>Docs"), "sign_in"),
            (Answer(200, "https://accounts.google.com/v3/x", body=b"<html>Docs"), "sign_in"),
            (
                Answer(200, "x", body=b"<html><body><div id=root></div><script src=a.js></script></body></html>"),
                "shell",
            ),
            (Answer(200, "https://docs.x.com.br/blogin-faq", body=b"<html>Docs"), "document"),
        ],
    )
    def test_a_door_is_no_document(self, answer, found, item, monkeypatch):
        monkeypatch.setattr(outbound, "fetch", lambda method, url, **kwargs: answer)
        submission = self.deliver(item, link="https://docs.exemplo.com.br/api")
        assert evidence.read_document(submission.pk)["found"] == found

    def test_a_link_that_died_keeps_what_it_showed_and_says_so(self, item, client_for, monkeypatch):
        answers = iter(
            [Answer(200, "x", body=SWAGGER_2), Answer(404, "x"), Answer(404, "x"), Answer(200, "x", body=SWAGGER_2)]
        )
        monkeypatch.setattr(outbound, "fetch", lambda method, url, **kwargs: next(answers))
        submission = self.deliver(item, link="https://docs.exemplo.com.br/api")
        evidence.read_document(submission.pk)
        assert schedule.due().links == []
        with clock.at(clock.now() + timedelta(days=2)):
            assert schedule.due().links == [submission.pk]
        for _day in range(2):
            found = evidence.read_document(submission.pk)
            assert (found["found"], found["died"]["found"]) == ("coverage", "unreachable")
        page = client_for(item.rollout.people["pm"]).get(reverse("prerequisites:room", args=[item.rollout_id]))
        assert "O link deixou de abrir como antes" in page.content.decode()
        assert "Swagger 2.0" in page.content.decode()
        item.refresh_from_db()
        assert item.state == "submitted"
        assert "died" not in evidence.read_document(submission.pk)

    def test_what_is_missing_is_said_plainly(self, item, client_for):
        upload = ContentFile(json.dumps(OPENAPI_3).encode(), name="api.json")
        evidence.read_document(self.deliver(item, file=upload).pk)
        page = client_for(item.rollout.people["pm"]).get(reverse("prerequisites:room", args=[item.rollout_id]))
        text = page.content.decode()
        assert "Evidência, não decisão" in text
        assert "Nada encontrado para:" in text
        assert "cancelar pedido" in text
