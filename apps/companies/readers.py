"""Queries of what a person may see, compiled once for all who stand alike (``core.database.compiled``).

What somebody may see depends on who they are: the kinds of their companies and their roles there decide which conditions the
query has, the keys of both only what it looks for. So the query is made of a stand-in who stands as they do and has marks for
keys, by the same ``visible_to`` as ever, and its SQL is kept.
"""

from collections.abc import Callable, Hashable
from functools import update_wrapper
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.companies.models import roles_of
from apps.core import clock
from apps.core.database.compiled import MARK, Statement

Row = TypeVar("Row")
MOST = 500
"""So many statements of one query are kept: one for each day, and for each way to stand."""


class CompiledForReader(Generic[Row]):
    """Called with a person, keys (whole numbers) and ``options``: the list of what the queryset gives that ``build`` makes
    for these. Within a day nothing but the person and the keys may change what ``build`` makes for the same options."""

    def __init__(self, build: "Callable[..., QuerySet[Any, Row]]") -> None:
        self.build = build
        self.statements: dict[Hashable, Statement[Row]] = {}
        update_wrapper(self, build)
        declared.append(self)

    def __call__(self, user: User, *keys: int, **options: Hashable) -> list[Row]:
        roles = roles_of(user)
        only: int | None = getattr(user, "only_rollout", None)
        standing = (user.is_authenticated, user.is_active, user.is_superuser, only is None, *roles.values())
        shape = (clock.today(), standing, len(keys), tuple(options.items()))
        statement = self.statements.get(shape)
        if statement is None:
            if len(self.statements) >= MOST:
                self.statements.clear()
            statement = self.statements[shape] = self._compile(user, len(keys), options)
        # In the order in which ``_compile`` deals the marks.
        return statement.rows([user.pk, only or 0, *keys, *roles])

    def _compile(self, user: User, number_of_keys: int, options: dict[str, Hashable]) -> Statement[Row]:
        roles = roles_of(user)
        pk, only, *rest = (MARK + number for number in range(2 + number_of_keys + len(roles)))
        stand_in = User(pk=pk, is_active=user.is_active, is_superuser=user.is_superuser)
        stand_in._company_roles = dict(zip(rest[number_of_keys:], roles.values(), strict=True))  # type: ignore[attr-defined]
        if getattr(user, "only_rollout", None) is not None:
            stand_in.only_rollout = only  # type: ignore[attr-defined]
        return Statement(self.build(stand_in, *rest[:number_of_keys], **options), 2 + len(rest))


declared: list[CompiledForReader[Any]] = []
"""Every one of the house, so that a test compares each with what Django asks."""


def compiled_for_reader(build: "Callable[..., QuerySet[Any, Row]]") -> CompiledForReader[Row]:
    """A decorator for a function that makes a queryset of a person, keys and options."""
    return CompiledForReader(build)
