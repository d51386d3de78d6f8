"""Write the next version of the homologation script and publish it. There is one draft at a time, which everybody shares."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.blueprints.catalogues import toml
from apps.blueprints.catalogues.script import PROCESS_KEY, circles, next_code, problems, with_conditions_apart
from apps.blueprints.editor import changes, drafts
from apps.blueprints.editor.drafts import Texts
from apps.blueprints.models import Blueprint, ScriptDraft
from apps.core.refusals import Invalid, Refusal, require

Kind = Blueprint.Kind


def start(*, by: User) -> ScriptDraft:
    """Begin a draft from the version in force. Raises ``Refusal`` (409) while there is one."""
    return drafts.begin(ScriptDraft, with_conditions_apart, by=by)


def import_file(*, by: User, file: Any) -> ScriptDraft:
    """Begin a draft with the script of a TOML ``file``. What it no longer has counts as retired.

    Raises ``Invalid`` (422) for a file that is no whole script or that gives a retired code to a case.
    """
    require(by, "blueprints.edit")
    if file.size > 2_000_000:
        raise Invalid(_("O arquivo é grande demais para um roteiro."), field="file")
    _version, script = toml.read(file.read())

    def write(in_force: dict[str, Any]) -> dict[str, Any]:
        base, codes = with_conditions_apart(in_force), {case["code"] for case in script["cases"]}
        if reused := sorted(codes & set(base.get("retired", []))):
            raise Invalid(
                _("Códigos retirados não voltam a ser usados: %(codes)s.") % {"codes": ", ".join(reused)}, field="file"
            )
        dropped = {case["code"] for case in base["cases"]} - codes
        retired = sorted({*base.get("retired", []), *script.get("retired", []), *dropped})
        return {**script, **({"retired": retired} if retired else {})}

    return drafts.begin(ScriptDraft, write, by=by)


def add_case(process: str, *, by: User, **fields: Any) -> str:
    """Add a case at the end of ``process`` and return its code, the next that was never used."""
    with drafts.changing(ScriptDraft, by=by) as draft:
        if process not in [row["key"] for row in draft.content["processes"]]:
            raise Refusal(_("O processo %(key)s não está mais no rascunho.") % {"key": process})
        code = next_code(draft.content, process)
        cases = draft.content["cases"]
        case = {"code": code, "process": process, **_checked(draft, code, fields)}
        last = max((place for place, case in enumerate(cases) if case["process"] == process), default=len(cases) - 1)
        cases.insert(last + 1, case)
        return code


def save_case(code: str, *, by: User, seen_fingerprint: str, **fields: Any) -> None:
    """Change a case; ``seen_fingerprint`` is that of what the form showed.

    Raises ``Refusal`` (409) when somebody changed it since: nothing is written over unseen.
    """
    with drafts.changing(ScriptDraft, by=by) as draft:
        case = _case(draft, code)
        drafts.refuse_overtaken(case, seen_fingerprint)
        checked = _checked(draft, code, fields)
        draft.content["cases"][draft.content["cases"].index(case)] = {
            "code": code,
            "process": case["process"],
            **checked,
        }


def retire_case(code: str, *, by: User) -> None:
    """Take a case out. Its code is never used again, unless no version ever had it."""
    with drafts.changing(ScriptDraft, by=by) as draft:
        _case(draft, code)
        if needed := [case["code"] for case in draft.content["cases"] if code in case.get("depends", [])]:
            raise Refusal(
                ngettext(
                    "%(codes)s depende deste caso. Mude a dependência antes de retirá-lo.",
                    "%(codes)s dependem deste caso. Mude as dependências antes de retirá-lo.",
                    len(needed),
                )
                % {"codes": ", ".join(needed)}
            )
        _take_out(draft, code)


def undo_case(code: str, *, by: User) -> None:
    """Put a case back as the version in force has it; one that is new in the draft goes."""
    with drafts.changing(ScriptDraft, by=by) as draft:
        _put(draft, code, with_conditions_apart(draft.base.content))


def take_case(code: str, *, by: User) -> None:
    """Take a case as the newest shipped file has it, with the condition that it names."""
    with drafts.changing(ScriptDraft, by=by) as draft:
        _put(draft, code, with_conditions_apart(drafts.shipped(ScriptDraft).content))


def _take_out(draft: ScriptDraft, code: str) -> None:
    """Drop a case; a code that a version had is kept among the retired ones."""
    draft.content["cases"] = [case for case in draft.content["cases"] if case["code"] != code]
    if any(case["code"] == code for case in draft.base.content["cases"]):
        draft.content["retired"] = sorted({*draft.content.get("retired", []), code})


def _put(draft: ScriptDraft, code: str, source: Mapping[str, Any]) -> None:
    source_case = next((case for case in source["cases"] if case["code"] == code), None)
    if source_case is None:
        if draft.case(code) is None:
            raise Refusal(_("%(code)s não está mais aqui.") % {"code": code})
        _take_out(draft, code)
        return
    if code in draft.base.content.get("retired", []):
        raise Refusal(_("%(code)s já foi retirado: o código não volta a ser usado.") % {"code": code})
    place = next((index for index, case in enumerate(draft.content["cases"]) if case["code"] == code), None)
    cases = [case for case in draft.content["cases"] if case["code"] != code]
    if place is None:
        order = [case["code"] for case in source["cases"] if case["process"] == source_case["process"]]
        before = order[: order.index(code)]
        first = next(
            (index for index, case in enumerate(cases) if case["process"] == source_case["process"]), len(cases)
        )
        place = next((index + 1 for index, case in reversed([*enumerate(cases)]) if case["code"] in before), first)
    cases.insert(place, source_case)
    draft.content["cases"] = cases
    draft.content["retired"] = [other for other in draft.content.get("retired", []) if other != code]
    for name, key in (("processes", source_case["process"]), ("conditions", source_case.get("condition_key", ""))):
        rows = draft.content.setdefault(name, [])
        rows += [
            row for row in source.get(name, []) if row["key"] == key and key not in [present["key"] for present in rows]
        ]


def move_case(code: str, *, by: User, up: bool) -> None:
    """Swap a case with its neighbour of the same process; at the end of the row nothing moves."""
    with drafts.changing(ScriptDraft, by=by) as draft:
        case, cases = _case(draft, code), draft.content["cases"]
        places = [index for index, other in enumerate(cases) if other["process"] == case["process"]]
        drafts.swap(cases, places, cases.index(case), up)


def add_process(*, by: User, key: str, title: Texts) -> None:
    """Add a process at the end. Its ``key`` is three capital letters, the beginning of its cases' codes."""
    with drafts.changing(ScriptDraft, by=by) as draft:
        key = key.strip().upper()
        if not PROCESS_KEY.fullmatch(key):
            raise Invalid(_("A sigla tem três letras, como PED."), field="key")
        if key in [row["key"] for row in draft.content["processes"]]:
            raise Invalid(_("Já há um processo com esta sigla."), field="key")
        draft.content["processes"].append({"key": key, "title": drafts.both_languages(title)})


