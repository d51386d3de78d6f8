"""The hour rules (docs/hours.md) as one pure function: entries and the versions of a policy in, lines out.

Durations are whole minutes, money is centavos. Nothing here knows Django's database.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock, money
from apps.core import minutes as minutes_


class Activity(models.TextChoices):
    TRAINING = "training", gettext_lazy("Treinamento")
    FOLLOW_UP = "follow_up", gettext_lazy("Acompanhamento")
    HOMOLOGATION = "homologation", gettext_lazy("Homologação")
    KICKOFF = "kickoff", gettext_lazy("Reunião inaugural")
    GO_LIVE = "go_live", gettext_lazy("Acompanhamento da entrada em produção")
    INTERNAL = "internal", gettext_lazy("Trabalho interno")


class HourClass(models.TextChoices):
    INCLUDED = "included", gettext_lazy("Incluída")
    BILLABLE = "billable", gettext_lazy("Extra cobrada")
    FREE = "free", gettext_lazy("Extra não cobrada")


RULES: dict[str, HourClass | None] = {
    "nonconformity": HourClass.FREE,
    "follow_up": HourClass.BILLABLE,
    "in_scope": HourClass.INCLUDED,
    "within_allowance": HourClass.INCLUDED,
    "beyond_allowance": HourClass.BILLABLE,
    "adjustment": None,
}
"""The class that each reason gives a line; an adjustment has that of what it takes back."""


class Rounding(models.TextChoices):
    """What is charged of an entry's billable minutes, against the minimum increment. Worked minutes never change."""

    NONE = "none", gettext_lazy("Sem arredondamento")
    UP = "up", gettext_lazy("Para cima")
    NEAREST = "nearest", gettext_lazy("Ao mais próximo (metade para cima)")


