"""Two deliveries of one prerequisite side by side. A secret is never read here: the vault only says whether it changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import PurePath

from django.utils.translation import gettext as _

from apps.files.models import StoredFile
from apps.prerequisites.models import Prerequisite, Submission, purged_on
from apps.vault import actions as vault
from apps.vault.models import Secret

TEXT_BYTES = 200_000
TEXT_LINES = 4_000
LONG = 300 * 300
TEXT_SUFFIXES = {".txt", ".md", ".csv", ".json", ".yaml", ".yml", ".xml"}


@dataclass(frozen=True)
class Piece:
    """A run of text; ``changed`` when the other delivery does not have it."""

    text: str
    changed: bool


@dataclass(frozen=True)
class Row:
    """One part of both deliveries. ``says`` is said of both at once ("igual", "trocado")."""

    label: str
    before: list[Piece]
    after: list[Piece]
    same: bool
    says: str
    lines: bool = False
    notes: list[str] = field(default_factory=list)


def compare(before: Submission, after: Submission) -> list[Row]:
    """What ``after`` has otherwise than ``before``, part by part, in the order of the item's parts."""
    item = after.prerequisite
    rows = [*_credential(item, before, after)] if item.kind == Prerequisite.Kind.CREDENTIAL else []
    if item.kind == Prerequisite.Kind.CONTACT:
        rows += _contacts(item, before, after)
    rows += [
        _text(label, one, other)
        for label, one, other in (
            (_("Texto"), before.text, after.text),
            ("Link", before.link, after.link),
            (_("Quem usa"), before.sharing(), after.sharing()),
        )
        if one or other
    ]
    return rows + list(_files(before.files, after.files))


def _text(label: str, before: str, after: str, *, lines: bool = False) -> Row:
    old, new = pieces(before, after, lines=lines)
    return Row(label, old, new, before == after, _same(before == after, bool(before), bool(after)), lines=lines)


def _same(same: bool, had: bool = True, has: bool = True) -> str:
    if same:
        return _("igual")
    return _("trocado") if had and has else _("incluído") if has else _("retirado")


def pieces(before: str, after: str, *, lines: bool = False) -> tuple[list[Piece], list[Piece]]:
    """Both texts cut where they differ: at words, or at whole lines."""
    old, new = (text.splitlines(keepends=True) if lines else _words(text) for text in (before, after))
    left: list[Piece] = []
    right: list[Piece] = []
    # In long texts what is everywhere (blank lines) leads to no match by itself: each of it with each would take minutes.
    is_long = len(old) * len(new) > LONG
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=is_long).get_opcodes():
        if i < j:
            left.append(Piece("".join(old[i:j]), tag != "equal"))
        if k < m:
            right.append(Piece("".join(new[k:m]), tag != "equal"))
    return left, right


def _words(text: str) -> list[str]:
    """At most so many, so that two very long texts are compared by lines instead."""
    words = [piece for word in text.split(" ") for piece in (word, " ")][:-1]
    return words if len(words) <= TEXT_LINES else text.splitlines(keepends=True)


def _credential(item: Prerequisite, before: Submission, after: Submission) -> Iterator[Row]:
    old, new = ({secret.field: secret for secret in one.secrets.all()} for one in (before, after))
    for spec in item.specs():
        name, label = spec["name"], str(spec["label"])
        if not spec["secret"]:
            if before.values.get(name) or after.values.get(name):
                yield _text(label, before.values.get(name, ""), after.values.get(name, ""))
            continue
        one, other = old.get(name), new.get(name)
        shown = _kept(before, name, one), _kept(after, name, other)
        if not any(shown):
            continue
        same = one is not None and other is not None and vault.same(one, other)
        # Of a destroyed one nobody can say any more whether it was the same.
        known = name not in before.purged and name not in after.purged
        yield Row(label, *shown, same, _same(same, bool(one), bool(other)) if known else "")


def _kept(submission: Submission, name: str, secret: Secret | None) -> list[Piece]:
    """Where a secret of a delivery is, in words; empty when it held none."""
    if name in submission.purged:
        return [Piece(purged_on(submission.purged[name]), False)]
    return [Piece(_("guardado no cofre"), False)] if secret else []


def _contacts(item: Prerequisite, before: Submission, after: Submission) -> Iterator[Row]:
    labels = {"name": _("nome"), "position": _("cargo"), "email": _("e-mail"), "phone": _("telefone")}
    old, new = ({row["kind"]: row for row in one.contacts()} for one in (before, after))
    for kind, who in item.parts():
        for name, label in labels.items():
            one, other = old.get(kind, {}).get(name, ""), new.get(kind, {}).get(name, "")
            if one or other:
                yield _text(f"{who}: {label}", one, other)


def _files(before: list[StoredFile], after: list[StoredFile]) -> Iterator[Row]:
    """Matched by name, then one by one; a single file on either side is the same file in two versions."""
    left = list(before)
    for new in after:
        old = next((one for one in left if one.sha256 == new.sha256 or one.name == new.name), None)
        if old is None and len(before) == len(after) == 1:
            old = left[0]
        if old:
            left.remove(old)
        yield _file(old, new)
    for old in left:
        yield _file(old, None)


def _file(old: StoredFile | None, new: StoredFile | None) -> Row:
    same = bool(old and new and old.sha256 == new.sha256)
    if old and new and not same and (texts := (_read(old), _read(new))) and None not in texts:
        left, right = pieces(texts[0] or "", texts[1] or "", lines=True)
        return Row(_("Arquivo"), left, right, False, _("trocado"), lines=True, notes=[_named(old), _named(new)])
    shown = [[Piece(_named(one), not same)] if one else [] for one in (old, new)]
    return Row(_("Arquivo"), shown[0], shown[1], same, _same(same, bool(old), bool(new)))


def _named(stored: StoredFile) -> str:
    return f"{stored.name} · {stored.size} bytes · SHA-256 {stored.sha256[:12]}…"


def _read(stored: StoredFile) -> str | None:
    """The text of a small text file out of quarantine."""
    if PurePath(stored.name).suffix.lower() not in TEXT_SUFFIXES:
        return None
    if not stored.can_be_read or stored.size > TEXT_BYTES:
        return None
    with stored.content.open("rb") as content:
        try:
            text = content.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            return None
    return text if text.count("\n") <= TEXT_LINES else None
