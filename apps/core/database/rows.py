"""Rows that come within the row they belong to, as JSON in its query, where ``prefetch_related`` would ask once more.

For what a page shows of one row in any case, and what there are few of: a page has fifteen queries for all that it shows
(docs/conventions.md). What may grow without end stays in a query of its own.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, JSONField, Model, QuerySet, Subquery
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
    fields = model._meta.concrete_fields
    columns = [(str(field.column), field.to_python) for field in fields]
    names = [field.attname for field in fields]
    rows = []
    for values in embedded_rows:
        row = model.from_db("default", names, [to_python(values[column]) for column, to_python in columns])
        for name in related:
            setattr(row, name, row_of(_related_model(model, name), values[name]))
        rows.append(row)
    return rows


def row_of(model: type[Row], embedded_row: JSON | None, *related: str) -> Row | None:
    """The row of ``model`` that an annotation made by ``embedded_first`` holds; None for none."""
    return rows_of(model, [embedded_row], *related)[0] if embedded_row else None


def take_as_prefetched(owner: Model, name: str, rows: list[Row]) -> None:
    """Have ``rows`` be what the relation ``name`` of ``owner`` leads to, as if they were prefetched."""
    relation: Any = owner._meta.get_field(name)
    for row in rows:
        setattr(row, relation.field.name, owner)
    # What is asked of it further (``values``) is still of the owner alone.
    queryset: Any = relation.related_model._default_manager.filter(**{relation.field.name: owner})
    queryset._result_cache, queryset._prefetch_done = rows, True
    prefetched = getattr(owner, "_prefetched_objects_cache", {})
    owner._prefetched_objects_cache = {**prefetched, name: queryset}  # type: ignore[attr-defined]


class _TableRow(Func):
    """The row of the table that has the column, as JSON by the names of its columns; None where a foreign key leads nowhere.
    To name each column takes the Python of such a query longer than all the rest."""

    output_field = JSONField()

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        table = compiler.quote_name_unless_alias(self.source_expressions[0].alias)
        return f"to_jsonb({table})", []


def _fields_of(model: type[Model], related: Iterable[str] = ()) -> Func:
    row = _TableRow("pk")
    if not related:
        return row
    # The key of what a foreign key leads to stands in the row that has it: another column is what joins the table.
    others = {name: _TableRow(f"{name}__{_column_of(_related_model(model, name))}") for name in related}
    return Func(row, JSONObject(**others), template="(%(expressions)s)", arg_joiner=" || ", output_field=JSONField())


def _column_of(model: type[Model]) -> str:
    return next(field.name for field in model._meta.concrete_fields if not field.primary_key and not field.is_relation)


def _related_model(model: type[Model], name: str) -> type[Model]:
    related: Any = model._meta.get_field(name).related_model
    return related
