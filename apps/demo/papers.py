"""The files that the demonstration delivers: a manual as PDF, an API description, screenshots, a load test."""

import io
import json

from django.core.files.base import ContentFile, File
from PIL import Image, ImageDraw

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
    content = "%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += f"{number} 0 obj{body}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(content)
    content += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    content += f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    return content.encode("ascii")


def screen(name: str, lines: list[str]) -> File:
    """A picture of a screen that says ``lines``."""
    image = Image.new("RGB", (480, 270), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 480, 36), fill="#3a4fc4")
    for place, line in enumerate(lines):
        draw.text(
            (24, 64 + 40 * place), line.encode("latin-1", "replace").decode("latin-1"), fill="black", font_size=24
        )
    image_file = io.BytesIO()
    image.save(image_file, "PNG")
    return ContentFile(image_file.getvalue(), name=name)


def load_test() -> File:
    """The numbers of a load test, as a table."""
    rows = [
        "minuto;pedidos;tempo medio (ms)",
        *(f"{minute};{5 + minute % 3};{210 + 7 * minute}" for minute in range(60)),
    ]
    return ContentFile("\n".join(rows).encode(), name="carga.csv")
