"""`make docs`: docs/index.md, every rule of the house with its one place, read from what the apps announce.

``--check`` says whether the page is what the code would write; `make check` asks it.
"""

import ast
import inspect
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "index.md"


def written() -> str:
    """The page as it should be."""
    sections = (
        ("Transitions", "from | to | gate | asked for by", transitions()),
        ("Requirements", "key | at | settled in place | rule", requirements()),
        ("Events", "kind | what it keeps | sentence | place", events()),
        ("Notices", "event | to | can be switched off | place", notices()),
        ("Hour rules", "reason of a line | class | place", hour_rules()),
        ("Background work", "kind | task | place", jobs()),
        ("On the clock", "task | every | queue", schedule()),
        ("Health checks and measures", "key | what | place", watched()),
        ("Permissions", "permission | place", permissions()),
        ("Pages and panels", "app | what | shown", pages()),
        ("Shares of the term and of the dossier", "app | key or files | place", shares()),
    )
    parts = [
        "# Every rule and its one place",
        "",
        "Made by `make docs` from what each app announces in its `plugin.py`; do not edit. The words are those of the code.",
    ]
    for title, head, rows in sections:
        columns = head.count("|") + 1
        parts += ["", f"## {title}", "", f"| {head} |", "|" + " --- |" * columns]
        parts += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join(parts) + "\n"


def transitions() -> Iterator[tuple[str, ...]]:
    from apps.core import plugins
    from apps.core.process import PATH, TRANSITIONS, Stage

    for way in TRANSITIONS:
        keys = dict.fromkeys(kind.key for kind in plugins.requirement_kinds() if way.gate in kind.gates)
        yield way.source.value, way.target.value, f"`{way.gate.value}`", ", ".join(f"`{key}`" for key in keys) or "–"
    yield ", ".join(stage.value for stage in PATH), Stage.CANCELLED.value, "`cancel`", "–"


def requirements() -> Iterator[tuple[str, ...]]:
    from apps.core import plugins

    for kind in plugins.requirement_kinds():
        gates = ", ".join(f"`{gate.value}`" for gate in kind.gates) or "any time"
        yield f"`{kind.key}`", gates, _place(kind.answer) if kind.answer else "on its page", _place(kind.find)


def events() -> Iterator[tuple[str, ...]]:
    from apps.core import plugins

    for name, event in sorted(plugins.events().items()):
        fields = ", ".join(inspect.get_annotations(event)) or "–"
        yield f"`{name}`", fields, str(event.sentence), _place(event)


def notices() -> Iterator[tuple[str, ...]]:
    from apps.core import plugins

    for plugin in plugins.plugins():
        own_notices = [(event, event.notice) for event in plugin.event_classes() if event.notice]
        for event, notice in [*own_notices, *plugin.notices.items()]:
            yield (
                f"`{event.kind}`",
                notice.to.__name__.replace("_", " "),
                "no" if notice.obligatory else "yes",
                _module(plugin.app, "events", "plugin"),
            )


def hour_rules() -> Iterator[tuple[str, ...]]:
    from apps.hours import classification

    for reason, hour_class in classification.RULES.items():
        yield f"`{reason}`", hour_class or "as what it takes back", _place(classification.classify)


def jobs() -> Iterator[tuple[str, ...]]:
    from apps.core.background import work

    places = _calls("Job")
    for name, kind in sorted(work.jobs().items()):
        yield f"`{name}`", f"`{kind.task}`", places[name]


def schedule() -> Iterator[tuple[str, ...]]:
    from fnmatch import fnmatch

    from presence_rollout.work import ROUTES, SCHEDULE

    for entry in SCHEDULE.values():
        task, every = str(entry["task"]), entry["schedule"]
        queue = next((route["queue"] for pattern, route in ROUTES.items() if fnmatch(task, pattern)), "")
        yield f"`{task}`", f"{every} s" if isinstance(every, int) else str(every), queue


def watched() -> Iterator[tuple[str, ...]]:
    from apps.core import plugins

    for plugin in plugins.plugins():
        for check in plugin.health:
            kind = "health, vital" if check.vital else "health"
            yield f"`{check.key}`", f"{kind}: {check.title}", _place(check.look)
        for measure in plugin.measures:
            yield f"`rollout_{measure.name}`", measure.text, _place(measure.values)


def permissions() -> Iterator[tuple[str, ...]]:
    from rules.permissions import permissions as declared

    places = _calls("rules.add_perm")
    for name in sorted(declared):
        yield f"`{name}`", places.get(name, "")


def pages() -> Iterator[tuple[str, ...]]:
    from apps.core import plugins

    for plugin in plugins.plugins():
        if plugin.page:
            yield plugin.app, "page", f"`{plugin.page.url_name}`"
        for panel in plugin.panels:
            yield plugin.app, "panel", panel.place
        for address in plugin.routers:
            yield plugin.app, "REST operations", f"`/api{address}`"


def shares() -> Iterator[tuple[str, ...]]:
    from apps.core import plugins

    for plugin in plugins.plugins():
        for key, share in plugin.term.items():
            yield plugin.app, f"`{key}` of the term", _place(share.make)
        for files in plugin.dossier:
            yield plugin.app, "files of the dossier", _place(files)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _place(definition: Callable[..., Any] | type) -> str:
    """Where something is written, as a link to its file."""
    return _link(definition.__module__, definition.__qualname__.removesuffix(".<locals>.<lambda>"))


def _link(module: str, name: str) -> str:
    path = module.replace(".", "/") + ".py"
    return f"[{name}](../{path})" if (ROOT / path).exists() else f"`{module}`"


def _module(app: str, *names: str) -> str:
    from django.apps import apps

    folder = apps.get_app_config(app).name
    name = next((name for name in names if (ROOT / folder.replace(".", "/") / f"{name}.py").exists()), names[0])
    return _link(f"{folder}.{name}", name)


def _calls(function: str) -> dict[str, str]:
    """Where ``function`` is called with a name as its first argument, by that name."""
    places: dict[str, str] = defaultdict(str)
    for path in sorted((ROOT / "apps").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == function and node.args:
                for name in _constants(node.args[0]):
                    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                    places[name] = _link(module, path.relative_to(ROOT / "apps").with_suffix("").as_posix())
    return places


def _constants(node: ast.expr) -> Iterable[str]:
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def main(arguments: list[str]) -> int:
    import django
    from django.utils import translation

    django.setup()
    with translation.override("pt-br"):
        page = written()
    if "--check" in arguments:
        if PAGE.exists() and PAGE.read_text() == page:
            return 0
        print("docs/index.md is not what the code says: run `make docs`.")
        return 1
    PAGE.write_text(page)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
