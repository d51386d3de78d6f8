"""Names in the code say what a value is. This check finds names that only say that it was obtained.

``found``, ``each``, ``told`` or ``kept`` tell a reader nothing about the value; ``company`` or ``overdue_items`` does. The
check parses the modules of ``COVERED`` and lists assignment targets, parameters, functions and classes whose whole name is a
word of ``VAGUE``, or which have a word of ``NEVER`` anywhere in their name. As a part of a longer name a word of ``VAGUE`` is
fine: ``last_seen_at``, ``given_up``.

    python -m presence_rollout.ops.plain_words            checks COVERED
    python -m presence_rollout.ops.plain_words apps/hours checks other folders or files
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

COVERED = ("apps", "presence_rollout")
"""Folders that are checked, relative to the repository."""

NOT_YET = (
    "apps/seals/outcomes.py",  # WHOLE is what the verifying commands print, and their scripts read.
    "apps/stages/golive/models.py",  # A dossier's file with everything is the column ``whole``.
)
"""Files within ``COVERED`` that still have such names."""

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
VAGUE = frozenset(
    WORD.findall(
        """
        asked each found given gone got had heard kept known left made mine noted one ours own said seen taken that
        theirs there they thing things told these those wanted whole
        """
    )
)
"""Words that are no name by themselves, with or without underscores around them."""
NEVER = frozenset(WORD.findall("klass companys welcomes thawed mender"))
"""Words that stand in no name: misspelt, or an image of our own making."""


class Finding(NamedTuple):
    """A name to be changed. ``path`` is relative to the repository, ``line`` counts from 1."""

    path: str
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.name!r} does not say what it is (docs/conventions.md, Names)."


def names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of each variable, attribute, parameter, function, class and import alias that ``tree`` introduces."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr
            case ast.ExceptHandler(name=str()):
                yield node.lineno, node.name
            case ast.alias(asname=str()):
                yield node.lineno, node.asname
            case ast.MatchAs(name=str()) | ast.MatchStar(name=str()):
                yield node.lineno, node.name


def is_vague(name: str) -> bool:
    """Whether ``name`` (``found``, ``_told``, ``Klass``, ``klass_of``) says nothing about its value."""
    lower = [word.lower() for word in WORD.findall(name)]
    return (len(lower) == 1 and lower[0] in VAGUE) or not NEVER.isdisjoint(lower)


def findings(source: str, path: str) -> list[Finding]:
    """The vague names of one module, in the order of its lines, each once a line."""
    vague = {Finding(path, line, name) for line, name in names(ast.parse(source, path)) if is_vague(name)}
    return sorted(vague)


def modules(folders: Iterable[Path]) -> Iterator[Path]:
    """The Python files of ``folders``, a file standing for itself. Migrations are left out: they are made by Django."""
    for folder in folders:
        paths = sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]
        yield from (
            path for path in paths if "migrations" not in path.parts and str(path.relative_to(ROOT)) not in NOT_YET
        )


def main(arguments: list[str]) -> int:
    """Print every finding; the exit status, 1 when there is one."""
    folders = [ROOT / name for name in arguments or COVERED]
    lines = [
        str(finding)
        for path in modules(folders)
        for finding in findings(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
    ]
    print("\n".join(lines), end="\n" if lines else "")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
