"""What an uploaded or linked API documentation covers: OpenAPI, Swagger or a Postman collection, operation by operation.

Any other document is only known to be there and readable. What comes out is evidence for the reviewer.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

MAX_BYTES = 5_000_000
OPERATIONS = 2_000
METHODS = ("get", "post", "put", "patch", "delete")

# The processes that every integration touches, by the words that APIs use for them.
PROCESSES = {
    "products": r"product|produto|catalog|sku|item|variant|brand|marca|categor",
    "stock": r"stock|estoque|inventory|inventario|saldo|availab|quantit",
    "orders": r"order|pedido|sale|venda|checkout",
    "invoicing": r"invoice|nota|nfe|nf-e|fiscal|fatur|fulfil|shipment|shipping|tracking|envio|rastre",
}


class _Plain(yaml.SafeLoader):
    """YAML without aliases: a few lines of them can grow to gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


def coverage(content: bytes) -> dict[str, Any] | None:
    """``{"format", "title", "operations", "processes": {process: ["GET /path", …]}}``; None for any other document."""
    document = _parsed(content)
    if not isinstance(document, dict):
        return None
    if isinstance(document.get("paths"), dict) and ("openapi" in document or "swagger" in document):
        version = document.get("openapi") or document.get("swagger")
        kind, found = f"OpenAPI {version}" if "openapi" in document else f"Swagger {version}", list(_of_paths(document))
    elif isinstance(document.get("item"), list) and isinstance(document.get("info"), dict):
        kind, found = "Postman", list(_of_items(document["item"]))
    else:
        return None
    found = found[:OPERATIONS]
    processes: dict[str, list[str]] = {name: [] for name in PROCESSES}
    for operation, words in found:
        for name, pattern in PROCESSES.items():
            if re.search(pattern, words, re.IGNORECASE):
                processes[name].append(operation)
    info = document.get("info")
    title = info.get("title") or info.get("name") if isinstance(info, dict) else ""
    return {"format": kind[:40], "title": str(title or "")[:120], "operations": len(found), "processes": processes}


def looks_like_sign_in(content: bytes) -> bool:
    """A page that asks for a password instead of showing anything."""
    text = content[:200_000].lower()
    return b"<html" in text and re.search(rb"<input[^>]+type=[\"']?password", text) is not None


def _parsed(content: bytes) -> Any:
    if len(content) > MAX_BYTES:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        pass
    if not re.search(rb"(?m)^[\"']?(openapi|swagger)[\"']?\s*:", content):
        return None
    try:
        return yaml.load(content, Loader=_Plain)  # noqa: S506 - a SafeLoader that reads less
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _of_paths(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """``(operation, words that tell what it is about)``."""
    for path, verbs in document["paths"].items():
        for method in METHODS if isinstance(verbs, dict) else ():
            if isinstance(operation := verbs.get(method), dict):
                about = [path, operation.get("operationId"), operation.get("summary"), *_texts(operation.get("tags"))]
                yield f"{method.upper()} {str(path)[:160]}", " ".join(str(text) for text in about if text)


def _of_items(items: list[Any], folder: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for item in items if depth < 12 else ():
        if not isinstance(item, dict):
            continue
        name = str(item.get("name", ""))
        if isinstance(item.get("item"), list):
            yield from _of_items(item["item"], f"{folder} {name}", depth + 1)
        elif isinstance(request := item.get("request"), dict):
            url = request.get("url")
            address = str(url.get("raw", "") if isinstance(url, dict) else url or "")
            path = re.sub(r"^(https?://[^/]+|\{\{[^}]+\}\})", "", address).partition("?")[0]
            yield f"{str(request.get('method', 'GET')).upper()} {path[:160]}", f"{path} {name} {folder}"


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
