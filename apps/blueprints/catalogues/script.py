"""The homologation script as a catalogue: its typed values and what must hold between its parts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Annotated, Any, Literal, NamedTuple

from django.utils.translation import gettext as _
from pydantic import BeforeValidator, ConfigDict
from pydantic.dataclasses import dataclass

from apps.core.localized import Localized
from apps.core.process import PartyRole

Obligation = Literal["mandatory", "optional", "conditional"]
PlatformKind = Literal["shop", "marketplace", "hub"]
Capability = Literal["fiscal_data", "stock_locations", "single_stock"]
STRICT = ConfigDict(extra="forbid")
LANGUAGES = ("pt", "en")
WORDS = ("title", "preconditions", "expected", "evidence")
PROCESS_KEY = re.compile(r"[A-Z]{3}")
CODE = re.compile(r"([A-Z]{3})-(\d{2})")


@dataclass(frozen=True, config=STRICT)
class When:
    """What switches a condition on by itself: any one of these, as the platform's blueprint and the kickoff say them."""

    platform_kind: list[PlatformKind] = field(default_factory=list)
    integration_model: list[str] = field(default_factory=list)
    capability: list[Capability] = field(default_factory=list)


@dataclass(frozen=True, config=STRICT)
class Condition:
    """What a conditional case waits for. Without ``when`` only a person switches it on."""

    key: str
    title: Localized
    when: When | None = None


@dataclass(frozen=True, config=STRICT)
class ScriptCase:
    """One case. ``depends`` are the codes of the cases without which it cannot be run."""

    code: str
    process: str
    title: Localized
    actors: list[PartyRole]
    obligation: Obligation
    preconditions: Localized
    steps: list[Localized]
    expected: Localized
    evidence: Localized
    condition_key: str = ""
    depends: list[str] = field(default_factory=list)


class Process(NamedTuple):
    key: str
    title: Localized


@dataclass(frozen=True, config=STRICT)
class Script:
    """``retired`` are the codes that had a case once: they are never given to another."""

    version: int
    title: Localized
    processes: list[Process]
    cases: list[ScriptCase]
    conditions: list[Condition] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)

    def condition(self, key: str) -> Condition | None:
        return next((condition for condition in self.conditions if condition.key == key), None)


def with_conditions_apart(value: Any) -> Any:
    """What the first version of the file said: the words of a condition in each of its cases."""
    if not isinstance(value, dict) or "conditions" in value or not isinstance(value.get("cases"), list):
        return value
    titles: dict[str, Any] = {}
    cases = []
    for case in value["cases"]:
        if isinstance(case, dict) and "condition" in case:
            titles.setdefault(case.get("condition_key", ""), case["condition"])
            case = {name: part for name, part in case.items() if name != "condition"}
        cases.append(case)
    return {**value, "cases": cases, "conditions": [{"key": key, "title": title} for key, title in titles.items()]}


AnyScript = Annotated[Script, BeforeValidator(with_conditions_apart)]


def problems(script: Mapping[str, Any]) -> list[str]:
    """What keeps the content of a script from being published, a sentence each; empty when nothing does.

    It judges plain content, which may lack a language where a draft is still being written.
    """
    processes = [row["key"] for row in script["processes"]]
    conditions = [row["key"] for row in script.get("conditions", [])]
    codes = [case["code"] for case in script["cases"]]
    names = [*processes, *conditions, *codes]
    sentences = [_("%(what)s aparece duas vezes.") % {"what": name} for name in _duplicates(names)]
    for code in sorted(set(codes) & set(script.get("retired", []))):
        sentences.append(_("%(code)s já foi retirado: o código não volta a ser usado.") % {"code": code})
    if not codes:
        sentences.append(_("O roteiro não tem casos."))
    for row in [script, *script["processes"], *script.get("conditions", [])]:
        name = row.get("key") or _("Título do roteiro")
        sentences += lacking_words(name, _("título"), row["title"])
    for case in script["cases"]:
        sentences += _of_case(case, processes, conditions, codes)
    return sentences + [
        _("%(path)s: um caso não pode depender de si mesmo.") % {"path": " → ".join(circle)}
        for circle in circles(script["cases"])
    ]


