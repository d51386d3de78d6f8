"""A report in the words of whoever reads it: the facts that it keeps, made sentences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core import minutes, moments
from apps.core.localized import Localized
from apps.core.process import Gate, PartyRole, Stage
from apps.hours.classification import Activity, HourClass
from apps.meetings.models import MeetingKind
from apps.portfolio.models import StatusReport
from apps.portfolio.reports.facts import Facts
from apps.portfolio.reports.happenings import HAPPENINGS
from apps.rollouts.models import Event, Rollout
from apps.stages.homologation.models import Nonconformity

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SECTIONS: "dict[str, StrOrPromise]" = {
    "happened": gettext_lazy("O que aconteceu"),
    "next": gettext_lazy("O que vem agora"),
    "ball": gettext_lazy("Com quem está a bola"),
    "plan": gettext_lazy("Datas previstas"),
    "hours": gettext_lazy("Horas no período"),
    "nonconformities": gettext_lazy("Não conformidades abertas"),
    "risks": gettext_lazy("Riscos"),
}
"""The parts of a report, in their order; its manager may leave any of them out."""


@dataclass(frozen=True)
class Owed:
    """Something that a party owes at the next gate: ``text`` is empty where no names may be shown."""

    text: str
    due: date | None


@dataclass(frozen=True)
class OwedByParty:
    """What the party ``role`` owes at the next gate: ``count`` things, of which ``rows`` are named."""

    role: str
    count: int
    rows: Sequence[Owed]

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True)
class PlannedDay:
    """A stage with its planned and its actual first day, and by how many business days it is or was late."""

    label: str
    planned: date | None
    actual: date | None
    days_late: int


@dataclass(frozen=True)
class OpenNonconformity:
    number: int
    title: str
    severity: str
    state: str
    owner: str
    since: datetime
    is_overdue: bool


@dataclass(frozen=True)
class Reading:
    """``report`` with its ``facts`` as one reader may see it. ``events`` are those that it names.
    ``is_public``: for whoever has the link, without anything that somebody typed but the manager's words, and without these
    too where they may name somebody."""

    report: StatusReport
    rollout: Rollout
    facts: Facts
    events: Sequence[Event]
    is_public: bool = False

    @property
    def sections(self) -> list[str]:
        """The keys of those that are shown."""
        return [key for key in SECTIONS if key not in self.report.hidden]

    @property
    def since(self) -> datetime:
        return datetime.fromisoformat(self.facts["since"])

    @property
    def until(self) -> datetime:
        return datetime.fromisoformat(self.facts["until"])

    @property
    def stage(self) -> str:
        return str(Stage(self.facts["stage"]).label)

    @property
    def may_show_words(self) -> bool:
        """Whether the manager's words are shown to this reader."""
        return not (self.is_public and self.facts.get("names_somebody", True))

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How often each kind of thing happened, by its name."""
        counts = self.facts["happened"]["counts"]
        return [(str(label), counts[kind]) for kind, label in HAPPENINGS.items() if kind in counts]

    @property
    def gate(self) -> str:
        return str(Gate(self.facts["next"]["gate"]).label) if self.facts["next"]["gate"] else ""

    @property
    def owed_by_party(self) -> list[OwedByParty]:
        """In the order of the parties; who owes nothing is left out."""
        rows = [] if self.is_public else self.facts["next"]["owed"]
        counts = self.facts["next"]["counts"]
        return [
            OwedByParty(role, counts[role], [_owed(row) for row in rows if row["owed_by"] == role])
            for role in PartyRole.values
            if counts.get(role)
        ]

    @property
    def meetings(self) -> list[tuple[str, datetime]]:
        """The meetings ahead: what each is about and when."""
        return [
            (_meeting_name(row, is_public=self.is_public), datetime.fromisoformat(row["at"]))
            for row in self.facts["next"]["meetings"]
        ]

    @property
    def holder(self) -> str:
        return str(self.facts["ball"]["holder"])

    @property
    def holder_since(self) -> datetime:
        return datetime.fromisoformat(self.facts["ball"]["since"])

    @property
    def plan(self) -> list[PlannedDay]:
        return [
            PlannedDay(str(Stage(row["stage"]).label), _day(row["planned"]), _day(row["actual"]), row["days_late"])
            for row in self.facts["plan"]
        ]

    @property
    def expected(self) -> date | None:
        """The day on which it was expected to go live when the report was sent."""
        return _day(self.facts["forecast"])

    @property
    def hours(self) -> list[tuple[str, str]]:
        """The hours of the period by class, in words."""
        return [(str(item.label), minutes.show(self.facts["hours"][item.value])) for item in HourClass]

    @property
    def allowances(self) -> list[tuple[str, str, str]]:
        """Of each allowance: the activity, how much is used in all, how much it is."""
        return [
            (str(Activity(row["activity"]).label), minutes.show(row["used"]), minutes.show(row["size"]))
            for row in self.facts["hours"]["allowances"]
        ]

    @property
    def nonconformities(self) -> list[OpenNonconformity]:
        return [
            OpenNonconformity(
                row["number"],
                "" if self.is_public else row["title"],
                str(Nonconformity.Severity(row["severity"]).label),
                str(Nonconformity.State(row["state"]).label),
                row["owner"],
                datetime.fromisoformat(row["since"]),
                row["is_overdue"],
            )
            for row in self.facts["nonconformities"]["rows"]
        ]

    @cached_property
    def risks(self) -> list[str]:
        """A sentence for each."""
        return [RISKS[row["key"]](row) for row in self.facts["risks"] if row["key"] in RISKS]

    @property
    def hold_reason(self) -> str:
        """Why the rollout is on hold, as it was typed; empty for who may not read it."""
        return "" if self.is_public or not self.facts["hold"] else self.facts["hold"]["reason"]


def of_sent(report: StatusReport) -> Reading:
    """A report that was sent, for the parties of its rollout, on the page and on paper."""
    return Reading(report, report.rollout, report.facts, named_events(report))


def for_the_public(report: StatusReport) -> Reading:
    """The same for whoever has the link: it asks for no event."""
    return Reading(report, report.rollout, report.facts, [], is_public=True)


def named_events(report: StatusReport) -> list[Event]:
    """The events that a report names, the newest first."""
    sequences = report.facts["happened"]["events"]
    events = report.rollout.events.filter(sequence__in=sequences).select_related("actor")
    return list(events.order_by("-sequence"))


def mail_text(report: StatusReport) -> str:
    """What the message about a report says of it, in its reader's language and time zone."""
    reading = Reading(report, report.rollout, report.facts, [])
    lines = [report.summary.strip(), report.reason.strip()]
    if "risks" in reading.sections:
        lines += reading.risks
    if "ball" in reading.sections and reading.holder:
        role = PartyRole(reading.holder).label
        since = moments.show_day(reading.holder_since)
        lines.append(_("Bola com %(party)s desde %(day)s.") % {"party": role, "day": since})
    if "plan" in reading.sections and reading.expected:
        lines.append(_("Entrada em produção prevista: %(day)s.") % {"day": moments.show_day(reading.expected)})
    return "\n\n".join(line for line in lines if line)


