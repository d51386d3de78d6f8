"""Rows that come within the row they belong to, as JSON in its query, where ``prefetch_related`` would ask once more.

For what a page shows of one row in any case, and what there are few of: a page has fifteen queries for all that it shows
(docs/conventions.md). What may grow without end stays in a query of its own.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, QuerySet, Subquery
from django.db.models.functions import JSONObject

Row = TypeVar("Row", bound=Model)
JSON = dict[str, Any]


def embedded(queryset: "QuerySet[Any]") -> ArraySubquery:
    """An annotation that holds the rows of ``queryset``, which names the outer row and is ordered, for ``rows_of``."""
    return ArraySubquery(queryset.values(json=_fields_of(queryset)))


def embedded_first(queryset: "QuerySet[Any]") -> Subquery:
    """The same of the first row alone, for ``row_of``."""
    return Subquery(queryset.values(json=_fields_of(queryset))[:1])


def rows_of(model: type[Row], embedded_rows: Iterable[JSON]) -> list[Row]:
    """The rows of ``model`` that an annotation made by ``embedded`` holds."""
    names = [field.attname for field in model._meta.concrete_fields]
    convert = [field.to_python for field in model._meta.concrete_fields]
    return [
        model.from_db("default", names, [to_python(row[name]) for to_python, name in zip(convert, names, strict=True)])
        for row in embedded_rows
    ]


def row_of(model: type[Row], embedded_row: JSON | None) -> Row | None:
    """The row of ``model`` that an annotation made by ``embedded_first`` holds; None for none."""
    return rows_of(model, [embedded_row])[0] if embedded_row else None


def _fields_of(queryset: "QuerySet[Any]") -> JSONObject:
    return JSONObject(**{field.attname: field.attname for field in queryset.model._meta.concrete_fields})
