"""A day is taken out of an instant in one place, ``core.clock``: this check finds every other way to do it.

``started_at.date()`` is the day in London: what was worked at 21:30 in São Paulo stands a day late. ``localdate()``,
``TruncMonth`` and ``__date`` follow whatever zone is active, which is the reader's. So modules say ``clock.day_of(instant)``,
for Presence's day, or name the zone; templates say ``|day`` or, with the time, ``|moment``. Papers (``*_pdf*.html``) are
always made in Presence's zone (``core.papers``).
What knows no zone at all, ``date.today()`` and the like, ruff refuses (DTZ).

    python -m presence_rollout.ops.plain_days
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
COVERED = ("apps", "presence_rollout")
CLOCK = "apps/core/clock.py"
"""The module that may."""

IN_SQL = re.compile(r"(Trunc|Extract)\w*")
PARTS_OF_AN_INSTANT = {"date", "year", "iso_year", "quarter", "month", "week", "week_day", "iso_week_day", "day"}
"""As a lookup takes them: ``at__date``."""
DIRECTIVE = re.compile(r"%([a-zA-Z])")
DAYS_OF_PYTHON, TIMES_OF_PYTHON = set("djmyaAbBxF"), set("HIXc")
"""Of Python's formats: what says a day, and what says the time with it."""
FILTERED = re.compile(r"""(?<![\w.])([\w.]+)\|date:["']([^"'|]*)["']""")
DAY_LETTERS, ZONE_LETTERS = set("dDjlmnNMFbEyYzWtLo"), set("TOPeZ")
"""Of Django's formats: what says a day, and what says the zone with it."""


class Finding(NamedTuple):
    """A day taken out of an instant elsewhere. ``path`` is relative to the repository, ``line`` counts from 1."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text} (docs/conventions.md, What comes in and what goes out)."


def in_module(source: str, path: str) -> list[Finding]:
    """What one module does that only the clock may, in the order of its lines."""
    rows = (Finding(path, node.lineno, text) for node in ast.walk(ast.parse(source, path)) for text in _reasons(node))
    return sorted(set(rows))


def _reasons(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Attribute(attr="date"), args=[], keywords=[]):
            yield "date() takes the day of whatever zone the instant is in: use clock.day_of"
        case ast.ImportFrom(module="django.utils.timezone"):
            yield "django.utils.timezone follows the reader's zone: use apps.core.clock"
        case ast.ImportFrom(module="django.utils", names=names) if any(name.name == "timezone" for name in names):
            yield "django.utils.timezone follows the reader's zone: use apps.core.clock"
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), keywords=keywords) if IN_SQL.fullmatch(name):
            if all(keyword.arg != "tzinfo" for keyword in keywords):
                yield f"{name} follows the reader's zone: give it tzinfo=clock.installation_zone()"
        case ast.keyword(arg=str(name)) if PARTS_OF_AN_INSTANT & set(name.split("__")[1:]):
            yield f"{name} follows the reader's zone: filter by clock.instant_of the first day and of the day after the last"
        case ast.FormattedValue(value=value, format_spec=ast.JoinedStr(values=[ast.Constant(value=str(form)), *_rest])):
            if _ends_with_a_day(form) and _is_an_instant(value):
                yield "the day of an instant is shown by moments.show_day"
        case ast.Call(func=ast.Name(id="date_format"), args=[value, ast.Constant(value=str(form))]):
            if "TIME" not in form and _is_an_instant(value):
                yield "the day of an instant is shown by moments.show_day"


def _ends_with_a_day(form: str) -> bool:
    """A format of Python's with a day and no time after it."""
    last = [letter for letter in DIRECTIVE.findall(form) if letter in DAYS_OF_PYTHON | TIMES_OF_PYTHON]
    return bool(last) and last[-1] in DAYS_OF_PYTHON


def _is_an_instant(value: ast.expr) -> bool:
    """By its look: ``clock.local(…)``, ``clock.now()``, or an attribute that is named as instants are."""
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="clock"), attr="local" | "now" | "instant_of")):
            return True
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name.endswith("_at")
    return False


def instants(trees: Iterable[ast.AST]) -> set[str]:
    """The names that are instants wherever they are declared: fields and annotations."""
    names: dict[str, set[str]] = {"datetime": set(), "date": set()}
    for tree in trees:
        for node in ast.walk(tree):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Attribute(attr="DateTimeField"))):
                    names["datetime"].add(name)
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Attribute(attr="DateField"))):
                    names["date"].add(name)
                case (
                    ast.arg(arg=name, annotation=ast.Name(id="datetime" | "date" as kind))
                    | ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id="datetime" | "date" as kind))
                    | ast.FunctionDef(name=name, returns=ast.Name(id="datetime" | "date" as kind))
                ):
                    names[kind].add(name)
    return names["datetime"] - names["date"]


def in_template(source: str, path: str, names: set[str]) -> list[Finding]:
    """Where a template shows the reader's day of one of ``names`` and does not say Presence's beside it."""
    return [
        Finding(path, number, f"{variable}|date shows the reader's day: use |day, or |moment with the time")
        for number, line in enumerate(source.splitlines(), start=1)
        for variable, form in FILTERED.findall(line)
        if variable.rpartition(".")[2] in names and (form.startswith("SHORT_DATE") or _shows_a_day(form))
        if f"{variable}|day_in_brasilia" not in source
    ]


def _shows_a_day(form: str) -> bool:
    return bool(DAY_LETTERS & set(form)) and not ZONE_LETTERS & set(form)


def findings() -> list[Finding]:
    """Everything in the repository."""
    modules = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for folder in COVERED
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    }
    rows = [row for path, source in modules.items() if path != CLOCK for row in in_module(source, path)]
    names = instants(ast.parse(source, path) for path, source in modules.items())
    for path in sorted((ROOT / "templates").rglob("*.html")):
        if "_pdf" not in path.name:
            rows += in_template(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)), names)
    return rows


def main() -> int:
    """Print every finding; the exit status, 1 when there is one."""
    rows = findings()
    print("\n".join(map(str, rows)), end="\n" if rows else "")
    return 1 if rows else 0


if __name__ == "__main__":
    sys.exit(main())
