"""The clauses of a rollout's term: the version of the template that it took, and what it says otherwise, each with a reason.

A newly published template changes no rollout by itself: who drafts reads what differs and takes it.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, Subquery, prefetch_related_objects
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.blueprints.catalogues import clauses
from apps.blueprints.editor import changes
from apps.blueprints.editor.drafts import fingerprint, refuse_overtaken, tidy
from apps.blueprints.models import Blueprint
from apps.core import clock
from apps.core.database.rows import embedded, rows_of
from apps.core.process import Stage
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.stages.acceptance import events
from apps.stages.acceptance.models import AcceptanceTerm, OwnClause, Wording

LONGEST_REASON = 500
Kind = OwnClause.Kind


@dataclass(frozen=True)
class Clause:
    """A clause as the term has it. ``own_clause`` is the rollout's, where it differs from the template; ``template`` has the
    template's title and text, None where it has no such clause."""

    key: str
    title: str
    text: str
    own_clause: OwnClause | None = None
    template: Mapping[str, str] | None = None

    @property
    def is_left_out(self) -> bool:
        return self.own_clause is not None and self.own_clause.kind == Kind.LEFT_OUT

    @property
    def is_overtaken(self) -> bool:
        """The template changed the clause since the rollout wrote its own over it."""
        clause = self.own_clause
        return clause is not None and clause.kind != Kind.ADDED and clause.over != fingerprint(self.template)

    @property
    def differences(self) -> list[changes.FieldChange]:
        """From the template to this, word by word."""
        return changes.field_changes(_texts(self.template), _texts(self.words))

    @property
    def words(self) -> dict[str, str]:
        """What is said, to be compared; ``out`` tells a clause that was left out from one without words."""
        return {"title": self.title, "text": self.text, "out": str(self.is_left_out)}

    @property
    def fingerprint(self) -> str:
        """Tells whether the clause is still as a form showed it."""
        return fingerprint(self.words)


@dataclass(frozen=True)
class Text:
    """The clauses of a rollout's term, also those left out, by ``version`` of the template. The rollout keeps that version
    if it ``is_taken``; else it is the one in force."""

    version: int
    is_taken: bool
    newest: int
    """The version in force."""
    clauses: list[Clause]

    @property
    def newer_version(self) -> int | None:
        """The version in force, where the rollout took an earlier one."""
        return self.newest if self.newest > self.version else None

    @property
    def said_clauses(self) -> list[Clause]:
        """Those that were not left out."""
        return [clause for clause in self.clauses if not clause.is_left_out]


def text_of(rollout: Rollout) -> Text:
    """What the term of ``rollout`` says, in one query; who changed its own clauses is not read with them."""
    own_clauses = OwnClause.objects.filter(wording__rollout=rollout).order_by("pk")
    own_version = Wording.objects.filter(rollout=rollout).values("version")
    all_versions = Blueprint.objects.filter(kind=Blueprint.Kind.TERM, key="default")
    blueprints = all_versions.annotate(
        own_version=Subquery(own_version),
        newest=Subquery(all_versions.order_by("-version").values("version")[:1]),
        own_clauses=embedded(own_clauses),
    )
    blueprint = blueprints.filter(Q(own_version=None) | Q(version=F("own_version"))).order_by("-version")[:1].get()
    return Text(
        blueprint.version,
        blueprint.own_version is not None,
        blueprint.newest,
        _with_own(blueprint, rows_of(OwnClause, blueprint.own_clauses)),
    )


def clauses_of(rollout: Rollout) -> list[Clause]:
    """What the term says, in its order: the template's clauses, then those that the rollout added."""
    return text_of(rollout).said_clauses


def all_of(rollout: Rollout) -> list[Clause]:
    """The same with those that were left out, at their places and without words."""
    return text_of(rollout).clauses


def with_people(clauses_: list[Clause]) -> list[Clause]:
    """``clauses_`` with who changed them, in one query for all, if any was changed."""
    prefetch_related_objects([clause.own_clause for clause in clauses_ if clause.own_clause], "changed_by")
    return clauses_


