"""How much time a nonconformity took, asked of the floor above that keeps the hours."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.accounts.models import User
from apps.stages.homologation.models import Nonconformity


@dataclass(frozen=True)
class Spent:
    """``minutes`` in all, over ``entries`` entries, that may be read at ``url``."""

    minutes: int
    entries: int
    url: str


Reader = Callable[[Nonconformity, User], "Spent | None"]
_readers: list[Reader] = []


def told_by(reader: Reader) -> Reader:
    """Register who knows; it answers None to a person who may not see it."""
    if reader not in _readers:
        _readers.append(reader)
    return reader


def on(nonconformity: Nonconformity, user: User) -> Spent | None:
    return next((spent for reader in _readers if (spent := reader(nonconformity, user))), None)
