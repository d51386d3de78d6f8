"""Write the next version of the homologation script and publish it. There is one draft at a time, which everybody shares."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import ValidationError

from apps.accounts.models import User
from apps.blueprints import changes, content, toml
from apps.blueprints.models import Blueprint, ScriptDraft
from apps.blueprints.script import PROCESS_KEY, circles, next_code, problems, with_conditions_apart
from apps.core import canonical, clock
from apps.core.refusals import Invalid, Refusal, require

Kind = Blueprint.Kind
Texts = Mapping[str, str]


def start(*, by: User) -> ScriptDraft:
    """Begin a draft from the version in force. Raises ``Refusal`` (409) while there is one."""
    require(by, "blueprints.edit")
    return _begin(by, with_conditions_apart(Blueprint.objects.current(Kind.SCRIPT).content))


def bring_in(*, by: User, file: Any) -> ScriptDraft:
    """Begin a draft with the script of a TOML ``file``. What it no longer has counts as retired.

    Raises ``Invalid`` (422) for a file that is no whole script or that gives a retired code to a case.
    """
    require(by, "blueprints.edit")
    if file.size > 2_000_000:
        raise Invalid(_("O arquivo é grande demais para um roteiro."), field="file")
    try:
        _version, script = toml.read(file.read().decode())
    except UnicodeDecodeError:
        raise Invalid(_("O arquivo não é um texto em UTF-8."), field="file") from None
    base = with_conditions_apart(Blueprint.objects.current(Kind.SCRIPT).content)
    codes = {case["code"] for case in script["cases"]}
    if again := sorted(codes & set(base.get("retired", []))):
        raise Invalid(
            _("Códigos retirados não voltam a ser usados: %(codes)s.") % {"codes": ", ".join(again)}, field="file"
        )
    gone = {case["code"] for case in base["cases"]} - codes
    retired = sorted({*base.get("retired", []), *script.get("retired", []), *gone})
    return _begin(by, {**script, **({"retired": retired} if retired else {})})


def _begin(by: User, script: dict[str, Any]) -> ScriptDraft:
    with transaction.atomic():
        base = Blueprint.objects.select_for_update().filter(pk=Blueprint.objects.current(Kind.SCRIPT).pk).get()
        if ScriptDraft.objects.exists():
            raise Refusal(_("Já há um rascunho em andamento. Continue nele, ou descarte-o antes de começar outro."))
        draft = ScriptDraft.objects.create(base=base, content=script, changed_by=by)
        draft.authors.add(by)
        return draft


@contextmanager
def _changing(by: User) -> Iterator[ScriptDraft]:
    """The draft, locked; it is saved as ``by``'s change. Raises ``Refusal`` (409) without one."""
    require(by, "blueprints.edit")
    with transaction.atomic():
        draft = _locked()
        yield draft
        draft.revision += 1
        draft.changed_by, draft.changed_at = by, clock.now()
        draft.save()
        draft.authors.add(by)


def _locked() -> ScriptDraft:
    draft = ScriptDraft.objects.select_for_update().first()
    if draft is None:
        raise Refusal(_("O rascunho já foi publicado ou descartado. Abra o roteiro para ver a versão em vigor."))
    return draft


def fingerprint(row: Mapping[str, Any] | None) -> str:
    """Says whether a case is still as somebody saw it."""
    return canonical.sha256(row)[:16] if row else ""


def refuse_overtaken(row: Mapping[str, Any], seen: str) -> None:
    """Raise ``Refusal`` (409) unless ``row`` is still the case whose fingerprint is ``seen``."""
    if fingerprint(row) != seen:
        raise Refusal(
            _("Este caso mudou enquanto você editava. O que você digitou continua aqui; abaixo está como ele ficou. "
              "Salvar de novo põe o seu no lugar.")
        )  # fmt: skip


def add_case(process: str, *, by: User, **fields: Any) -> str:
    """Add a case at the end of ``process`` and return its code, the next that was never used."""
    with _changing(by) as draft:
        if process not in [row["key"] for row in draft.content["processes"]]:
            raise Refusal(_("O processo %(key)s não está mais no rascunho.") % {"key": process})
        code = next_code(draft.content, process)
        cases = draft.content["cases"]
        made = {"code": code, "process": process, **_checked(draft, code, fields)}
        last = max((place for place, case in enumerate(cases) if case["process"] == process), default=len(cases) - 1)
        cases.insert(last + 1, made)
        return code


def save_case(code: str, *, by: User, seen: str, **fields: Any) -> None:
    """Change a case; ``seen`` is the fingerprint of what the form showed.

    Raises ``Refusal`` (409) when somebody changed it since: nothing is written over unseen.
    """
    with _changing(by) as draft:
        case = _case(draft, code)
        refuse_overtaken(case, seen)
        checked = _checked(draft, code, fields)
        draft.content["cases"][draft.content["cases"].index(case)] = {
            "code": code,
            "process": case["process"],
            **checked,
        }


