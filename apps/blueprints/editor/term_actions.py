"""Write the next version of the acceptance term's clauses and publish it, as is done with the script (``drafts``)."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.blueprints.catalogues import clauses
from apps.blueprints.catalogues.script import LANGUAGES
from apps.blueprints.editor import changes, drafts
from apps.blueprints.editor.drafts import Texts
from apps.blueprints.models import Blueprint, TermDraft
from apps.core.refusals import Refusal

Kind = Blueprint.Kind


def start(*, by: User) -> TermDraft:
    """Begin a draft from the version in force. Raises ``Refusal`` (409) while there is one."""
    return drafts.begin(TermDraft, dict, by=by)


def add_clause(*, by: User, title: Texts, text: Texts) -> str:
    """Add a clause at the end and return its key, which no clause of any version ever had."""
    with drafts.changing(TermDraft, by=by) as draft:
        rows = draft.content["clauses"]
        clauses.refuse_more_than(len(rows))
        checked = _checked(title, text)
        key = _new_key(draft, checked["title"]["pt"])
        rows.append({"key": key, **checked})
        return key


def save_clause(key: str, *, by: User, seen_fingerprint: str, title: Texts, text: Texts) -> None:
    """Change a clause; ``seen_fingerprint`` is that of what the form showed.

    Raises ``Refusal`` (409) when somebody changed it since: nothing is written over unseen.
    """
    with drafts.changing(TermDraft, by=by) as draft:
        clause = _clause(draft, key)
        drafts.refuse_overtaken(clause, seen_fingerprint)
        clause |= _checked(title, text)


def remove_clause(key: str, *, by: User) -> None:
    """Take a clause out of the draft."""
    with drafts.changing(TermDraft, by=by) as draft:
        draft.content["clauses"].remove(_clause(draft, key))


def undo_clause(key: str, *, by: User) -> None:
    """Put a clause back as the version in force has it; one that is new in the draft goes."""
    with drafts.changing(TermDraft, by=by) as draft:
        _put(draft, key, draft.base.content)


def take_clause(key: str, *, by: User) -> None:
    """Take a clause as the newest shipped file has it; one that it does not have goes."""
    with drafts.changing(TermDraft, by=by) as draft:
        _put(draft, key, drafts.shipped(TermDraft).content)


def move_clause(key: str, *, by: User, up: bool) -> None:
    """Swap a clause with its neighbour; at the end of the row nothing moves."""
    with drafts.changing(TermDraft, by=by) as draft:
        rows = draft.content["clauses"]
        drafts.swap(rows, range(len(rows)), rows.index(_clause(draft, key)), up)


def publish(*, by: User, note: str, revision: int) -> Blueprint:
    """Make the draft the version in force, see ``drafts.publish``."""
    return drafts.publish(
        TermDraft,
        by=by,
        note=note,
        revision=revision,
        problems=clauses.problems,
        differences=changes.between_clauses,
    )


def _clause(draft: TermDraft, key: str) -> dict[str, Any]:
    clause = draft.clause(key)
    if clause is None:
        raise Refusal(_("Esta cláusula foi retirada do rascunho. O que você digitou pode entrar como cláusula nova."))
    return clause


def _put(draft: TermDraft, key: str, source: Mapping[str, Any]) -> None:
    """Have clause ``key`` as ``source`` has it: where it stands, or behind those that stand before it there."""
    rows, order = draft.content["clauses"], [clause["key"] for clause in source["clauses"]]
    draft_clause = draft.clause(key)
    if key not in order:
        rows.remove(_clause(draft, key))
        return
    source_clause = source["clauses"][order.index(key)]
    if draft_clause is not None:
        rows[rows.index(draft_clause)] = source_clause
        return
    before = order[: order.index(key)]
    behind = [place + 1 for place, clause in enumerate(rows) if clause["key"] in before]
    rows.insert(max(behind, default=0), source_clause)


def _checked(title: Texts, text: Texts) -> dict[str, dict[str, str]]:
    """Both in both languages. Portuguese is needed, English may follow. Raises ``Invalid`` (422)."""
    title, text = drafts.both_languages(title), drafts.both_languages(text)
    for language in LANGUAGES:
        clauses.check(title[language], text[language], f"_{language}", needed=language == "pt")
    return {"title": title, "text": text}


def _new_key(draft: TermDraft, title: str) -> str:
    """From the title; projects keep changes of their own by this key, so it is never another clause's."""
    versions = Blueprint.objects.filter(kind=Kind.TERM).values_list("content", flat=True)
    used_keys = {clause["key"] for content in (draft.content, *versions) for clause in content["clauses"]}
    stem = slugify(title).replace("-", "_")[:34].strip("_") or "clausula"
    return next(name for name in (stem, *(f"{stem}_{n}" for n in range(2, 9999))) if name not in used_keys)