def _with_own(blueprint: Blueprint, own_rows: Iterable[OwnClause]) -> list[Clause]:
    own_clauses = {row.key: row for row in own_rows}
    of_term = []
    for row in _in_portuguese(blueprint):
        own_clause = own_clauses.pop(row["key"], None)
        words = {"title": own_clause.title, "text": own_clause.text} if own_clause else row
        template = {"title": row["title"], "text": row["text"]}
        of_term.append(Clause(row["key"], words["title"], words["text"], own_clause, template))
    # A clause that was changed and that a later version no longer has is the rollout's own; one left out is just not there.
    rest = [clause for clause in own_clauses.values() if clause.kind != Kind.LEFT_OUT]
    return of_term + [Clause(clause.key, clause.title, clause.text, clause) for clause in rest]


def find(rollout: Rollout, key: str) -> Clause | None:
    return next((clause for clause in all_of(rollout) if clause.key == key), None)


def version_taken(rollout: Rollout) -> int | None:
    """The template's version that the rollout took: at its first draft, or with its first own clause."""
    return Wording.objects.filter(rollout=rollout).values_list("version", flat=True).first()


def version_of(rollout: Rollout) -> int:
    """The version that it took, else the one in force."""
    return version_taken(rollout) or Blueprint.objects.current(Blueprint.Kind.TERM).version


def newer_version(rollout: Rollout, text: Text | None = None) -> Blueprint | None:
    """The version in force, where the rollout took an earlier one; ``text`` is the rollout's, where it was read already."""
    version = (text or text_of(rollout)).newer_version
    return _version(version) if version else None


def changes_of_newer_version(rollout: Rollout) -> list[changes.Change]:
    """What the version in force changes of the one that the rollout took."""
    current = Blueprint.objects.current(Blueprint.Kind.TERM)
    return changes.between_clauses(_version(version_of(rollout)).content, current.content)


def may_change(user: User, rollout: Rollout, terms: Iterable[AcceptanceTerm] | None = None) -> bool:
    """``terms`` are those of ``rollout``, where they were read already."""
    if not user.has_perm("acceptance.draft", rollout) or rollout.stage != Stage.ACCEPTANCE:
        return False
    if terms is None:
        return not is_signed(rollout)
    return all(term.state != AcceptanceTerm.State.SIGNED or term.is_set_aside for term in terms)


def pin(rollout: Rollout) -> Wording:
    """Have ``rollout`` keep the version in force, unless it took one already."""
    current = Blueprint.objects.current(Blueprint.Kind.TERM)
    return Wording.objects.get_or_create(rollout=rollout, defaults={"version": current.version})[0]


def change(rollout: Rollout, key: str, *, by: User, expected: str, title: str, text: str, reason: str) -> None:
    """Say a clause in the rollout's own words. A term that was drafted before is stale from then on.

    ``expected`` is the fingerprint (``Clause.fingerprint``) of what the form showed. Raises ``Refusal`` (409) when somebody
    changed it since, and ``Invalid`` (422) for words that no clause may have.
    """
    with _changing(rollout, by) as locked:
        clause = _clause(locked, key)
        refuse_overtaken(clause.words, expected)
        words = _checked(title, text)
        if words == clause.template:
            raise Refusal(_("Está como no modelo. Para desfazer a mudança do projeto, volte ao modelo."))
        kind = Kind.CHANGED if clause.template else Kind.ADDED
        _write(locked, clause, kind, by, reason, **words)
        changed = events.ClauseChanged(clause=key, title=words["title"], reason=tidy(reason))
        timeline.record(locked, changed, by)


def add(rollout: Rollout, *, by: User, title: str, text: str, reason: str) -> str:
    """Add a clause behind the template's and return its key, which no template has."""
    with _changing(rollout, by) as locked:
        clauses.refuse_more_than(len(all_of(locked)))
        words = _checked(title, text)
        # A hyphen is in no key of a template.
        used_keys = OwnClause.objects.filter(wording=locked.wording).values_list("key", flat=True)
        key = next(name for name in (f"own-{n}" for n in range(1, 999)) if name not in used_keys)
        _write(locked, Clause(key, "", ""), Kind.ADDED, by, reason, **words)
        added = events.ClauseAdded(clause=key, title=words["title"], reason=tidy(reason))
        timeline.record(locked, added, by)
        return key