def retire_case(code: str, *, by: User) -> None:
    """Take a case out. Its code is never used again, unless no version ever had it."""
    with _changing(by) as draft:
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
    with _changing(by) as draft:
        _put(draft, code, with_conditions_apart(draft.base.content))


def take_case(code: str, *, by: User) -> None:
    """Take a case as the newest shipped file has it, with the condition that it names."""
    with _changing(by) as draft:
        shipped = Blueprint.objects.filter(kind=Kind.SCRIPT, key=Blueprint.SHIPPED).first()
        if shipped is None:
            raise Refusal(_("O sistema não trouxe outra versão do roteiro."))
        _put(draft, code, with_conditions_apart(shipped.content))


def _take_out(draft: ScriptDraft, code: str) -> None:
    """Drop a case; a code that a version had is kept among the retired ones."""
    draft.content["cases"] = [case for case in draft.content["cases"] if case["code"] != code]
    if any(case["code"] == code for case in draft.base.content["cases"]):
        draft.content["retired"] = sorted({*draft.content.get("retired", []), code})


def _put(draft: ScriptDraft, code: str, source: Mapping[str, Any]) -> None:
    theirs = next((case for case in source["cases"] if case["code"] == code), None)
    if theirs is None:
        if draft.case(code) is None:
            raise Refusal(_("%(code)s não está mais aqui.") % {"code": code})
        _take_out(draft, code)
        return
    if code in draft.base.content.get("retired", []):
        raise Refusal(_("%(code)s já foi retirado: o código não volta a ser usado.") % {"code": code})
    place = next((at for at, case in enumerate(draft.content["cases"]) if case["code"] == code), None)
    cases = [case for case in draft.content["cases"] if case["code"] != code]
    if place is None:
        order = [case["code"] for case in source["cases"] if case["process"] == theirs["process"]]
        before = order[: order.index(code)]
        first = next((at for at, case in enumerate(cases) if case["process"] == theirs["process"]), len(cases))
        place = next((at + 1 for at, case in reversed([*enumerate(cases)]) if case["code"] in before), first)
    cases.insert(place, theirs)
    draft.content["cases"] = cases
    draft.content["retired"] = [each for each in draft.content.get("retired", []) if each != code]
    for name, key in (("processes", theirs["process"]), ("conditions", theirs.get("condition_key", ""))):
        known = draft.content.setdefault(name, [])
        known += [
            row for row in source.get(name, []) if row["key"] == key and key not in [each["key"] for each in known]
        ]


def move_case(code: str, *, by: User, up: bool) -> None:
    """Swap a case with its neighbour of the same process; at the end of the row nothing moves."""
    with _changing(by) as draft:
        case, cases = _case(draft, code), draft.content["cases"]
        places = [at for at, each in enumerate(cases) if each["process"] == case["process"]]
        _swap(cases, places, cases.index(case), up)


def _swap(rows: list[Any], places: list[int], place: int, up: bool) -> None:
    there = places.index(place) + (-1 if up else 1)
    if 0 <= there < len(places):
        rows[place], rows[places[there]] = rows[places[there]], rows[place]


def add_process(*, by: User, key: str, title: Texts) -> None:
    """Add a process at the end. Its ``key`` is three capital letters, the beginning of its cases' codes."""
    with _changing(by) as draft:
        key = key.strip().upper()
        if not PROCESS_KEY.fullmatch(key):
            raise Invalid(_("A sigla tem três letras, como PED."), field="key")
        if key in [row["key"] for row in draft.content["processes"]]:
            raise Invalid(_("Já há um processo com esta sigla."), field="key")
        draft.content["processes"].append({"key": key, "title": _two(title)})


def save_process(key: str, *, by: User, title: Texts) -> None:
    with _changing(by) as draft:
        _row(draft, "processes", key)["title"] = _two(title)


def move_process(key: str, *, by: User, up: bool) -> None:
    """Swap a process with its neighbour; its cases go with it."""
    with _changing(by) as draft:
        rows = draft.content["processes"]
        _swap(rows, [*range(len(rows))], rows.index(_row(draft, "processes", key)), up)
        order = [row["key"] for row in rows]
        draft.content["cases"].sort(key=lambda case: order.index(case["process"]))


def remove_process(key: str, *, by: User) -> None:
    """Take out a process without cases."""
    with _changing(by) as draft:
        row = _row(draft, "processes", key)
        if any(case["process"] == key for case in draft.content["cases"]):
            raise Refusal(_("Retire antes os casos deste processo."))
        draft.content["processes"].remove(row)


