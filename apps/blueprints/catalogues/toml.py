"""The content of a script as the data file writes it, and back."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from pydantic import TypeAdapter, ValidationError

from apps.blueprints.catalogues.script import AnyScript, Script, problems, with_conditions_apart
from apps.core.refusals import Invalid
from apps.core.untrusted import confined

HEAD = "# The homologation script for ERP and e-commerce connectors. Codes are for ever; raise the version to change a case."
READER = "apps.blueprints.catalogues.toml_reader"
LIMITS = confined.Limits(cpu_seconds=5, seconds=20)
TABLES = ("processes", "conditions", "cases")


def write(content: Mapping[str, Any], version: int) -> str:
    """TOML that ``read`` takes back to the same content."""
    rows = {name: content[name] for name in TABLES if content.get(name)}
    lines = [HEAD, f"version = {version}"]
    lines += [f"{name} = {_value(value)}" for name, value in content.items() if name not in rows]
    for name, table in rows.items():
        for row in table:
            lines += ["", f"[[{name}]]", *(f"{key} = {_value(value)}" for key, value in row.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }" if value else "{}"
    if isinstance(value, list):
        if value and isinstance(value[0], Mapping):
            return "[\n" + "".join(f"  {_value(item)},\n" for item in value) + "]"
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, str):
        # A JSON string is a TOML string, but for the one control character that JSON leaves as it is.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def read(text: str) -> tuple[int, dict[str, Any]]:
    """The version and the content of a whole script. Raises ``Invalid`` (422), ``field`` "file", saying what is wrong."""
    try:
        parsed = confined.read(READER, text.encode("utf-8", "replace"), limits=LIMITS)
    except confined.ReadingFailed as failure:
        raise Invalid(failure.sentence, field="file") from None
    if "error" in parsed:
        raise Invalid(_("O arquivo não é um TOML válido: %(error)s") % {"error": parsed["error"]}, field="file")
    raw = parsed["content"]
    try:
        script: Script = TypeAdapter(AnyScript).validate_python(raw)
    except ValidationError as error:
        details = [f"{'.'.join(str(step) for step in fault['loc'])}: {fault['msg']}" for fault in error.errors()[:5]]
        raise Invalid(_("O arquivo não é um roteiro:"), details=details, field="file") from None
    raw = with_conditions_apart(raw)
    if reasons := problems(raw):
        raise Invalid(_("O roteiro do arquivo não fecha:"), details=reasons[:10], field="file")
    return script.version, {name: value for name, value in raw.items() if name != "version"}
