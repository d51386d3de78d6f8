"""The published JSON Schemas of what a term carries; the schemas are files that anybody may read (``/static/schemas/``)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

FOLDER = Path(__file__).resolve().parents[4] / "static" / "schemas"
TERM, LOG = "acceptance-term-1", "signing-log-1"


def address(name: str) -> str:
    """Where the schema ``name`` is published."""
    return f"{settings.SITE_URL}/{settings.STATIC_URL.strip('/')}/schemas/{name}.json"


@cache
def load(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())


def problems(value: Any, name: str) -> list[str]:
    """Where ``value`` is not what the schema ``name`` says, in the words of paths such as ``$.record.parties``."""
    from jsonschema import Draft202012Validator

    errors = Draft202012Validator(load(name)).iter_errors(value)
    return [f"{error.json_path}: not what the schema says ({error.validator})" for error in errors]
