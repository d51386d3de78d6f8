"""Copies of what an installation holds, for measurements: a rollout with everything that hangs on it, or rows within one.

The models say what hangs on what and what must be unique; the database copies. The events of the copies are chained anew, so
that each timeline verifies like any other; the anchors stay with the original, whose hashes they hold.
"""

from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any, cast

from django.db import connection, models, transaction
from django.db.models import Max, UniqueConstraint
from psycopg.sql import SQL, Composable, Identifier, Literal

from apps.core import canonical
from apps.rollouts.models import ChainAnchor, Event, Rollout
from apps.rollouts.timeline import GENESIS

Keys = dict[type[models.Model], set[int]]
BATCH = 2_000
LINKS = {"id", "rollout_id", "sequence", "previous", "hash"}
"""What ties an event to its timeline; all else of it is what happened."""


def multiply(rows: "models.QuerySet[Any]", times: int, *, without: Collection[type[models.Model]] = ()) -> None:
    """Make ``times`` copies of each of ``rows`` with all that hangs on it, except rows of the models ``without``.

    What a copy shares with its original and may stand there only once (a number, a key) gets a value of its own.
    """
    keys = _with_dependants(rows, {ChainAnchor, *without})
    # Of what a person or an item has only one, there is no copy.
    keys = {model: chosen for model, chosen in keys.items() if all(_shared_sets(model, keys))}
    if not keys:
        return
    offsets = {model: _largest_key(model) - min(chosen) + 1 for model, chosen in keys.items()}
    with transaction.atomic(), connection.cursor() as cursor:  # What points at what is checked at the end.
        for model in keys.keys() - {Event}:
            cursor.execute(_copies(model, keys, offsets, times))
        if Event in keys:
            _chain_copies(keys[Rollout], offsets[Rollout], offsets[Event], times)
        for model in keys:
            cursor.execute(_next_key(model))


def repeat_events(rollout: Rollout, times: int) -> None:
    """What happened in ``rollout`` happens ``times`` more, at the end of its timeline."""
    events = list(rollout.events.order_by("sequence"))
    again = _chained(events * times, rollout.pk, events[-1].sequence, events[-1].hash)
    Event.objects.bulk_create(again, batch_size=BATCH)
    Rollout.objects.filter(pk=rollout.pk).update(version=again[-1].sequence)


def _with_dependants(rows: "models.QuerySet[Any]", without: Collection[type[models.Model]]) -> Keys:
    """The keys of ``rows`` and of everything that points at them, directly or through others."""
    keys: Keys = {}
    waiting: list[tuple[type[models.Model], set[int]]] = [(rows.model, set(rows.values_list("pk", flat=True)))]
    while waiting:
        model, added = waiting.pop()
        added = added - keys.get(model, set())
        if not added:
            continue
        keys.setdefault(model, set()).update(added)
        for relation in cast("list[Any]", model._meta.get_fields(include_hidden=True)):
            if not (relation.auto_created and (relation.one_to_many or relation.one_to_one)):
                continue
            dependant: Any = relation.related_model
            if dependant not in without:
                filters = {f"{relation.field.name}__in": added}
                waiting.append((dependant, set(dependant._base_manager.filter(**filters).values_list("pk", flat=True))))
    return keys


def _copies(model: type[models.Model], keys: Keys, offsets: dict[type[models.Model], int], times: int) -> Composable:
    """The statement that copies the rows of ``model``; a key is the original's with an offset for each copy."""
    fields = model._meta.concrete_fields
    distinguished = _distinguished(model, keys)
    values: list[Composable] = []
    for field in fields:
        column = _column(field)
        target = field.related_model if field.is_relation else model if field.primary_key else None
        if target in keys:
            added = SQL("{} + copy * {}").format(column, Literal(offsets[target]))
            if not field.primary_key:
                added = SQL("CASE WHEN {} = ANY({}) THEN {} ELSE {} END").format(
                    column, Literal(list(keys[target])), added, column
                )
            values.append(added)
        elif field in distinguished:
            values.append(_distinguishing(field, offsets[model]))
        else:
            values.append(SQL("{}").format(column))
    return SQL(
        "INSERT INTO {} ({}) SELECT {} FROM {}, generate_series(1::bigint, {}) AS copy WHERE {} = ANY({})"
    ).format(
        Identifier(model._meta.db_table),
        SQL(", ").join(_column(field) for field in fields),
        SQL(", ").join(values),
        Identifier(model._meta.db_table),
        Literal(times),
        _column(model._meta.pk),
        Literal(list(keys[model])),
    )


