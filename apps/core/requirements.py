"""Requirements: what keeps a gate closed, who owes it, and how it is settled where it is read.

An app declares its kinds in ``requirements.py`` and names that module in its ``plugin.py``. The transition, the pages, the
reminders and the API ask the same functions, so they cannot disagree.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from apps.core.localized import Localized
from apps.core.process import Gate, PartyRole

if TYPE_CHECKING:
    from django import forms
    from django_stubs_ext import StrOrPromise

T = TypeVar("T")


@dataclass(frozen=True)
class Requirement:
    """Something that keeps a gate closed, or may be settled although no gate waits for it.

    ``key`` names it within its rollout and gate for ever (waivers and assignments refer to it); ``text`` says in both
    languages what is missing; ``owed_by`` is the party role that must act next; ``since`` is the instant from which that
    party has owed it; ``url`` leads to the form that settles it; ``due`` is the day by which it was promised, where somebody
    promised one. ``until`` is the instant from which time alone makes it another requirement, or none. ``review``: something
    was delivered and waits for a decision. ``person`` is the account of the one who can settle it, where nobody else can;
    ``by_lead``: only a lead of the party that owes it can; ``also_by`` is another party that may settle it for the one that
    owes it. ``waiver`` is the decision to go on without it, where there is one.
    """

    key: str
    text: "Localized | StrOrPromise"
    owed_by: str
    since: datetime
    url: str
    waivable: bool = False
    waiver: Any = None
    due: date | None = None
    until: datetime | None = None
    review: bool = False
    person: Any = None
    by_lead: bool = False
    also_by: str = ""

    @property
    def owed_by_label(self) -> "StrOrPromise":
        return PartyRole(self.owed_by).label


@dataclass(frozen=True)
class Answer:
    """The way to settle a requirement in place.

    ``make_form`` takes what a Django form takes; ``act`` is called with ``by`` and the form's cleaned data; ``permission``
    on ``subject`` says who may. ``came_back`` is the reviewer's reason and ``unchanged`` the ``(label, value)`` pairs of the
    last delivery that stand. ``signer`` is the one person who can answer, where it is theirs alone.
    """

    button: "StrOrPromise"
    permission: str
    subject: Any
    make_form: "Callable[..., forms.BaseForm] | None" = None
    act: Callable[..., Any] | None = None
    icon: str = "check"
    help: "StrOrPromise | Localized" = ""
    where: "StrOrPromise | Localized" = ""
    came_back: str = ""
    unchanged: list[tuple[str, str]] = field(default_factory=list)
    signer: Any = None


@dataclass(frozen=True)
class RequirementKind:
    """A rule that asks for something. ``key`` is that of its requirements, or what comes before the colon in theirs.

    ``gates`` wait for it; none, where it may be settled at any time. ``find`` takes the rollout (and the gate, where
    ``by_gate``) and yields one ``Requirement`` for each thing missing. ``answer`` takes the rollout and the rest of the key
    and gives the way to settle it in place; None when it is settled on its own page only.
    """

    key: str
    gates: tuple[Gate, ...]
    find: Callable[..., Iterable[Requirement]]
    answer: Callable[[Any, str], Answer | None] | None = None
    by_gate: bool = False

    def unmet(self, rollout: Any, gate: Gate | None) -> Iterable[Requirement]:
        """What is missing of ``rollout`` at ``gate``; None asks for what no gate waits for."""
        return self.find(rollout, gate) if self.by_gate else self.find(rollout)

    def covers(self, key: str) -> bool:
        return key == self.key or key.startswith(f"{self.key}:")


@contextmanager
def asking(rollout: Any) -> Iterator[None]:
    """Within the block what is ``asked_once`` of ``rollout`` is read once: all its rules look at the same moment, and what
    they read is not written meanwhile. One such block within another is part of it."""
    if hasattr(rollout, "_answers"):
        yield
        return
    rollout._answers = {}
    try:
        yield
    finally:
        del rollout._answers


@contextmanager
def asking_of_all(rows: Iterable[Any], rollout: Any = None) -> Iterator[None]:
    """``asking`` of every rollout that ``rows`` name, which becomes one object for all of them: ``rollout``, where it is
    that one."""
    rollouts = {rollout.pk: rollout} if rollout else {}
    for row in rows:
        row.rollout = rollouts.setdefault(row.rollout_id, row.rollout)
    with ExitStack() as stack:
        for shared in rollouts.values():
            stack.enter_context(asking(shared))
        yield


def asked_once(read: Callable[[Any], T]) -> Callable[[Any], T]:
    """For a query of a rollout that several rules need: it is asked once while the rules are (``asking``), and each time
    elsewhere. Who has just written what it reads says so with ``remember(ask, rollout, answer)``."""

    @wraps(read)
    def ask(rollout: Any) -> T:
        answers = getattr(rollout, "_answers", None)
        if answers is None:
            return read(rollout)
        if ask not in answers:
            answers[ask] = read(rollout)
        return answers[ask]

    return ask


def remember(ask: Callable[[Any], T], rollout: Any, answer: T) -> None:
    """``answer`` is what ``ask``, which is ``asked_once``, would read of ``rollout`` now; forgotten outside ``asking``."""
    answers = getattr(rollout, "_answers", None)
    if answers is not None:
        answers[ask] = answer


declared: list[RequirementKind] = []
"""Every one of the apps, so that a check finds those that no plugin names."""


def requirement(
    key: str,
    *gates: Gate,
    answer: Callable[[Any, str], Answer | None] | None = None,
    by_gate: bool = False,
) -> Callable[[Callable[..., Iterable[Requirement]]], RequirementKind]:
    """Declare what ``gates`` ask for under ``key``; without gates, what may be settled although none waits for it."""

    def declare(find: Callable[..., Iterable[Requirement]]) -> RequirementKind:
        kind = RequirementKind(key, gates, find, answer, by_gate)
        if find.__module__.startswith("apps."):
            declared.append(kind)
        return kind

    return declare
