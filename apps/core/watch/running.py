"""Ask every part of the installation how it is, in bounded time: one list for all who want to know."""

import logging
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connections
from django.utils import translation
from django.utils.translation import gettext as _

from apps.core import plugins
from apps.core.health import Finding, HealthCheck, State, failure

logger = logging.getLogger(__name__)
LONGEST = 45.0
"""Seconds for all checks together: each has limits of its own, which add up to less."""
LONGEST_OF_VITAL, REMEMBERED = 3.0, 2.0
"""Seconds for those that are vital, and for how long their answer holds: whoever asks more often costs nothing more."""


@dataclass(frozen=True)
class Outcome:
    """What a check answered."""

    key: str
    title: str
    finding: Finding
    seconds: float

    def as_json(self) -> dict[str, object]:
        """For programs: the keys stay as they are."""
        return {
            "key": self.key,
            "title": self.title,
            "state": str(self.finding.state),
            "text": self.finding.text,
            "advice": self.finding.advice,
            "seconds": round(self.seconds, 3),
        }


def checks() -> list[HealthCheck]:
    """Every check that the apps announce, from the lowest floor to the highest."""
    return [check for plugin in plugins.plugins() for check in plugin.health]


def outcomes(*, only: Collection[str] | None = None, seconds: float = LONGEST) -> list[Outcome]:
    """The answers of all checks, or of those with the keys ``only``, in the language that is active. What has not answered
    within ``seconds`` altogether is a failure; whoever asked waits no longer.

    They are asked one after the other in a thread of their own, with a connection of its own: a database that does not answer
    holds nobody, and a page's transaction does not hide what others see.
    """
    return _Look([check for check in checks() if not only or check.key in only]).outcomes(seconds)


def worst(outcomes: Sequence[Outcome]) -> State:
    """The state of all together."""
    states = [outcome.finding.state for outcome in outcomes]
    return max(states, key=list(State).index, default=State.OK)


class _Look:
    """Checks that are asked in a thread of their own, from now on."""

    def __init__(self, selected: Sequence[HealthCheck]) -> None:
        self._selected = selected
        self._answered: list[Outcome] = []
        self._thread = threading.Thread(
            target=self._ask, args=(translation.get_language(),), name="health", daemon=True
        )
        self._thread.start()

    @property
    def goes_on(self) -> bool:
        """A check has not answered yet: the thread and its connection are still there."""
        return self._thread.is_alive()

    def outcomes(self, seconds: float) -> list[Outcome]:
        """What has been answered ``seconds`` from now at the latest; the rest is a failure."""
        self._thread.join(seconds)
        done = list(self._answered)
        silent = self._selected[len(done) :]
        return done + [Outcome(check.key, str(check.title), _silent(), seconds) for check in silent]

    def _ask(self, language: str | None) -> None:
        try:
            with translation.override(language):
                for check in self._selected:
                    self._answered.append(_outcome(check))
        finally:
            connections.close_all()


def _outcome(check: HealthCheck) -> Outcome:
    begun = time.monotonic()
    try:
        finding = check.look()
    except Exception as error:
        finding = _of(error, check)
    return Outcome(check.key, str(check.title), finding, time.monotonic() - begun)


def _of(error: Exception, check: HealthCheck) -> Finding:
    """What an exception says may hold an address or a password: its class alone is shown."""
    logger.warning("The health check %s failed: %s", check.key, type(error).__name__)
    return failure(
        _("A verificação falhou (%(error)s).") % {"error": type(error).__name__},
        _("Veja as verificações acima: a causa costuma ser a primeira que falha."),
    )


def _silent() -> Finding:
    return failure(_("Não respondeu a tempo."), _("Veja se o serviço está no ar e se a rede até ele funciona."))


class Readiness:
    """Which vital checks fail, remembered for a moment. One look goes on at a time; who comes meanwhile gets its answer, and
    while a check hangs, its failure: each look has a connection of its own, and a database that hangs is given no more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._look: _Look | None = None
        self._failing: list[str] = []
        self._asked_at: float | None = None

    def failing(self) -> list[str]:
        """The keys of the vital checks that fail, within ``LONGEST_OF_VITAL`` seconds."""
        with self._lock:
            is_fresh = self._asked_at is not None and time.monotonic() - self._asked_at <= REMEMBERED
            if not is_fresh and not (self._look and self._look.goes_on):
                self._look = _Look([check for check in checks() if check.vital])
                answers = self._look.outcomes(LONGEST_OF_VITAL)
                self._failing = [answer.key for answer in answers if answer.finding.state is State.FAILURE]
                self._asked_at = time.monotonic()
            return list(self._failing)

    def forget(self) -> None:
        """Ask anew the next time."""
        self._look = self._asked_at = None


readiness = Readiness()
