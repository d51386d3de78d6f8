"""Kinds of e-mails that the product sends; apps announce theirs in ``plugin.py``, and ``apps.outbox`` sends them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAUSES = tuple(timedelta(hours=hours) for hours in (1 / 60, 1 / 12, 1 / 2, 2, 6, 12, 24, 24, 24))
"""How long a message waits after each failure of the mail server; after the last one nobody tries again. Four days in all."""
LIFETIME = timedelta(days=7)
"""How long a message is worth being sent, unless its kind says otherwise: longer than it is tried again."""


@dataclass(frozen=True)
class MailKind:
    """What a message is. ``name`` is ``app.what_it_is``, for ever; after ``lifetime`` it is not sent any more, since the code
    or the link in it has ended, or it is no news."""

    name: str
    title: "StrOrPromise"
    lifetime: timedelta = LIFETIME
