"""What the apps give to the acceptance term's record, read of a rollout in one query for all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.expressions import BaseExpression, Combinable

from apps.core.database.compiled import CompiledOnce


@dataclass(frozen=True, eq=False)  # Compared, and kept in a cache, as the one that an app declares.
class TermShare:
    """An app's share of the record: ``make`` gives it as JSON. It takes the rollout, and by its name what each of ``rows``
    gives for that rollout, an annotation (``core.database.rows``). ``related`` names what the rollout has one of and comes
    with it."""

    make: Callable[..., Any]
    rows: Mapping[str, BaseExpression | Combinable] = field(default_factory=dict)
    related: Sequence[str] = ()

    def of(self, rollout: Any) -> Any:
        """The share of ``rollout`` as it stands."""
        return shares_of(rollout, {"share": self})["share"]


def shares_of(rollout: Any, shares: Mapping[str, TermShare]) -> dict[str, Any]:
    """The ``shares`` of ``rollout`` by their keys; the rollout is read anew with all that they are made of."""
    row = _with_rows_of(rollout._meta.model, tuple(shares.items())).first(rollout.pk)
    if row is None:
        raise type(rollout).DoesNotExist
    row.take_parties_of(rollout)
    return {
        key: share.make(row, **{name: getattr(row, _alias(key, name)) for name in share.rows})
        for key, share in shares.items()
    }


@cache
def _with_rows_of(model: type[Model], shares: tuple[tuple[str, TermShare], ...]) -> CompiledOnce[Any]:
    """The query of a rollout with all that ``shares`` are made of."""
    related = [name for _key, share in shares for name in share.related]
    rows = {_alias(key, name): rows for key, share in shares for name, rows in share.rows.items()}

    def of_rollout(rollout_pk: int) -> "QuerySet[Any]":
        return model._default_manager.select_related(*related).annotate(**rows).filter(pk=rollout_pk)

    return CompiledOnce(of_rollout)


def _alias(key: str, name: str) -> str:
    return f"term_{key}_{name}"
