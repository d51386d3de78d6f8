"""The content of a script as the data file writes it, and back."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from pydantic import TypeAdapter, ValidationError

from apps.blueprints.catalogues.script import AnyScript, Script, problems, with_conditions_apart
from apps.core.refusals import Invalid
from apps.core.untrusted import confined, texts

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


def read(file_content: bytes) -> tuple[int, dict[str, Any]]:
    """The version and the content of a whole script, in whichever encoding it was saved. Raises ``Invalid`` (422), ``field``
    "file", saying what is wrong and where."""
    text = texts.text_of(file_content)
    try:
        parsed = confined.read(READER, text.encode("utf-8", "replace"), limits=LIMITS)
    except confined.ReadingFailed as failure:
        raise Invalid(failure.sentence, field="file") from None
    if "content" not in parsed:
        raise Invalid(_not_toml(text, parsed["line"]), field="file")
    raw = parsed["content"]
    try:
        script: Script = TypeAdapter(AnyScript).validate_python(raw)
    except ValidationError as error:
        details = [_in_words(fault["loc"], fault["type"]) for fault in error.errors()[:5]]
        raise Invalid(_("O arquivo não é um roteiro:"), details=details, field="file") from None
    raw = with_conditions_apart(raw)
    if reasons := problems(raw):
        raise Invalid(_("O roteiro do arquivo não fecha:"), details=reasons[:10], field="file")
    return script.version, {name: value for name, value in raw.items() if name != "version"}


def _not_toml(text: str, line: int | None) -> str:
    if line is None:
        return _("O arquivo não é um TOML válido: ele termina no meio de um valor.")
    lines = text.splitlines()
    excerpt = lines[line - 1].strip()[:80] if line <= len(lines) else ""
    return _("O arquivo não é um TOML válido: confira a linha %(line)d, “%(excerpt)s”.") % {
        "line": line,
        "excerpt": excerpt,
    }


def _in_words(place: Sequence[str | int], fault: str) -> str:
    """A fault of the content in a sentence; ``place`` leads to the value, ``fault`` is the kind that pydantic gives it."""
    where = ".".join(str(step + 1) if isinstance(step, int) else step for step in place)
    sentences = {
        "missing": _("%(where)s: falta este campo."),
        "unexpected_keyword_argument": _("%(where)s: este campo não existe num roteiro."),
        "extra_forbidden": _("%(where)s: este campo não existe num roteiro."),
        "literal_error": _("%(where)s: este valor não está entre os que um roteiro conhece."),
        "string_type": _("%(where)s: aqui vai um texto entre aspas."),
        "int_type": _("%(where)s: aqui vai um número inteiro."),
        "int_parsing": _("%(where)s: aqui vai um número inteiro."),
        "bool_type": _("%(where)s: aqui vai true ou false."),
        "bool_parsing": _("%(where)s: aqui vai true ou false."),
        "list_type": _("%(where)s: aqui vai uma lista entre colchetes."),
        "dict_type": _("%(where)s: aqui vai um conjunto de campos."),
    }
    return sentences.get(fault, _("%(where)s: o valor não serve aqui.")) % {"where": where}
