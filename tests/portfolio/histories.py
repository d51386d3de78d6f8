"""Timelines as the clocks read them, written by hand: ``history(day(2, 3), ...)``."""

from datetime import date, datetime, timedelta

from apps.core import clock
from apps.core.process import PATH, Stage
from apps.portfolio.clocks import counting
from apps.portfolio.clocks.record import Entry

MONDAY = date(2026, 3, 2)
"""The day on which they begin: three weeks without a holiday follow."""


def at(days: int, hour: int = 10) -> datetime:
    """``hour`` o'clock by Presence's clocks, ``days`` after the Monday."""
    return clock.instant_of(MONDAY + timedelta(days=days)) + timedelta(hours=hour)


class History:
    """Events one after the other; each step takes the instant first."""

    def __init__(self):
        self.entries: list[Entry] = []
        self.happens(at(0), "rollouts.created", "presence", platform="VTEX")

    def happens(self, instant, kind, holder="", **data):
        self.entries.append(Entry(len(self.entries) + 1, instant, kind, data, holder or self.entries[-1].holder))
        return self

    def passes(self, instant, holder):
        return self.happens(instant, "prerequisites.delivered", holder)

    def moves(self, instant, stage, holder="", **data):
        return self.happens(instant, "rollouts.advanced", holder, stage=Stage(stage).value, **data)

    def meeting(self, instant, what, number=1, kind="training", **data):
        return self.happens(instant, f"meetings.{what}", meeting={"kind": kind, "number": number}, **data)

    def count(self, until):
        return counting.count(self.entries, MONDAY, MONDAY + timedelta(days=until))


def completed(length_of_stage=2):
    """One that went through all stages, each in ``length_of_stage`` days."""
    history = History()
    for place, stage in enumerate([*PATH[1:], Stage.COMPLETED], start=1):
        history.moves(at(place * length_of_stage), stage, "" if stage != Stage.COMPLETED else " ")
    return history