@dataclass(frozen=True)
class Rules:
    """One version of a rollout's policy, in force from a date until the next version's.

    Allowances in minutes by activity; rates in centavos an hour, ``hourly_rate`` where an activity has none of its own;
    ``increment`` in minutes, from 1.
    """

    training_allowance: int
    homologation_allowance: int
    hourly_rate: int
    training_rate: int | None = None
    follow_up_rate: int | None = None
    homologation_rate: int | None = None
    increment: int = 1
    rounding: str = Rounding.NONE
    effective_from: date = date.min

    def rate(self, activity: str) -> int:
        """Centavos an hour of billable work of ``activity``."""
        activity_rate = {
            Activity.TRAINING.value: self.training_rate,
            Activity.FOLLOW_UP.value: self.follow_up_rate,
            Activity.HOMOLOGATION.value: self.homologation_rate,
        }.get(activity)
        return self.hourly_rate if activity_rate is None else activity_rate

    def charged(self, minutes: int) -> int:
        """What is charged of ``minutes`` (0 or more) billable minutes."""
        if self.rounding == Rounding.UP:
            return -(-minutes // self.increment) * self.increment
        if self.rounding == Rounding.NEAREST:
            return (2 * minutes + self.increment) // (2 * self.increment) * self.increment
        return minutes

    def allowance(self, activity: str) -> int | None:
        return {
            Activity.TRAINING.value: self.training_allowance,
            Activity.HOMOLOGATION.value: self.homologation_allowance,
        }.get(activity)


@dataclass(frozen=True)
class Work:
    """One entry. ``nonconformity`` is the label of the one that caused it; ``adjusts`` the number of a closed entry.

    ``started_at`` is an instant; hours are counted by Presence's days. ``minutes`` is positive, or
    negative for an adjustment that takes time back. ``worked_on`` is the day of the entry that is adjusted: an adjustment is
    priced by the policy of that day.
    """

    number: int
    started_at: datetime
    minutes: int
    activity: str
    nonconformity: str = ""
    adjusts: int | None = None
    worked_on: date | None = None

    @cached_property
    def day(self) -> date:
        """Presence's day on which the work began."""
        return clock.day_of(self.started_at)


@dataclass(frozen=True)
class Line:
    """A part of an entry with one class. ``allowance`` names the allowance it consumed, ``reason`` and ``params`` say why.

    ``charged`` are the minutes that ``amount`` (centavos) is the price of, at ``rate`` centavos an hour: the billable
    minutes, rounded as the policy says. Both are 0 where nothing is billed.
    """

    entry: int
    minutes: int
    hour_class: str
    reason: str
    allowance: str = ""
    amount: int = 0
    params: dict[str, Any] = field(default_factory=dict)
    charged: int = 0
    rate: int = 0


def in_force(versions: Sequence[Rules], day: date) -> Rules:
    """The version that holds on ``day``: the last to begin by then, of two that begin together the later one.

    Before the first begins, the first holds.
    """
    ordered = sorted(versions, key=lambda version: version.effective_from)
    return next((version for version in reversed(ordered) if version.effective_from <= day), ordered[0])


def classify(entries: Iterable[Work], rules: Rules | Sequence[Rules], closed: Sequence[Line] = ()) -> list[Line]:
    """The lines of ``entries``, in the order the work was done (start, then number), after the ``closed`` lines.

    ``rules`` are the versions of the policy, in the order they were made: each work takes the one of its day. An
    allowance is one pool over all versions; its size is the one of the day.

    The sum of an entry's lines is the entry. No allowance is used beyond its size, and the order in which the entries
    are given does not matter. docs/hours.md has the rules, 1 to 6.
    """
    versions = [rules] if isinstance(rules, Rules) else list(rules)
    used: dict[str, int] = defaultdict(int)
    last_use: dict[str, date] = {}
    written: dict[int, list[Line]] = defaultdict(list)
    for line in closed:
        written[line.entry].append(line)
        if line.allowance:
            used[line.allowance] += line.minutes
            if until := line.params.get("on"):
                last_use[line.allowance] = max(last_use.get(line.allowance, date.min), date.fromisoformat(until))
    result: list[Line] = []
    for work in sorted(entries, key=lambda work: (work.started_at, work.number)):
        policy = in_force(versions, work.day)
        earlier = written[work.number if work.adjusts is None else work.adjusts]
        lines = _take_back(work, earlier) if work.minutes < 0 else _lines(work, policy, used, last_use)
        lines = [_priced(line, work, in_force(versions, work.worked_on or work.day), earlier) for line in lines]
        for line in lines:
            earlier.append(line)
            if line.allowance:
                used[line.allowance] += line.minutes
                last_use[line.allowance] = work.day
        result += lines
    return result


def _lines(work: Work, rules: Rules, used: dict[str, int], last_use: dict[str, date]) -> list[Line]:
    if work.nonconformity:
        return [_line(work, work.minutes, "nonconformity", label=work.nonconformity)]
    allowance = rules.allowance(work.activity)
    if allowance is None:
        if work.activity == Activity.FOLLOW_UP:
            return [_line(work, work.minutes, "follow_up")]
        return [_line(work, work.minutes, "in_scope", activity=work.activity)]
    day, before = work.day, used[work.activity]
    included = min(work.minutes, max(allowance - before, 0))
    beyond = work.minutes - included
    lines = []
    if included:
        params = {"activity": work.activity, "used": before + included, "allowance": allowance}
        lines.append(replace(_line(work, included, "within_allowance", **params), allowance=work.activity))
    if beyond:
        until = day if included else last_use.get(work.activity, day)
        params = {"activity": work.activity, "allowance": allowance, "until": until.isoformat(), "beyond": beyond}
        lines.append(_line(work, beyond, "beyond_allowance", **params))
    return lines


def _line(work: Work, minutes: int, reason: str, **params: Any) -> Line:
    """``minutes`` of ``work`` with the class that ``reason`` gives; ``params`` and the day of the work explain it."""
    params["on"] = work.day.isoformat()
    return Line(work.number, minutes, RULES[reason] or "", reason, params=params)


def _priced(line: Line, work: Work, rules: Rules, earlier: Sequence[Line]) -> Line:
    """``line`` with what it adds to the charge of its entry.

    What is rounded is the billable minutes of one entry, its adjustments taken with it: after each of its lines, all
    that was charged for the entry is the price of its billable minutes, rounded once.
    """
    if line.hour_class != HourClass.BILLABLE:
        return line
    billed = [part for part in earlier if part.hour_class == HourClass.BILLABLE]
    rate = rules.rate(work.activity)
    charged_in_all = rules.charged(sum(part.minutes for part in billed) + line.minutes)
    charged = charged_in_all - sum(part.charged for part in billed)
    amount = money.for_minutes(charged_in_all, rate) - sum(part.amount for part in billed)
    params = line.params
    if rules.rounding != Rounding.NONE and rules.increment > 1:
        params = {**params, "charged": charged, "increment": rules.increment, "rounding": str(rules.rounding)}
    return replace(line, charged=charged, amount=amount, rate=rate, params=params)


def _take_back(work: Work, written: Sequence[Line]) -> list[Line]:
    """Reverse what the adjusted entry was given, the client's cost first: billable, then included, then free."""
    remaining: dict[tuple[str, str], int] = defaultdict(int)
    for line in written:
        remaining[line.hour_class, line.allowance] += line.minutes
    to_give = -work.minutes
    lines = []
    for hour_class in (HourClass.BILLABLE, HourClass.INCLUDED, HourClass.FREE):
        for (line_class, allowance), minutes in list(remaining.items()):
            minutes_back = min(minutes, to_give)
            if line_class == hour_class and minutes_back > 0:
                params = {"entry": work.adjusts, "on": work.day.isoformat()}
                lines.append(Line(work.number, -minutes_back, hour_class, "adjustment", allowance, params=params))
                to_give -= minutes_back
    if to_give:
        raise ValueError(f"entry {work.number} takes back {to_give} minutes more than entry {work.adjusts} has")
    return lines


def explain(reason: str, params: dict[str, Any], minutes: int) -> str:
    """Why a line has its class, in words a client accepts and in the reader's language; what is charged, if rounded."""
    why = _why(reason, params, minutes)
    if params.get("charged", minutes) == minutes:
        return why
    return _("%(why)s; cobradas %(charged)s (múltiplos de %(increment)s min, %(rounding)s)") % {
        "why": why,
        "charged": minutes_.show(params["charged"]),
        "increment": params["increment"],
        "rounding": Rounding(params["rounding"]).label.lower(),
    }


def _why(reason: str, params: dict[str, Any], minutes: int) -> str:
    activity = Activity(params["activity"]).label if "activity" in params else ""
    if reason == "nonconformity":
        return _("Homologação causada pela %(label)s: não é cobrada nem usa a franquia") % params
    if reason == "follow_up":
        return _("Acompanhamento: cobrado, sem franquia")
    if reason == "in_scope":
        return _("%(activity)s: incluído no projeto, fora das franquias") % {"activity": activity}
    if reason == "within_allowance":
        return _("%(activity)s: dentro da franquia, %(used)s de %(allowance)s usadas") % {
            "activity": activity,
            "used": minutes_.show(params["used"]),
            "allowance": minutes_.show(params["allowance"]),
        }
    if reason == "beyond_allowance":
        return _("%(activity)s: %(allowance)s da franquia já usadas até %(until)s; %(beyond)s excedentes") % {
            "activity": activity,
            "allowance": minutes_.show(params["allowance"]),
            "until": date_format(date.fromisoformat(params["until"]), "d/m"),
            "beyond": minutes_.show(params["beyond"]),
        }
    return _("Ajuste do apontamento %(entry)s: %(minutes)s") % {
        "entry": params["entry"],
        "minutes": minutes_.show(minutes),
    }
