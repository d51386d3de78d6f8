"""What an uploaded or linked API documentation covers: OpenAPI, Swagger or a Postman collection, operation by operation.

``document_reader`` runs it in a process of its own and reads any other. What comes out is evidence for the reviewer.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import yaml

from apps.prerequisites.evidence.capabilities import EXPECTED, Operation, plain, serves

MAX_BYTES = 5_000_000
OPERATIONS = 2_000
DEPTH = 100
"""Lists and tables within each other that a document may have."""
QUOTED = b"\"' \t\xef\xbb\xbf"
FIELDS = 2_000
"""Names of an operation's fields that are looked at."""
ARCHIVED = 40
METHODS = ("get", "post", "put", "patch", "delete")

# The processes that every integration touches, by the words that APIs use for them.
PROCESSES = {
    "products": r"product|produto|catalog|sku|item|variant|brand|marca|categor",
    "stock": r"stock|estoque|inventory|inventario|saldo|availab|quantit",
    "orders": r"order|pedido|sale|venda|checkout",
    "invoicing": r"invoice|nota|nfe|nf-e|fiscal|fatur|fulfil|shipment|shipping|tracking|envio|rastre",
}


def coverage(content: bytes) -> dict[str, Any] | None:
    """``{"format", "title", "operations", "processes": {process: ["GET /path", …]}, "capabilities": {process: {capability:
    […]}}}``; None for any other document. ``processes`` has every operation that speaks of the process."""
    document = _parsed(content)
    if isinstance(document, dict) and isinstance(document.get("collection"), dict):
        document = document["collection"]
    if not isinstance(document, dict):
        return None
    if isinstance(document.get("paths"), dict) and ("openapi" in document or "swagger" in document):
        version = document.get("openapi") or document.get("swagger")
        kind, operations = f"OpenAPI {version}" if "openapi" in document else f"Swagger {version}", _of_paths(document)
    elif isinstance(document.get("item"), list) and isinstance(document.get("info"), dict):
        kind, operations = "Postman", _of_items(document["item"])
    else:
        return None
    processes: dict[str, list[str]] = {name: [] for name in PROCESSES}
    served: dict[str, dict[str, list[str]]] = {
        process: {name: [] for name in names} for process, names in EXPECTED.items()
    }
    count = 0
    for operation, words in islice(operations, OPERATIONS):
        count += 1
        for name, pattern in PROCESSES.items():
            if re.search(pattern, f"{operation.path} {words}", re.IGNORECASE):
                processes[name].append(operation.name)
        for process, name in serves(operation):
            served[process][name].append(operation.name)
    info = document.get("info")
    title = info.get("title") or info.get("name") if isinstance(info, dict) else ""
    return {
        "format": kind[:40], "title": str(title or "")[:120], "operations": count, "processes": processes,
        "capabilities": served,
    }  # fmt: skip


def joined(coverages: list[dict[str, Any]]) -> dict[str, Any]:
    """Several documents as one: a ZIP with the catalogue in one file and the orders in another."""
    together = {
        **coverages[0],
        "documents": len(coverages),
        "operations": sum(part["operations"] for part in coverages),
    }
    together["format"] = ", ".join(dict.fromkeys(part["format"] for part in coverages))[:40]
    together["title"] = ", ".join(dict.fromkeys(part["title"] for part in coverages if part["title"]))[:120]
    together["processes"] = {name: _merged(part["processes"][name] for part in coverages) for name in PROCESSES}
    together["capabilities"] = {
        process: {name: _merged(part["capabilities"][process][name] for part in coverages) for name in names}
        for process, names in EXPECTED.items()
    }
    return together


def _merged(lists: Iterable[list[str]]) -> list[str]:
    return list(dict.fromkeys(chain.from_iterable(lists)))[:OPERATIONS]


def _parsed(content: bytes) -> Any:
    if len(content) > MAX_BYTES:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        pass
    if not _begins_like_yaml(content):
        return None
    try:
        return _of_yaml(content)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _begins_like_yaml(content: bytes) -> bool:
    """A line of its own names the format: ``openapi: 3.1.0``."""
    for line in content.splitlines():
        name, colon, _version = line.partition(b":")
        if colon and not line[:1].isspace() and name.strip(QUOTED) in (b"openapi", b"swagger"):
            return True
    return False