def _late(row: Facts) -> str:
    values = {"stage": Stage(row["stage"]).label, "days": row["days"]}
    return (
        ngettext(
            "%(stage)s está %(days)d dia útil atrás do plano.",
            "%(stage)s está %(days)d dias úteis atrás do plano.",
            row["days"],
        )
        % values
    )


def _on_hold(row: Facts) -> str:
    since = moments.show_day(datetime.fromisoformat(row["since"]))
    party = PartyRole(row["caused_by"]).label
    return _("Projeto em pausa desde %(day)s, por causa de: %(party)s.") % {"day": since, "party": party}


def _blocking(row: Facts) -> str:
    count = row["count"]
    text = ngettext(
        "%(count)d não conformidade impeditiva está aberta.",
        "%(count)d não conformidades impeditivas estão abertas.",
        count,
    )
    return text % {"count": count}


def _overdue(row: Facts) -> str:
    count = row["count"]
    return ngettext("%(count)d pendência está vencida.", "%(count)d pendências estão vencidas.", count) % {
        "count": count
    }


RISKS: dict[str, Callable[[Facts], str]] = {
    "late": _late,
    "hold": _on_hold,
    "blocking": _blocking,
    "overdue": _overdue,
}
"""The sentence of each risk that ``facts`` may name."""


def _owed(row: Facts) -> Owed:
    return Owed(str(Localized.of(row["text"])), _day(row["due"]))


def _meeting_name(row: Facts, *, is_public: bool) -> str:
    kind = MeetingKind(row["kind"])
    if kind == MeetingKind.OTHER:
        return str(kind.label) if is_public else row["title"]
    if kind == MeetingKind.KICKOFF:
        return str(kind.label)
    return f"{kind.label}, {row['number']}"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
