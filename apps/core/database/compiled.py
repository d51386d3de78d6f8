"""Queries that are compiled once in a process, for those that every action asks.

Django works out the SQL of a queryset each time it is asked: where the rules of a rollout ask it, that takes several times as
long as the answer. The text of such a query never changes, only the keys that it asks for.
"""

from collections.abc import Callable
from copy import copy
from functools import cached_property, update_wrapper
from inspect import signature
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
MARK = 2_000_000_000
"""Stands for the first key while a query is compiled, the number after it for the second; no key is as high."""


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
        queryset, compiler, sql, params, places = self._compiled
        bound = copy(compiler)
        bound.connection = connections[queryset.db]
        values = list(params)
        for place, number in places:
            values[place] = type(values[place])(keys[number])
        bound.as_sql = lambda *args, **kwargs: (sql, tuple(values))  # type: ignore[method-assign]
        bound_queryset = queryset.all()
        bound_queryset.query.get_compiler = lambda *args, **kwargs: bound  # type: ignore[method-assign]
        rows = list(bound_queryset)
        for name, value in related.items():
            for row in rows:
                setattr(row, name, value)
        return rows

    def first(self, *keys: int, **related: Model) -> Row | None:
        """The first of them; None where there is none. Where there may be many, ``build`` asks for one."""
        return next(iter(self(*keys, **related)), None)

    def compile(self) -> "tuple[QuerySet[Any, Row], SQLCompiler, str, tuple[Any, ...], list[tuple[int, int]]]":
        """The queryset with its compiler, its SQL, the parameters, and which of these is which key. Raises ``ValueError``
        where a key is no parameter."""
        marks = [MARK + number for number in range(len(signature(self.build).parameters))]
        queryset = self.build(*marks)
        compiler = queryset.query.get_compiler(queryset.db)
        sql, params = compiler.as_sql()
        places = [
            (place, param - MARK) for place, param in enumerate(params) if isinstance(param, int) and param in marks
        ]
        if {number for _place, number in places} != set(range(len(marks))):
            raise ValueError(f"{self.build.__name__} does not ask for each of its keys.")
        return queryset, compiler, sql, tuple(params), places

    @cached_property
    def _compiled(self) -> "tuple[QuerySet[Any, Row], SQLCompiler, str, tuple[Any, ...], list[tuple[int, int]]]":
        return self.compile()


declared: list[CompiledOnce[Any]] = []
"""Every one of the house, so that a test compiles each at other moments."""


def compiled_once(build: "Callable[..., QuerySet[Any, Row]]") -> CompiledOnce[Row]:
    """A decorator for a function that makes a queryset of keys: its SQL is worked out at the first call only."""
    return CompiledOnce(build)
