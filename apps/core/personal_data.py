"""What an app keeps of people (LGPD): each announces its share in ``plugin.py``; ``accounts.personal_data`` gathers them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mention:
    """A place where somebody wrote a person's name: ``where`` names the text (“PR-0001 · NC-3”), ``before`` and ``after`` are
    what stands around ``name``."""

    where: str
    before: str
    name: str
    after: str


@dataclass(frozen=True)
class Holding:
    """One app's share. ``export`` gives plain JSON; ``erase`` removes what need not stay; ``objections`` are reasons why
    the person cannot be erased yet, in their language; ``expire`` drops what is older than its setting and counts it. What
    is dropped one by one is named by ``overdue`` and dropped by ``drop``, so that one that cannot be keeps no other.
    ``mentions`` are the places in others' texts in which erasing puts a number for the name, shown before it is done."""

    name: str
    export: Callable[[Any], Any]
    erase: Callable[[Any], None] | None = None
    objections: Callable[[Any], Iterable[str]] | None = None
    expire: Callable[[], int] | None = None
    overdue: Callable[[], list[str]] | None = None
    drop: Callable[[str], None] | None = None
    mentions: Callable[[Any], Iterable[Mention]] | None = None