def save_process(key: str, *, by: User, title: Texts) -> None:
    """Change the title of a process."""
    with drafts.changing(ScriptDraft, by=by) as draft:
        _row(draft, "processes", key)["title"] = drafts.both_languages(title)


def move_process(key: str, *, by: User, up: bool) -> None:
    """Swap a process with its neighbour; its cases go with it."""
    with drafts.changing(ScriptDraft, by=by) as draft:
        rows = draft.content["processes"]
        drafts.swap(rows, [*range(len(rows))], rows.index(_row(draft, "processes", key)), up)
        order = [row["key"] for row in rows]
        draft.content["cases"].sort(key=lambda case: order.index(case["process"]))


def remove_process(key: str, *, by: User) -> None:
    """Take out a process without cases."""
    with drafts.changing(ScriptDraft, by=by) as draft:
        row = _row(draft, "processes", key)
        if any(case["process"] == key for case in draft.content["cases"]):
            raise Refusal(_("Retire antes os casos deste processo."))
        draft.content["processes"].remove(row)


def save_condition(key: str, *, by: User, title: Texts, when: Mapping[str, list[str]]) -> None:
    """Change a condition, or add one where ``key`` is empty; ``when`` switches it on by itself (``script.When``)."""
    with drafts.changing(ScriptDraft, by=by) as draft:
        rows = draft.content.setdefault("conditions", [])
        if not key:
            stem = slugify(title.get("pt", "")).replace("-", "_")[:34] or "condicao"
            keys = [row["key"] for row in rows]
            key = next(name for name in [stem, *(f"{stem}_{n}" for n in range(2, 999))] if name not in keys)
            rows.append({"key": key, "title": {}})
        row = _row(draft, "conditions", key)
        row["title"] = drafts.both_languages(title)
        row.pop("when", None)
        if chosen := {name: values for name, values in when.items() if values}:
            row["when"] = chosen


