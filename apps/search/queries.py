"""One question to all that is looked through, and its answer."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.core import plugins
from apps.core.searching import Hit, SearchSource, allow_mistakes
from apps.rollouts.choices import CODE
from apps.rollouts.models import Rollout

ENOUGH = re.compile(r"\w\w|\d")
"""A single letter finds too much; a number may be a project's."""
LONGEST = 100
PROJECTS = "projects"


@dataclass(frozen=True)
class Group:
    """The hits of one source, the first ``HITS_OF_A_SOURCE``, each with its rollout where it has one."""

    source: SearchSource
    hits: Sequence[tuple[Hit, Rollout | None]]


@dataclass(frozen=True)
class Answer:
    """What was found. ``is_guess``: nothing is called so, and these are names that are spelt much alike.
    ``is_of_one_project``: only there it was looked for."""

    groups: Sequence[Group]
    is_guess: bool = False
    is_of_one_project: bool = False


def sources() -> list[SearchSource]:
    """What every app has looked through: projects, companies and people first."""
    first = (PROJECTS, "companies", "people")
    declared = [source for plugin in plugins.plugins() for source in plugin.searches]
    return sorted(declared, key=lambda source: first.index(source.key) if source.key in first else len(first))


def find(user: User, text: str) -> Answer:
    """Where ``text`` stands in what ``user`` may see: in one project where its code is part of the text ("INT-0009 frete").
    A single letter finds nothing; of a long text the first ``LONGEST`` characters count."""
    text = " ".join(text.replace("\0", "").split())[:LONGEST]
    if not ENOUGH.search(text):
        return Answer([])
    rollout_key = int(code.group(1)) if (code := CODE.search(text)) else None
    words = CODE.sub(" ", text).strip() if code else text
    hits = _hits(
        (source, source.rows_with(user, text if source.key == PROJECTS else words, rollout_key)) for source in sources()
    )
    if hits or not words:
        return Answer(_groups(hits), is_of_one_project=rollout_key is not None)
    with transaction.atomic():
        allow_mistakes()
        hits = _hits((source, source.rows_like(user, words, rollout_key)) for source in sources())
        return Answer(_groups(hits), is_guess=True)


def _hits(rows_of: "Iterable[tuple[SearchSource, QuerySet[Any] | None]]") -> list[Hit]:
    selected = [source.hits(rows) for source, rows in rows_of if rows is not None]
    if not selected:
        return []
    return [Hit(*values) for values in reduce(lambda union, rows: union.union(rows, all=True), selected)]


def _groups(hits: Sequence[Hit]) -> list[Group]:
    keys = {hit.rollout_key for hit in hits if hit.rollout_key}
    rollouts = Rollout.objects.with_titles().in_bulk(keys) if keys else {}
    groups = [
        Group(source, [(hit, rollouts.get(hit.rollout_key or 0)) for hit in hits if hit.source == source.key])
        for source in sources()
    ]
    return [group for group in groups if group.hits]
