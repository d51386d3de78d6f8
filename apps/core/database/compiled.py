"""Queries that are compiled once in a process, for those that every action asks.

Django works out the SQL of a queryset each time it is asked: where the rules of a rollout ask it, that takes several times as
long as the answer. The text of such a query never changes, only the keys that it asks for.
"""

from collections.abc import Callable, Sequence
from copy import copy
from functools import cached_property, update_wrapper
from inspect import signature
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
MARK = 2_000_000_000
"""Stands for the first key while a query is compiled, the number after it for the second; no key is as high."""


class Statement(Generic[Row]):
    """A queryset that was made of ``count`` marks (``MARK``, the number after it, …) instead of keys, and its SQL."""

    def __init__(self, queryset: "QuerySet[Any, Row]", count: int) -> None:
        self.queryset = queryset
        self.compiler: SQLCompiler = queryset.query.get_compiler(queryset.db)
        try:
            self.sql, params = self.compiler.as_sql()
        except EmptyResultSet:  # It asks for what there cannot be, and is never sent.
            self.sql, params = "", ()
        self.params: tuple[Any, ...] = tuple(params)
        self.places = [
            (place, param - MARK)
            for place, param in enumerate(self.params)
            if isinstance(param, int) and MARK <= param < MARK + count
        ]
        """The place of each parameter that is a key, and the number of that key."""

    def rows(self, keys: Sequence[int]) -> list[Row]:
        """What the queryset gives for ``keys``."""
        if not self.sql:
            return []
        bound = copy(self.compiler)
        bound.connection = connections[self.queryset.db]
        values = list(self.params)
        for place, number in self.places:
            values[place] = type(values[place])(keys[number])
        bound.as_sql = lambda *args, **kwargs: (self.sql, tuple(values))  # type: ignore[method-assign]
        queryset = self.queryset.all()
        queryset.query.get_compiler = lambda *args, **kwargs: bound  # type: ignore[method-assign]
        return list(queryset)


class CompiledOnce(Generic[Row]):
    """Called with keys (whole numbers): the list of what the queryset gives that ``build`` makes for these keys. What each
    row is ``related`` to is set on it, as a related manager does: ``requests(rollout.pk, rollout=rollout)``.

    Nothing but the keys may change from one call to the next: ``build`` asks neither the clock, nor the language, nor a
    setting.
    """

    def __init__(self, build: "Callable[..., QuerySet[Any, Row]]") -> None:
        self.build = build
        update_wrapper(self, build)
        declared.append(self)

    def __call__(self, *keys: int, **related: Model) -> list[Row]:
        rows = self._compiled.rows(keys)
        for name, value in related.items():
            for row in rows:
                setattr(row, name, value)
        return rows

    def first(self, *keys: int, **related: Model) -> Row | None:
        """The first of them; None where there is none. Where there may be many, ``build`` asks for one."""
        return next(iter(self(*keys, **related)), None)

    def compile(self) -> Statement[Row]:
        """The queryset with its SQL. Raises ``ValueError`` where a key is no parameter."""
        count = len(signature(self.build).parameters)
        statement = Statement(self.build(*(MARK + number for number in range(count))), count)
        if {number for _place, number in statement.places} != set(range(count)):
            raise ValueError(f"{self.build.__name__} does not ask for each of its keys.")
        return statement

    @cached_property
    def _compiled(self) -> Statement[Row]:
        return self.compile()


declared: list[CompiledOnce[Any]] = []
"""Every one of the house, so that a test compiles each at other moments."""


def compiled_once(build: "Callable[..., QuerySet[Any, Row]]") -> CompiledOnce[Row]:
    """A decorator for a function that makes a queryset of keys: its SQL is worked out at the first call only."""
    return CompiledOnce(build)
