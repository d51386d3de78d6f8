"""What a verification answers: one set of words and exit codes for terms, dossiers and timelines."""

from collections.abc import Iterable
from enum import Enum


class Outcome(Enum):
    """The value is the exit code of a ``verify_…`` command (1 is also what Python answers when a command breaks off, and 2
    what a wrong command line gets: in both cases nothing was judged)."""

    WHOLE = 0
    """Everything holds, and the seals are Presence's."""
    UNTRUSTED = 3
    """It contradicts itself nowhere, but nobody vouched for whoever sealed it, or nobody sealed it."""
    ERROR = 1
    """It could not be judged: a file or a configured seal cannot be read."""
    BROKEN = 4
    """It was changed, or is not what it says."""

    def __str__(self) -> str:
        return self.name


_BY_WEIGHT = [Outcome.WHOLE, Outcome.UNTRUSTED, Outcome.ERROR, Outcome.BROKEN]


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """What is said of several things together; WHOLE of none."""
    return max(outcomes, key=_BY_WEIGHT.index, default=Outcome.WHOLE)
