"""The documents that the demonstration delivers: a manual to look at and an API description to read."""

import json

from django.core.files.base import ContentFile, File

PROCESSES = {"products": "Produtos", "inventory": "Estoque", "orders": "Pedidos", "invoices": "Faturamento e envio"}


def api_documentation(platform: str) -> list[File]:
    """A manual of two pages and an OpenAPI document of ``platform``."""
    pages = [
        [f"API {platform}", "Manual de integracao", "", *(f"- {label}" for label in PROCESSES.values())],
        ["Pedidos", "", "GET /orders", "POST /orders"],
    ]
    described = {
        "openapi": "3.0.3",
        "info": {"title": f"API {platform}", "version": "1"},
        "paths": {
            f"/{name}": {
                "get": {"summary": f"Lista: {label}", "responses": {"200": {"description": "OK"}}},
                "post": {"summary": f"Cria: {label}", "responses": {"201": {"description": "OK"}}},
            }
            for name, label in PROCESSES.items()
        },
    }
    return [
        ContentFile(pdf(pages), name=f"manual-{platform}.pdf"),
        ContentFile(json.dumps(described, indent=1).encode(), name=f"api-{platform}.json"),
    ]


def pdf(pages: list[list[str]]) -> bytes:
    """A PDF with these lines of plain text on its pages."""
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for place, lines in enumerate(pages):
        text = f"BT /F1 18 Tf 26 TL 60 760 Td {''.join(f'({line}) Tj T* ' for line in lines)}ET"
        sheet = "/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>"
        objects.append(f"<</Type/Page/Parent 2 0 R{sheet}/Contents {5 + 2 * place} 0 R>>")
        objects.append(f"<</Length {len(text)}>>stream\n{text}\nendstream")
    out = "%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj{body}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    out += f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    return out.encode("ascii")