def _of_case(case: Mapping[str, Any], processes: list[str], conditions: list[str], codes: list[str]) -> Iterable[str]:
    code = case["code"]
    match = CODE.fullmatch(code)
    if not match or match[1] != case["process"] or case["process"] not in processes:
        yield _("%(code)s: o código é o de um processo do roteiro e um número, como PED-01.") % {"code": code}
    for name, label in field_labels().items():
        if name in WORDS:
            yield from lacking_words(code, label, case[name])
    if not case["steps"]:
        yield _("%(code)s: escreva os passos.") % {"code": code}
    for number, step in enumerate(case["steps"], start=1):
        yield from lacking_words(code, _("passo %(number)d") % {"number": number}, step)
    if not case["actors"]:
        yield _("%(code)s: diga quem executa.") % {"code": code}
    conditional = case["obligation"] == "conditional"
    if conditional and case.get("condition_key", "") not in conditions:
        yield _("%(code)s: diga a condição de que depende.") % {"code": code}
    if not conditional and case.get("condition_key"):
        yield _("%(code)s: só um caso condicional tem condição.") % {"code": code}
    for other in case.get("depends", []):
        if other not in codes:
            yield _("%(code)s depende de %(other)s, que não está no roteiro.") % {"code": code, "other": other}


def lacking_words(where: str, label: str, words: Mapping[str, str]) -> Iterable[str]:
    """A sentence for each language in which ``where`` has no ``label``."""
    names = {"pt": _("português"), "en": _("inglês")}
    for language in LANGUAGES:
        if not words.get(language, "").strip():
            yield _("%(where)s: falta %(label)s em %(language)s.") % {
                "where": where, "label": label, "language": names[language],
            }  # fmt: skip


def _duplicates(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def circles(cases: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """Chains of dependence that come back to where they began, as codes, the first one again at the end."""
    needs = {case["code"]: case.get("depends", []) for case in cases}
    chains: list[list[str]] = []
    done: set[str] = set()

    def walk(code: str, path: list[str]) -> None:
        if code in path:
            chains.append([*path[path.index(code) :], code])
        elif code in needs and code not in done:
            for other in needs[code]:
                walk(other, [*path, code])
            done.add(code)

    for code in needs:
        walk(code, [])
    return chains


def field_labels() -> dict[str, str]:
    """The fields of a case in the order in which they are read, with their names for the reader."""
    return {
        "title": _("título"),
        "actors": _("quem executa"),
        "obligation": _("obrigação"),
        "condition_key": _("condição"),
        "depends": _("depende de"),
        "preconditions": _("antes de começar"),
        "steps": _("passos"),
        "expected": _("resultado esperado"),
        "evidence": _("evidência pedida"),
    }


def next_code(script: Mapping[str, Any], process: str) -> str:
    """The code of the next case of ``process``: after every one it has or ever had."""
    used = [*(case["code"] for case in script["cases"]), *script.get("retired", [])]
    numbers = [int(match[2]) for code in used if (match := CODE.fullmatch(code)) and match[1] == process]
    return f"{process}-{max(numbers, default=0) + 1:02d}"


def owner_labels() -> dict[str, str]:
    """Who may execute a case, in the order in which the form offers them: ``{role: name}``."""
    roles = (PartyRole.PRESENCE, PartyRole.CLIENT, PartyRole.INTEGRATOR, PartyRole.PLATFORM)
    return {role.value: str(role.label) for role in roles}


def obligation_labels() -> dict[str, str]:
    """The obligations of a case: ``{value: name}``."""
    return {"mandatory": _("Obrigatório"), "optional": _("Opcional"), "conditional": _("Condicional")}


def kind_labels() -> dict[str, str]:
    """The kinds of a platform."""
    return {"shop": _("loja virtual"), "marketplace": _("marketplace"), "hub": _("hub de integração")}


def capability_labels() -> dict[str, str]:
    """What a platform can do, as a sentence's end: "a plataforma …"."""
    return {
        "fiscal_data": _("guarda os dados fiscais do produto"),
        "stock_locations": _("tem estoque por local"),
        "single_stock": _("tem um saldo só por SKU"),
    }
