"""The reference page of the REST API, made from its own schema, so that it cannot differ from it."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.api import idempotency
from apps.api.api import api, operations
from apps.core.web import rest

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Texts = Mapping[str, "StrOrPromise"]

EXAMPLE_PARTS = {
    "rollout_id": "1",
    "code": "PED-03",
    "result_id": "42",
    "analyst_id": "7",
    "waiver_id": "3",
    "number": "1",
    "window": "1",
    "key": "parameters",
    "condition": "kit",
}
"""The values that stand for the parts of an address in an example."""

OF_EVERY_WRITE = {
    idempotency.HEADER: _("Repetido com a mesma chave, o pedido recebe a mesma resposta e nada se faz duas vezes.")
}
"""What the page says of the parameters that the API adds to every operation that changes something."""


@require_GET
def page(request: SignedInRequest) -> HttpResponse:
    schema = api.get_openapi_schema()
    groups: dict[str, list[dict[str, Any]]] = {}
    for address, methods in schema["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(described(schema, address, method, operation))
    return render(request, "api/reference.html", {"groups": groups})


def described(schema: dict[str, Any], address: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """One operation as the page shows it."""
    content = operation.get("requestBody", {}).get("content", {})
    example = content.get("application/json", {}).get("example")
    answers = {int(status): answer for status, answer in operation["responses"].items()}
    done = min(answers)
    words = words_by_operation()[operation["operationId"]]
    texts = {**words.fields, **OF_EVERY_WRITE}
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "address": address,
        "title": words.title,
        "text": words.text,
        "scope": operation.get("x-scope", ""),
        "parameters": [
            row(schema, parameter["name"], parameter["schema"], parameter, texts)
            for parameter in operation["parameters"]
        ],
        "kinds": [{"kind": kind, "fields": fields(schema, body["schema"], texts)} for kind, body in content.items()],
        "example": json.dumps(example, indent=2, ensure_ascii=False) if example else "",
        "curl": curl(address, method, operation, example),
        "done": done,
        "answer": json.dumps(_sample(schema, _shape(answers[done])), indent=2, ensure_ascii=False),
        "refusals": [{"status": status, "code": answers[status]["description"]} for status in sorted(answers)[1:]],
    }


def words_by_operation() -> dict[str, rest.Words]:
    """What each app's router says of its operations, by their id."""
    return {operation.view_func.__name__: operation.view_func.words for operation in operations()}


def curl(address: str, method: str, operation: dict[str, Any], example: Any) -> str:
    """The command that asks for it, with the token in ``$TOKEN``."""
    for name, value in EXAMPLE_PARTS.items():
        address = address.replace(f"{{{name}}}", value)
    query = urlencode(operation.get("x-query", {}))
    lines = [f'curl "{settings.SITE_URL}{address}{f"?{query}" if query else ""}"', '-H "Authorization: Bearer $TOKEN"']
    if method == "post":
        lines.append(f'-H "Idempotency-Key: {operation["operationId"]}-1"')
    lines += operation.get("x-curl", [])
    if method == "post" and example is None:
        example = {}  # without a body curl would send a GET
    if example is not None and "x-curl" not in operation:
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(example, ensure_ascii=False)}'"]
    return " \\\n  ".join(lines)


def fields(schema: dict[str, Any], shape: dict[str, Any], texts: Texts) -> list[dict[str, Any]]:
    shape = _resolved(schema, shape)
    required = set(shape.get("required", []))
    return [
        row(schema, name, value, {"required": name in required}, texts)
        for name, value in shape.get("properties", {}).items()
    ]


def row(
    schema: dict[str, Any], name: str, shape: dict[str, Any], parameter: dict[str, Any], texts: Texts
) -> dict[str, Any]:
    """One field or parameter as the page shows it."""
    return {
        "name": name,
        "place": parameter.get("in", ""),
        "type": _kind(schema, shape),
        "required": parameter.get("required", False),
        "text": "" if parameter.get("in") == "path" else texts.get(name, ""),
    }


def _resolved(schema: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in shape:
        return schema["components"]["schemas"][shape["$ref"].rsplit("/", 1)[1]]
    return shape


def _shape(answer: dict[str, Any]) -> dict[str, Any]:
    return next((body["schema"] for body in answer.get("content", {}).values()), {})


def _kind(schema: dict[str, Any], shape: dict[str, Any]) -> str:
    shape = _resolved(schema, shape)
    if "enum" in shape:
        return " | ".join(f'"{value}"' for value in shape["enum"])
    if "const" in shape:
        return f'"{shape["const"]}"'
    if "anyOf" in shape:
        return " | ".join(_kind(schema, option) for option in shape["anyOf"])
    if shape.get("type") == "array":
        return f"[{_kind(schema, shape['items'])}]"
    size = f" (1–{shape['maxLength']})" if shape.get("minLength") else ""
    size = size or (f" (≤ {shape['maxLength']})" if "maxLength" in shape else "")
    size = size or (f" ({shape['minimum']}–{shape['maximum']})" if "minimum" in shape and "maximum" in shape else "")
    return (shape.get("format") or shape.get("type", "")) + size


def _sample(schema: dict[str, Any], shape: dict[str, Any]) -> Any:
    """A value that fits ``shape``, so that the page shows what an answer looks like."""
    shape = _resolved(schema, shape)
    if examples := shape.get("examples"):
        return examples[0]
    if "anyOf" in shape:
        return _sample(schema, shape["anyOf"][0])
    if "enum" in shape:
        return shape["enum"][0]
    match shape.get("type"):
        case "object":
            return {name: _sample(schema, value) for name, value in shape.get("properties", {}).items()}
        case "array":
            return [_sample(schema, shape["items"])]
        case "integer":
            return 1
        case "boolean":
            return True
        case "null" | None:
            return None
    return {"date": "2026-11-24", "date-time": "2026-11-24T14:03:11Z"}.get(shape.get("format", ""), "…")
