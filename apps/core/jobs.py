"""Kinds of background work: what a worker does for one item at a time (``core.background.work``). Apps announce theirs in
``plugin.py``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAUSES = (timedelta(minutes=1), timedelta(minutes=10))
"""How long an item waits after each failure; after one more it is given up."""
PAUSES_WHILE_AWAY = tuple(timedelta(minutes=number) for number in (1, 5, 15, 30, *[60] * 95))
"""The same where the failure may not be the item's: a store of files or a timestamp authority may be away for days."""

declared: "list[Job]" = []
"""Every one of the apps, so that a check finds those that no plugin announces."""


@dataclass(frozen=True)
class Job:
    """A kind of background work. ``name`` is ``app.what_is_done``, for ever; ``task`` is the full name of the task that does
    it for one key. ``failure`` says to the people of a project what they do not get; ``model`` is the label of the model
    whose primary keys the keys are, empty where they are names of our own. ``away`` are exceptions that may not be the
    item's fault, like those of networks, files and the database; ``pauses_while_away`` is how long to wait after each. Where
    ``reaches_people``, it is not begun anew at once after a deadlock: what it sent would be sent twice.
    """

    name: str
    title: "StrOrPromise"
    failure: "StrOrPromise"
    task: str
    model: str = ""
    away: tuple[type[Exception], ...] = ()
    pauses_while_away: Sequence[timedelta] = PAUSES_WHILE_AWAY
    reaches_people: bool = False

    def __post_init__(self) -> None:
        if self.task.startswith("apps."):
            declared.append(self)

    def item(self, key: str) -> Any:
        """The object behind ``key``; None when it is gone, or is none."""
        return apps.get_model(self.model)._default_manager.filter(pk=key).first() if self.model else None

    def argument(self, key: str) -> int | str:
        """``key`` as its task takes it."""
        value = apps.get_model(self.model)._meta.pk.to_python(key) if self.model else key
        return value if isinstance(value, int) else key