def _of_yaml(content: bytes) -> Any:
    """YAML without aliases: a few lines of them can grow to gigabytes. Raises ``yaml.YAMLError``."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    for event in yaml.parse(content, Loader=loader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            raise yaml.YAMLError("too deep")
    return yaml.load(content, Loader=loader)  # noqa: S506 - a safe loader


def _of_paths(document: dict[str, Any]) -> Iterator[tuple[Operation, str]]:
    """Each operation and all the words that tell what it is about. Webhooks are calls to us, not ours: left out."""
    base = document.get("basePath") if "swagger" in document else ""
    base = base.rstrip("/") if isinstance(base, str) else ""
    for path, verbs in document["paths"].items():
        verbs = _resolved(document, verbs)
        for method in METHODS if isinstance(verbs, dict) else ():
            if isinstance(operation := verbs.get(method), dict):
                called = [str(text) for name in ("operationId", "summary") if (text := operation.get(name))]
                title = plain(" ".join(called))
                yield (
                    Operation(method.upper(), f"{base}{path}", title, _fields(document, operation)),
                    " ".join([*called, *_texts(operation.get("tags"))]),
                )


def _resolved(document: dict[str, Any], value: Any) -> Any:
    """``value``, or what its local ``$ref`` points at; another file's is not followed."""
    for _hop in range(5):
        reference = value.get("$ref") if isinstance(value, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return value
        value = document
        for step in reference[2:].split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            value = value.get(key) if isinstance(value, dict) else None
    return None


def _fields(document: dict[str, Any], operation: dict[str, Any]) -> str:
    """The names of what the operation takes in its body, two levels deep, as words."""
    body = _resolved(document, operation.get("requestBody"))
    media = body.get("content") if isinstance(body, dict) else None
    schemas = [row.get("schema") for row in media.values() if isinstance(row, dict)] if isinstance(media, dict) else []
    rows = operation.get("parameters")
    for row in rows if isinstance(rows, list) else []:
        row = _resolved(document, row)
        if isinstance(row, dict) and row.get("in") == "body":
            schemas.append(row.get("schema"))
    names = chain.from_iterable(_names(document, schema) for schema in schemas[:3])
    return plain(" ".join(islice(names, FIELDS)))


def _names(document: dict[str, Any], schema: Any, depth: int = 0) -> Iterator[str]:
    schema = _resolved(document, schema)
    if not isinstance(schema, dict) or depth > 2:
        return
    for part in schema.get("allOf", []) if isinstance(schema.get("allOf"), list) else []:
        yield from _names(document, part, depth + 1)
    if isinstance(items := schema.get("items"), dict):
        yield from _names(document, items, depth + 1)
    properties = schema.get("properties")
    for name, value in list(properties.items())[:80] if isinstance(properties, dict) else []:
        yield str(name)
        yield from _names(document, value, depth + 1)


def _of_items(items: list[Any], folder: str = "", depth: int = 0) -> Iterator[tuple[Operation, str]]:
    for item in items if depth < 12 else ():
        if not isinstance(item, dict):
            continue
        name = str(item.get("name", ""))
        request = item.get("request")
        if isinstance(item.get("item"), list):
            yield from _of_items(item["item"], f"{folder} {name}", depth + 1)
        elif isinstance(request, (dict, str)):
            request = {"url": request} if isinstance(request, str) else request
            body = request.get("body")
            raw = str(body.get("raw", ""))[:20_000] if isinstance(body, dict) else ""
            names = plain(" ".join(re.findall(r'"(\w{1,60})"\s*:', raw)))
            method = str(request.get("method", "GET")).upper()
            yield Operation(method, _path(request.get("url")), plain(name), names), f"{name} {folder}"


def _path(url: Any) -> str:
    """The path of a Postman address, written as text (2.0), as an object with its text, or in parts."""
    if isinstance(url, dict) and not url.get("raw") and isinstance(url.get("path"), list):
        return "/" + "/".join(str(step) for step in url["path"])
    address = str(url.get("raw", "") if isinstance(url, dict) else url or "")
    path = re.sub(r"^(https?://[^/]+|\{\{[^}]+\}\})", "", address).partition("?")[0]
    return path if path.startswith("/") else f"/{path}"


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
