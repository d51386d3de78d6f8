"""No pattern of the application takes more than linear time, whatever text it meets. A new one is tried by itself."""

import ast
import importlib
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from apps.accounts import names_in_texts
from apps.prerequisites.evidence import api_docs, capabilities
from tests.core.linear import superlinear

HOUSE = Path(__file__).parents[2]
METHODS = {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
KEYWORDS = {"regex", "pattern"}
CALLS = {"RegexValidator", "RegexField", "re_path"}

NAMES = [
    names_in_texts.pattern_of(name, longer_names).pattern
    for name, longer_names in [
        ("Ana (de) Souza+*", []),
        ("a" * 30, []),
        ("Rita Alves", ["Rita Alves Prado", "A Rita Alves"]),
    ]
]
SEARCHES = ["search|busca\\w*|consult\\w*|list\\w*|query", "cancel\\w*", "track\\w*|rastre\\w*"]
WORDS = [value for name, value in vars(capabilities).items() if name.isupper() and isinstance(value, str)]
CAPABILITIES = [rf"\b(?:{words})\b" for words in [*WORDS, *SEARCHES]]

# Patterns that are made while the application runs, by module and words in the code: some that they come out as.
MADE = {
    ("apps.accounts.names_in_texts", "f'{_BEFORE}(?:{choices}){_AFTER}'"): NAMES,
    ("apps.prerequisites.evidence.capabilities", r"""rf"\b(?:{pattern})\b" """): CAPABILITIES,
    ("apps.prerequisites.evidence.api_docs", "pattern"): list(api_docs.PROCESSES.values()),
}


@dataclass(frozen=True)
class Use:
    where: str
    pattern: str | bytes
    flags: int
    method: str


def uses():
    """Every pattern of ``apps`` and ``presence_rollout``, as the code has it, and how it is used."""
    for path in sorted([*(HOUSE / "apps").rglob("*.py"), *(HOUSE / "presence_rollout").rglob("*.py")]):
        if "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text())
        module = ".".join(path.relative_to(HOUSE).with_suffix("").parts)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield from _of_call(node, tree, module.removesuffix(".__init__"))


def _of_call(call, tree, module):
    name = ast.unparse(call.func)
    where = f"{module}:{call.lineno}"
    if name.startswith("re.") and name[3:] in METHODS and call.args:
        flags = next((word.value for word in call.keywords if word.arg == "flags"), None)
        flags = flags or (call.args[1] if name == "re.compile" and len(call.args) > 1 else None)
        flags = flags or (call.args[2] if name != "re.compile" and len(call.args) > 2 and "sub" not in name else None)
        number = int(eval(ast.unparse(flags), {"re": re})) if flags else 0
        for pattern in _values(call.args[0], module, where):
            yield Use(where, pattern, number, _method(name[3:], call, tree))
        return
    words = [word.value for word in call.keywords if word.arg in KEYWORDS]
    words += [word.value for word in call.keywords if word.arg and word.arg.endswith(("__regex", "__iregex"))]
    if name.split(".")[-1] in CALLS and call.args:
        words.append(call.args[0])
    for word in words:
        if isinstance(word, ast.Constant) and isinstance(word.value, str):
            yield Use(where, word.value, 0, "finditer")


def _values(argument, module, where):
    source = ast.unparse(argument)
    for (made_in, words), examples in MADE.items():
        if made_in == module and ast.unparse(ast.parse(words.strip())) == source:
            return examples
    try:
        return [eval(source, vars(importlib.import_module(module)))]
    except NameError:
        pytest.fail(f"{where}: say in MADE what the pattern {source} comes out as")


def _method(name, call, tree):
    """How a pattern is used: a compiled one by the calls on its name."""
    if name != "compile":
        return name
    names = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and node.value is call
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names
    } & METHODS
    return used.pop() if len(used) == 1 else "finditer"


USES = list(uses())


@pytest.mark.parametrize("use", USES, ids=lambda use: f"{use.where}")
def test_no_text_makes_it_slow(use):
    attack = superlinear(use.pattern, use.flags, use.method)
    assert not attack, f"{use.where}: {use.pattern!r} is slow for {attack!r}"


def test_every_compiled_pattern_of_a_module_was_met():
    met = {(use.pattern, re.compile(use.pattern, use.flags).flags) for use in USES}
    missing = []
    for path in sorted((HOUSE / "apps").rglob("*.py")):
        if "migrations" in path.parts or path.name == "confined_program.py":
            continue
        module = importlib.import_module(".".join(path.relative_to(HOUSE).with_suffix("").parts))
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern) and (value.pattern, value.flags) not in met:
                missing.append(f"{module.__name__}.{name}")
    assert missing == []


# What read strangers' texts before, and the well-known shapes: the measure must see each of them.
SLOW = {
    "words of Office documents": (rb"<[^>]*>|\s", 0),
    "tags of a page": (r"<[^>]*>", 0),
    "robots of a page": (rb"<meta[^>]+name=[\"']?robots[\"']?[^>]+noindex", re.IGNORECASE),
    "password of a page": (rb"<input[^>]+type=[\"']?password", re.IGNORECASE),
    "blanks at the end": (r"\s+$", 0),
    "repeats in repeats": (r"(a+)+$", 0),
    "words and blanks": (r"^(\w+\s?)*$", 0),
    "the same twice": (r"^(a|a)*b", 0),
    "two neighbours": (r"^\d*\d*x", 0),
    "text between": (r"^(.*),(.*),(.*)!$", 0),
    "an address": (r"\w+@\w+", 0),
}


@pytest.mark.parametrize(("pattern", "flags"), SLOW.values(), ids=SLOW.keys())
def test_the_measure_sees_what_is_slow(pattern, flags):
    assert superlinear(pattern, flags)


QUICK = [r"[^>]*>", r"^\s*\w+\s*$", r"(?:ab)+c", r"\d{1,3}\s*h", r"\\?[a-z]", r"^https?://[^/]+", r"[\s\x00]+"]


@pytest.mark.parametrize("pattern", QUICK)
def test_the_measure_lets_pass_what_is_not(pattern):
    method = "finditer" if pattern not in (r"[^>]*>", r"(?:ab)+c") else "match"
    assert superlinear(pattern, 0, method) == ""
