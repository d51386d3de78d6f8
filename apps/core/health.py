"""What a part of the installation says of itself: it is well, it will not be for long, or it fails, and what to do then.

Apps announce their checks in ``plugin.py``; ``core.watch`` asks all of them for ``manage.py doctor``, ``/health/ready`` and a
page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True)
class Finding:
    """The answer of a check: its state, what is the case, and what whoever runs the installation does about it, both in the
    language that is active. Neither holds a secret, an address of a person, or what an exception says."""

    state: State
    text: str
    advice: str = ""


@dataclass(frozen=True)
class HealthCheck:
    """A part of the installation that can be asked. ``look`` changes nothing that stays, ends by itself within some seconds,
    and may raise: that is a failure. ``vital`` is what no page can be served without, and is asked every few seconds."""

    key: str
    title: "StrOrPromise"
    look: Callable[[], Finding]
    vital: bool = False


def well(text: str) -> Finding:
    return Finding(State.OK, text)


def warning(text: str, advice: str) -> Finding:
    return Finding(State.WARNING, text, advice)


def failure(text: str, advice: str) -> Finding:
    return Finding(State.FAILURE, text, advice)
