"""Every path, module, function, permission and event kind that the documentation names in ``code`` is in the tree."""

import importlib
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TOPS = ("apps", "deploy", "docs", "locale", "presence_rollout", "requirements", "static", "templates", "tests")
SOURCE = r"py|html|js|css|toml|txt|md|in"
OTHER_FILES = {"csv", "gz", "ics", "json", "mo", "p7s", "pdf", "po", "sh", "xlsx", "xml", "yaml", "zip"}
NOT_OURS = {
    "README.txt",  # in a dossier
    "pg_hba.conf",  # PostgreSQL's
    "platforms/outra.toml",  # an example of a file to be written
}
PREFIXES = ("", "apps.", "apps.stages.", "apps.core.", "presence_rollout.")


@cache
def paths() -> frozenset[str]:
    """Every file and folder of the repository, relative to it."""
    inside = (path for top in TOPS for path in (ROOT / top).rglob("*") if "__pycache__" not in path.parts)
    return frozenset(path.relative_to(ROOT).as_posix() for path in [*inside, *ROOT.iterdir()])


@cache
def modules() -> frozenset[str]:
    files = (path.removesuffix(".py").removesuffix("/__init__") for path in paths() if path.endswith(".py"))
    packages = (path for path in paths() if path.startswith(("apps", "presence_rollout")) and (ROOT / path).is_dir())
    return frozenset(path.replace("/", ".") for path in [*files, *packages])


@cache
def source() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "apps").rglob("*.py")))


def is_path(path: str) -> bool:
    """``path`` from the root, or its last parts: ``accounts/devices.py``."""
    path = path.strip("/")
    return any(name == path or name.endswith(f"/{path}") for name in paths())


def is_name(name: str) -> bool:
    """A module, something in one, or a name that the source declares as text (a permission, an event kind, a job)."""
    parts = name.split(".")
    for size in range(len(parts), 0, -1):
        end = ".".join(parts[:size])
        for module in sorted(modules()):
            if (module == end or module.endswith(f".{end}")) and has_attributes(module, parts[size:]):
                return True
    return f'"{name}"' in source()


def has_attributes(module: str, attributes: list[str]) -> bool:
    if not attributes:
        return True
    if not module.startswith(("apps.", "presence_rollout")):
        return False
    value = importlib.import_module(module)
    for attribute in attributes:
        if not hasattr(value, attribute):
            return attribute in getattr(value, "__annotations__", {})
        value = getattr(value, attribute)
        if isinstance(value, ModuleType):  # Imported there; its own path is elsewhere.
            return False
    return True


def mentions(text: str) -> set[str]:
    """What stands between backticks within a line, without the arguments of a call; of code blocks, full module names."""
    blocks = re.findall(r"```.*?```", text, re.DOTALL)
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    inline = {re.split(r"[(\s:]", code.lstrip("@"))[0] for code in re.findall(r"`([^`\n]+)`", prose)}
    full = {name for block in blocks for name in re.findall(r"\b(?:apps|presence_rollout)(?:\.\w+)+", block)}
    return inline | full


def is_missing(mention: str) -> bool:
    if mention in NOT_OURS or mention.startswith(("/", "http")):
        return False
    if re.fullmatch(rf"[\w./-]+\.(?:{SOURCE})", mention) or re.fullmatch(rf"(?:{'|'.join(TOPS)})/[\w./-]+", mention):
        return not is_path(mention)
    if re.fullmatch(r"[a-z_]+(\.\w+)+", mention) and mention.rpartition(".")[2] not in OTHER_FILES:
        return not is_name(mention)
    return False


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_names_only_what_exists(page):
    assert sorted(filter(is_missing, mentions(page.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "mention",
    [
        "apps/core/nothing.py",
        "not_in_the_tree.py",
        "core.nothing",
        "core.clock.yesterday",
        "blueprints.dance",
        "tests/nowhere",
    ],
)
def test_what_is_not_in_the_tree_is_noticed(mention):
    assert is_missing(mention)


@pytest.mark.parametrize(
    "mention",
    ["apps/core/clock.py", "core/clock.py", "core.clock.now", "apps.core.clock", "blueprints.edit", "manifest.json"],
)
def test_what_is_in_the_tree_is_found(mention):
    assert not is_missing(mention)
