"""The hour rules (design, section 5) as one pure function: entries and a policy in, lines out.

Durations are whole minutes, money is centavos. Nothing here knows Django's database.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import minutes as minutes_
from apps.core import money


class Activity(models.TextChoices):
    TRAINING = "training", gettext_lazy("Treinamento")
    FOLLOW_UP = "follow_up", gettext_lazy("Acompanhamento")
    HOMOLOGATION = "homologation", gettext_lazy("Homologação")
    KICKOFF = "kickoff", gettext_lazy("Reunião inaugural")
    GO_LIVE = "go_live", gettext_lazy("Acompanhamento da entrada em produção")
    INTERNAL = "internal", gettext_lazy("Trabalho interno")


class Klass(models.TextChoices):
    INCLUDED = "included", gettext_lazy("Incluída")
    BILLABLE = "billable", gettext_lazy("Extra cobrada")
    FREE = "free", gettext_lazy("Extra não cobrada")


@dataclass(frozen=True)
class Rules:
    """A rollout's policy: allowances in minutes by activity, rate in centavos an hour."""

    training_allowance: int
    homologation_allowance: int
    hourly_rate: int

    def allowance(self, activity: str) -> int | None:
        return {
            Activity.TRAINING.value: self.training_allowance,
            Activity.HOMOLOGATION.value: self.homologation_allowance,
        }.get(activity)


@dataclass(frozen=True)
class Work:
    """One entry. ``nonconformity`` is the label of the one that caused it; ``adjusts`` the number of a closed entry.

    ``minutes`` is positive, or negative for an adjustment that takes time back.
    """

    number: int
    started_at: datetime
    minutes: int
    activity: str
    nonconformity: str = ""
    adjusts: int | None = None


@dataclass(frozen=True)
class Line:
    """A part of an entry with one class. ``allowance`` names the allowance it consumed, ``reason`` and ``params`` say why."""

    entry: int
    minutes: int
    klass: str
    reason: str
    allowance: str = ""
    amount: int = 0
    params: dict[str, Any] = field(default_factory=dict)


def classify(entries: Iterable[Work], rules: Rules, closed: Sequence[Line] = ()) -> list[Line]:
    """The lines of ``entries``, in the order the work was done (start, then number), after the ``closed`` lines.

    The sum of an entry's lines is the entry. No allowance is used beyond its size, and the order in which the entries
    are given does not matter. Source: design, section 5, rules 1 to 6.
    """
    used: dict[str, int] = defaultdict(int)
    last_use: dict[str, date] = {}
    written: dict[int, list[Line]] = defaultdict(list)
    for line in closed:
        written[line.entry].append(line)
        if line.allowance:
            used[line.allowance] += line.minutes
            if until := line.params.get("on"):
                last_use[line.allowance] = date.fromisoformat(until)
    result: list[Line] = []
    for work in sorted(entries, key=lambda work: (work.started_at, work.number)):
        lines = _take_back(work, rules, written) if work.minutes < 0 else _lines(work, rules, used, last_use)
        for line in lines:
            written[work.number if work.adjusts is None else work.adjusts].append(line)
            if line.allowance:
                used[line.allowance] += line.minutes
                last_use[line.allowance] = work.started_at.date()
        result += lines
    return result


def _lines(work: Work, rules: Rules, used: dict[str, int], last_use: dict[str, date]) -> list[Line]:
    day = {"on": work.started_at.date().isoformat()}
    if work.nonconformity:
        return [
            Line(work.number, work.minutes, Klass.FREE, "nonconformity", params={"label": work.nonconformity, **day})
        ]
    allowance = rules.allowance(work.activity)
    if allowance is None:
        if work.activity == Activity.FOLLOW_UP:
            return [_billable(work, work.minutes, rules, "follow_up", day)]
        return [Line(work.number, work.minutes, Klass.INCLUDED, "in_scope", params={"activity": work.activity, **day})]
    before = used[work.activity]
    included = min(work.minutes, max(allowance - before, 0))
    beyond = work.minutes - included
    lines = []
    if included:
        params = {"activity": work.activity, "used": before + included, "allowance": allowance, **day}
        lines.append(Line(work.number, included, Klass.INCLUDED, "within_allowance", work.activity, params=params))
    if beyond:
        until = work.started_at.date() if included else last_use.get(work.activity, work.started_at.date())
        params = {
            "activity": work.activity,
            "allowance": allowance,
            "until": until.isoformat(),
            "beyond": beyond,
            **day,
        }
        lines.append(_billable(work, beyond, rules, "beyond_allowance", params))
    return lines


def _billable(work: Work, minutes: int, rules: Rules, reason: str, params: dict[str, Any]) -> Line:
    amount = money.for_minutes(minutes, rules.hourly_rate)
    return Line(work.number, minutes, Klass.BILLABLE, reason, amount=amount, params=params)


def _take_back(work: Work, rules: Rules, written: dict[int, list[Line]]) -> list[Line]:
    """Reverse what the adjusted entry was given, the client's cost first: billable, then included, then free."""
    left: dict[tuple[str, str], int] = defaultdict(int)
    for line in written[work.adjusts or 0]:
        left[line.klass, line.allowance] += line.minutes
    to_give = -work.minutes
    lines = []
    for klass in (Klass.BILLABLE, Klass.INCLUDED, Klass.FREE):
        for (each, allowance), minutes in list(left.items()):
            give = min(minutes, to_give)
            if each == klass and give > 0:
                amount = -money.for_minutes(give, rules.hourly_rate) if klass == Klass.BILLABLE else 0
                params = {"entry": work.adjusts, "on": work.started_at.date().isoformat()}
                lines.append(Line(work.number, -give, klass, "adjustment", allowance, amount, params))
                to_give -= give
    if to_give:
        raise ValueError(f"entry {work.number} takes back {to_give} minutes more than entry {work.adjusts} has")
    return lines


def explain(reason: str, params: dict[str, Any], minutes: int) -> str:
    """Why a line has its class, in words a client accepts and in the reader's language."""
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