def save_condition(key: str, *, by: User, title: Texts, when: Mapping[str, list[str]]) -> None:
    """Change a condition, or add one where ``key`` is empty; ``when`` switches it on by itself (``script.When``)."""
    with _changing(by) as draft:
        rows = draft.content.setdefault("conditions", [])
        if not key:
            stem = slugify(title.get("pt", "")).replace("-", "_")[:34] or "condicao"
            known = [row["key"] for row in rows]
            key = next(name for name in [stem, *(f"{stem}_{n}" for n in range(2, 999))] if name not in known)
            rows.append({"key": key, "title": {}})
        row = _row(draft, "conditions", key)
        row["title"] = _two(title)
        row.pop("when", None)
        if chosen := {name: values for name, values in when.items() if values}:
            row["when"] = chosen


def remove_condition(key: str, *, by: User) -> None:
    """Take out a condition that no case names."""
    with _changing(by) as draft:
        row = _row(draft, "conditions", key)
        if used := [case["code"] for case in draft.content["cases"] if case.get("condition_key") == key]:
            raise Refusal(_("Ainda dependem desta condição: %(codes)s.") % {"codes": ", ".join(used)})
        draft.content["conditions"].remove(row)


def publish(*, by: User, note: str, revision: int) -> Blueprint:
    """Make the draft the version in force; rollouts that start from now on have it.

    ``revision`` is the one whose differences ``by`` has read. Raises ``Refusal`` (409) with everything that is still
    lacking, when it changed since, and when nothing differs.
    """
    require(by, "blueprints.publish")
    with transaction.atomic():
        draft = _locked()
        if draft.revision != revision:
            raise Refusal(_("O rascunho mudou depois que esta página foi aberta. Leia as diferenças de novo."))
        if not note.strip():
            raise Invalid(_("Diga o que mudou: é o que os projetos leem ao receber a versão."), field="note")
        if wrong := problems(draft.content):
            raise Refusal(_("O rascunho ainda não pode ser publicado."), details=wrong)
        if not changes.between(draft.base.content, draft.content):
            raise Refusal(_("Nada mudou em relação à versão em vigor."))
        version = Blueprint.objects.filter(kind=Kind.SCRIPT).order_by("-version")[0].version + 1
        try:
            content.parse(Kind.SCRIPT, {**draft.content, "version": version})
        except ValidationError as error:
            raise Refusal(
                _("O rascunho ainda não pode ser publicado."), details=[str(error.errors()[0]["msg"])]
            ) from None
        published = Blueprint.objects.create(
            kind=Kind.SCRIPT,
            version=version,
            content=draft.content,
            checksum=canonical.sha256(draft.content),
            origin=Blueprint.Origin.EDITED,
            note=note.strip(),
            published_by=by,
            read_by_another=draft.authors.exclude(pk=by.pk).exists(),
        )
        draft.delete()
        return published


def discard(*, by: User) -> None:
    """Throw the draft away, for everybody. The version in force stays."""
    require(by, "blueprints.edit")
    with transaction.atomic():
        _locked().delete()


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


def _two(words: Texts) -> dict[str, str]:
    return {"pt": words.get("pt", "").strip(), "en": words.get("en", "").strip()}


def _checked(draft: ScriptDraft, code: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A case's fields in the order of the data file, without what is empty. Raises ``Invalid`` for what cannot hold."""
    conditional = fields["obligation"] == "conditional"
    if conditional and not fields["condition_key"]:
        raise Invalid(_("Diga a condição de que o caso depende."), field="condition_key")
    check_depends(code, fields["depends"], draft.content["cases"])
    kept = {
        "title": _two(fields["title"]),
        "actors": list(fields["actors"]),
        "obligation": fields["obligation"],
        "condition_key": fields["condition_key"] if conditional else "",
        "depends": list(fields["depends"]),
        "preconditions": _two(fields["preconditions"]),
        "steps": [_two(step) for step in fields["steps"]],
        "expected": _two(fields["expected"]),
        "evidence": _two(fields["evidence"]),
    }
    return {name: value for name, value in kept.items() if value or name not in ("condition_key", "depends")}


def check_depends(code: str, depends: list[str], cases: list[dict[str, Any]]) -> None:
    """Raise ``Invalid`` for a code that is not among ``cases``, and for a circle."""
    known = [case["code"] for case in cases]
    if lost := [other for other in depends if other not in known or other == code]:
        raise Invalid(_("Não é um caso deste roteiro: %(codes)s.") % {"codes": ", ".join(lost)}, field="depends")
    others = [case for case in cases if case["code"] != code]
    if found := circles([*others, {"code": code, "depends": depends}]):
        raise Invalid(
            _("%(path)s: um caso não pode depender de si mesmo.") % {"path": " → ".join(found[0])}, field="depends"
        )