def leave_out(rollout: Rollout, key: str, *, by: User, expected: str, reason: str) -> None:
    """Have the term say nothing of a clause of the template; a clause that the rollout added is taken back instead."""
    with _changing(rollout, by) as locked:
        clause = _clause(locked, key)
        refuse_overtaken(clause.words, expected)
        if clause.template is None:
            raise Refusal(_("Esta cláusula não é do modelo. Desfaça a inclusão em vez de deixá-la de fora."))
        _write(locked, clause, Kind.LEFT_OUT, by, reason)
        left_out = events.ClauseLeftOut(clause=key, title=clause.template["title"], reason=tidy(reason))
        timeline.record(locked, left_out, by)


def take_back(rollout: Rollout, key: str, *, by: User) -> None:
    """Have a clause as the template has it; one that the rollout added goes."""
    with _changing(rollout, by) as locked:
        clause = _clause(locked, key)
        if clause.own_clause is None:
            raise Refusal(_("Esta cláusula já está como no modelo."))
        clause.own_clause.delete()
        title = clause.template["title"] if clause.template else clause.title
        timeline.record(locked, events.ClauseTakenBack(clause=key, title=title), by)


def take_newer(rollout: Rollout, *, by: User, version: int) -> None:
    """Take ``version``, the one in force, whose differences ``by`` has read. What the rollout says otherwise stays."""
    with _changing(rollout, by) as locked:
        current = newer_version(locked)
        if current is None or current.version != version:
            raise Refusal(_("O modelo mudou depois que esta página foi aberta. Leia as diferenças de novo."))
        Wording.objects.filter(rollout=locked).update(version=version)
        timeline.record(locked, events.TemplateTaken(version=version), by)


@contextmanager
def _changing(rollout: Rollout, by: User) -> Iterator[Rollout]:
    require(by, "acceptance.draft", rollout)
    with timeline.changing(rollout) as locked:
        if locked.stage != Stage.ACCEPTANCE:
            raise Refusal(_("As cláusulas mudam na etapa do termo de aceite."))
        if is_signed(locked):
            raise Refusal(_("O termo já foi assinado por todos: as cláusulas não mudam mais."))
        pin(locked)
        yield locked
        if not clauses_of(locked):
            raise Refusal(_("O termo precisa de ao menos uma cláusula."))


def is_signed(rollout: Rollout) -> bool:
    """All parties signed a term of ``rollout``."""
    return rollout.terms.filter(state=AcceptanceTerm.State.SIGNED, set_aside=None).exists()


def _write(rollout: Rollout, clause: Clause, kind: str, by: User, reason: str, title: str = "", text: str = "") -> None:
    reason = tidy(reason)
    if not reason:
        raise Invalid(_("Diga o motivo: as quatro partes o leem."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid(_("São no máximo %(n)d caracteres.") % {"n": LONGEST_REASON}, field="reason")
    values = {"kind": kind, "title": title, "text": text, "reason": reason, "over": fingerprint(clause.template)}
    OwnClause.objects.update_or_create(
        wording=rollout.wording, key=clause.key, defaults={**values, "changed_by": by, "changed_at": clock.now()}
    )


def _clause(rollout: Rollout, key: str) -> Clause:
    clause = find(rollout, key)
    if clause is None:
        raise Refusal(_("Esta cláusula não está mais no termo. O que você digitou pode entrar como cláusula nova."))
    return clause


def _checked(title: str, text: str) -> dict[str, str]:
    title, text = tidy(title), tidy(text)
    clauses.check(title, text)
    return {"title": title, "text": text}


def _version(version: int) -> Blueprint:
    return Blueprint.objects.get(kind=Blueprint.Kind.TERM, key="default", version=version)


def _in_portuguese(blueprint: Blueprint) -> list[dict[str, str]]:
    rows = blueprint.content["clauses"]
    return [{"key": row["key"], "title": row["title"]["pt"], "text": row["text"]["pt"]} for row in rows]


def _texts(words: Mapping[str, Any] | None) -> dict[tuple[str, str], str]:
    return {(label, ""): words[name] for name, label in clauses.labels().items()} if words else {}
