"""What the apps give to the acceptance term's record, read of a rollout in one query for all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models.expressions import BaseExpression, Combinable


@dataclass(frozen=True)
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
    row = (
        type(rollout)
        .objects.select_related(*(name for share in shares.values() for name in share.related))
        .annotate(**{_alias(key, name): rows for key, share in shares.items() for name, rows in share.rows.items()})
        .get(pk=rollout.pk)
    )
    row.take_parties_of(rollout)
    return {
        key: share.make(row, **{name: getattr(row, _alias(key, name)) for name in share.rows})
        for key, share in shares.items()
    }


def _alias(key: str, name: str) -> str:
    return f"term_{key}_{name}"
