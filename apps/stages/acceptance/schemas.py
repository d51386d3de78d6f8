"""The published JSON Schemas of what a term carries, and a judge of the few keywords that they use.

The schemas are files that anybody may read (``/static/schemas/``); the judge needs nothing else, so that a term can be
verified wherever the application's code is, with no further package.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

FOLDER = Path(__file__).resolve().parents[3] / "static" / "schemas"
TERM, LOG = "acceptance-term-1", "signing-log-1"
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "null": (type(None),),
}


def address(name: str) -> str:
    """Where the schema ``name`` is published."""
    return f"{settings.SITE_URL}/{settings.STATIC_URL.strip('/')}/schemas/{name}.json"


@cache
def load(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())


def problems(value: Any, name: str) -> list[str]:
    """Where ``value`` is not what the schema ``name`` says, in the words of paths such as ``$.record.parties``."""
    return list(_judge(value, load(name), "$"))


def _judge(value: Any, schema: dict[str, Any], path: str) -> Iterator[str]:
    if "const" in schema and not _same(value, schema["const"]):
        yield f"{path}: not {schema['const']!r}"
    if "enum" in schema and not any(_same(value, each) for each in schema["enum"]):
        yield f"{path}: none of {schema['enum']}"
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        yield f"{path}: not of type {' or '.join(kinds)}"
        return
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path}: not as {schema['pattern']}"
    if _is(value, "integer") and value < schema.get("minimum", value):
        yield f"{path}: less than {schema['minimum']}"
    if isinstance(value, dict):
        known = schema.get("properties", {})
        yield from (f"{path}.{key}: missing" for key in schema.get("required", []) if key not in value)
        for key, each in value.items():
            if key in known:
                yield from _judge(each, known[key], f"{path}.{key}")
            elif schema.get("additionalProperties") is False:
                yield f"{path}.{key}: not known"
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield f"{path}: fewer than {schema['minItems']}"
        for index, each in enumerate(value):
            yield from _judge(each, schema.get("items", {}), f"{path}[{index}]")


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, TYPES[kind]) and not (kind == "integer" and isinstance(value, bool))


def _same(value: Any, other: Any) -> bool:
    return type(value) is type(other) and value == other
