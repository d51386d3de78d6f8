"""Rows that come within the row they belong to, as JSON in its query, where ``prefetch_related`` would ask once more.

For what a page shows of one row in any case, and what there are few of: a page has fifteen queries for all that it shows
(docs/conventions.md). What may grow without end stays in a query of its own.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, JSONField, Model, QuerySet, Subquery, When
from django.db.models.functions import JSONObject

Row = TypeVar("Row", bound=Model)
JSON = dict[str, Any]


def embedded(queryset: "QuerySet[Any]", *related: str) -> ArraySubquery:
    """An annotation that holds the rows of ``queryset``, which names the outer row and is ordered, for ``rows_of``; each
    with what its foreign keys ``related`` lead to."""
    return ArraySubquery(queryset.values(json=_fields_of(queryset.model, related)))


def embedded_first(queryset: "QuerySet[Any]", *related: str) -> Subquery:
    """The same of the first row alone, for ``row_of``."""
    return Subquery(queryset.values(json=_fields_of(queryset.model, related))[:1])


def rows_of(model: type[Row], embedded_rows: Iterable[JSON], *related: str) -> list[Row]:
    """The rows of ``model`` that an annotation made by ``embedded`` with the same ``related`` holds."""
    columns = [(field.attname, field.to_python) for field in model._meta.concrete_fields]
    names = [name for name, _to_python in columns]
    rows = []
    for values in embedded_rows:
        row = model.from_db("default", names, [to_python(values[name]) for name, to_python in columns])
        for name in related:
            setattr(row, name, row_of(_related_model(model, name), values[name]))
        rows.append(row)
    return rows


def row_of(model: type[Row], embedded_row: JSON | None, *related: str) -> Row | None:
    """The row of ``model`` that an annotation made by ``embedded_first`` holds; None for none."""
    return rows_of(model, [embedded_row], *related)[0] if embedded_row else None


def _fields_of(model: type[Model], related: Iterable[str] = ()) -> JSONObject:
    columns: dict[str, Any] = {field.attname: field.attname for field in model._meta.concrete_fields}
    for name in related:
        target = _related_model(model, name)
        of_target = {field.attname: f"{name}__{field.attname}" for field in target._meta.concrete_fields}
        # A foreign key that leads nowhere gives no object, rather than one without values.
        is_there = When(**{f"{name}__isnull": False}, then=JSONObject(**of_target))
        columns[name] = Case(is_there, default=None, output_field=JSONField())
    return JSONObject(**columns)


def _related_model(model: type[Model], name: str) -> type[Model]:
    related: Any = model._meta.get_field(name).related_model
    return related