def remove_condition(key: str, *, by: User) -> None:
    """Take out a condition that no case names."""
    with drafts.changing(ScriptDraft, by=by) as draft:
        row = _row(draft, "conditions", key)
        if used := [case["code"] for case in draft.content["cases"] if case.get("condition_key") == key]:
            raise Refusal(_("Ainda dependem desta condição: %(codes)s.") % {"codes": ", ".join(used)})
        draft.content["conditions"].remove(row)


def publish(*, by: User, note: str, revision: int) -> Blueprint:
    """Make the draft the script in force, see ``drafts.publish``."""
    return drafts.publish(
        ScriptDraft, by=by, note=note, revision=revision, problems=problems, differences=changes.between
    )


def _case(draft: ScriptDraft, code: str) -> dict[str, Any]:
    case = draft.case(code)
    if case is None:
        raise Refusal(_("%(code)s foi retirado do rascunho.") % {"code": code})
    return case


def _row(draft: ScriptDraft, name: str, key: str) -> dict[str, Any]:
    row = next((row for row in draft.content.get(name, []) if row["key"] == key), None)
    if row is None:
        raise Refusal(_("%(key)s não está mais no rascunho.") % {"key": key})
    return row


def _checked(draft: ScriptDraft, code: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A case's fields in the order of the data file, without what is empty. Raises ``Invalid`` for what cannot hold."""
    conditional = fields["obligation"] == "conditional"
    if conditional and not fields["condition_key"]:
        raise Invalid(_("Diga a condição de que o caso depende."), field="condition_key")
    check_depends(code, fields["depends"], draft.content["cases"])
    checked = {
        "title": drafts.both_languages(fields["title"]),
        "actors": list(fields["actors"]),
        "obligation": fields["obligation"],
        "condition_key": fields["condition_key"] if conditional else "",
        "depends": list(fields["depends"]),
        "preconditions": drafts.both_languages(fields["preconditions"]),
        "steps": [drafts.both_languages(step) for step in fields["steps"]],
        "expected": drafts.both_languages(fields["expected"]),
        "evidence": drafts.both_languages(fields["evidence"]),
    }
    return {name: value for name, value in checked.items() if value or name not in ("condition_key", "depends")}


def check_depends(code: str, depends: list[str], cases: list[dict[str, Any]]) -> None:
    """Raise ``Invalid`` for a code that is not among ``cases``, and for a circle."""
    codes = [case["code"] for case in cases]
    if unknown := [other for other in depends if other not in codes or other == code]:
        raise Invalid(_("Não é um caso deste roteiro: %(codes)s.") % {"codes": ", ".join(unknown)}, field="depends")
    others = [case for case in cases if case["code"] != code]
    if chains := circles([*others, {"code": code, "depends": depends}]):
        raise Invalid(
            _("%(path)s: um caso não pode depender de si mesmo.") % {"path": " → ".join(chains[0])}, field="depends"
        )