def _distinguished(model: type[models.Model], keys: Keys) -> "set[models.Field[Any, Any]]":
    """The fields in which a copy must differ from its original: the last one of each unique set that may hold anything."""
    return {free_fields[-1] for free_fields in _shared_sets(model, keys) if free_fields}


def _shared_sets(model: type[models.Model], keys: Keys) -> "list[list[models.Field[Any, Any]]]":
    """Of each unique set of fields that names nothing of what is copied: those of its fields that may hold
    anything."""
    unique = [([field], True) for field in model._meta.concrete_fields if field.unique and not field.primary_key]
    unique += [
        ([model._meta.get_field(name) for name in constraint.fields], constraint.condition is None)
        for constraint in model._meta.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    return [
        [field for field in together if not field.is_relation and not field.choices]
        for together, always in unique
        if not any(field.related_model in keys for field in together if field.is_relation)
        and (always or not all(field.is_relation or field.choices for field in together))
    ]


def _distinguishing(field: "models.Field[Any, Any]", offset: int) -> Composable:
    """A value of the copy's own: a number or a month apart from the original's, a text behind the copy's key."""
    column = _column(field)
    if isinstance(field, models.IntegerField):
        return SQL("{} + copy * 1000").format(column)
    if isinstance(field, models.DateField):
        return SQL("({} - copy * interval '1 month')").format(column)
    most = Literal(field.max_length or 1_000)
    key = SQL("({} + copy * {})").format(_column(field.model._meta.pk), Literal(offset))
    return SQL("CASE WHEN {} = '' THEN {} ELSE left({} || '-' || {}, {}) END").format(column, column, key, column, most)


def _column(field: "models.Field[Any, Any]") -> Identifier:
    return Identifier(str(field.column))


def _largest_key(model: type[models.Model]) -> int:
    return model._base_manager.aggregate(largest=Max("pk"))["largest"]


def _next_key(model: type[models.Model]) -> Composable:
    """The statement after which rows of ``model`` are numbered beyond the copies."""
    table, key = model._meta.db_table, str(model._meta.pk.column)
    return SQL("SELECT setval(pg_get_serial_sequence({}, {}), (SELECT max({}) FROM {}))").format(
        Literal(f'"{table}"'), Literal(key), Identifier(key), Identifier(table)
    )


def _chain_copies(originals: Iterable[int], rollout_offset: int, event_offset: int, times: int) -> None:
    events = list(Event.objects.filter(rollout__in=originals).order_by("rollout", "sequence"))
    for copy in range(1, times + 1):
        copies = []
        for rollout, chain in groupby(events, key=lambda event: event.rollout_id):
            original_chain = list(chain)
            chained = _chained(original_chain, rollout + copy * rollout_offset, 0, GENESIS)
            for original, event in zip(original_chain, chained, strict=True):
                event.pk = original.pk + copy * event_offset
            copies += chained
        Event.objects.bulk_create(copies, batch_size=BATCH)


def _chained(events: Iterable[Event], rollout: int, sequence: int, previous: str) -> list[Event]:
    """Copies of ``events`` as the next ones of ``rollout``, after the one at ``sequence`` whose hash is ``previous``."""
    chain = []
    fields = {field.attname for field in Event._meta.concrete_fields} - LINKS
    for sequence_, event in enumerate(events, sequence + 1):
        copied = {name: getattr(event, name) for name in fields}
        row = Event(rollout_id=rollout, sequence=sequence_, previous=previous, **copied)
        row.hash = previous = canonical.sha256(row.hashed())
        chain.append(row)
    return chain
