"""Whether the timelines are what they were: chains, their anchors, the documents made of them, and heads that people kept.

What the database says of itself is held against what was signed. An anchor that is missing, does not fit or is signed by
somebody else shows; what nobody anchored in time is not vouched for.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.dateparse import parse_datetime

from apps.core import canonical, plugins
from apps.rollouts import timeline
from apps.rollouts.anchors import anchoring
from apps.rollouts.models import AnchorSheet, ChainAnchor, Event, Rollout
from apps.seals import signatures
from apps.seals.outcomes import Outcome
from apps.seals.trust import Trust

CLOCKS_APART = timedelta(days=1)
"""How far an authority's time may be from what the sheet itself says."""


@dataclass
class Findings:
    """What is wrong (``problems``), what could not be read (``unreadable``) and what nobody vouches for (``doubts``), as
    sentences in English; ``outcome`` sums them up."""

    problems: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        if self.problems:
            return Outcome.BROKEN
        if self.unreadable:
            return Outcome.ERROR
        return Outcome.UNTRUSTED if self.doubts else Outcome.WHOLE

    def reasons(self) -> list[str]:
        return [*self.problems, *self.unreadable, *self.doubts]

    def add(self, outcome: Outcome, sentence: str) -> None:
        """Note ``sentence`` where ``outcome`` belongs; of WHOLE there is nothing to note."""
        if outcome is not Outcome.WHOLE:
            {Outcome.BROKEN: self.problems, Outcome.ERROR: self.unreadable, Outcome.UNTRUSTED: self.doubts}[
                outcome
            ].append(sentence)


@dataclass
class ChainFindings(Findings):
    """Of one rollout: how many events hold, since when its head was first signed, and up to which event and when."""

    events: int = 0
    since: datetime | None = None
    anchored_to: int = 0
    anchored_at: datetime | None = None


@dataclass
class SheetFindings(Findings):
    """Of all sheets of anchors: ``at`` is when each was signed, ``doubtful`` those that nobody vouches for."""

    at: dict[int, datetime] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)


def sheets(trust: Trust) -> SheetFindings:
    """Judge every sheet of anchors: its seal, its place behind the one before, and that its lines are all there."""
    findings = SheetFindings()
    previous, number = timeline.GENESIS, 0
    for sheet in AnchorSheet.objects.order_by("number").prefetch_related("lines").iterator(chunk_size=100):
        number += 1
        if sheet.number != number:
            findings.problems.append(f"anchor sheet #{number} is missing")
            number = sheet.number
        findings.problems += (f"anchor sheet #{sheet.number}: {problem}" for problem in _sheet(sheet, previous))
        seal = signatures.examine(sheet.content.encode(), bytes(sheet.seal), _record(sheet).get("seal", {}), trust)
        if seal.outcome is Outcome.BROKEN:
            findings.problems.append(f"anchor sheet #{sheet.number}: {'; '.join(seal.problems)}")
        elif seal.outcome is Outcome.UNTRUSTED:
            findings.doubtful.add(sheet.pk)
            findings.doubts.append(f"anchor sheet #{sheet.number}: {seal.why_untrusted()}")
        findings.at[sheet.pk] = seal.sealed_at if seal.timestamped and seal.sealed_at else sheet.at
        if seal.timestamped and abs(findings.at[sheet.pk] - sheet.at) > CLOCKS_APART:
            findings.problems.append(f"anchor sheet #{sheet.number} was not signed when it says")
        previous = sheet.sha256
    findings.problems += _later_sheets(number)
    return findings


def _record(sheet: AnchorSheet) -> dict:
    try:
        record = json.loads(sheet.content)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _sheet(sheet: AnchorSheet, previous: str) -> Iterator[str]:
    record = _record(sheet)
    if canonical.dumps(record) != sheet.content.encode() or canonical.sha256(record) != sheet.sha256:
        yield "its content was changed"
    if (record.get("format"), record.get("version")) != (anchoring.FORMAT, anchoring.VERSION):
        yield "it is not written as sheets are"
    if record.get("number") != sheet.number or parse_datetime(str(record.get("at"))) != sheet.at:
        yield "it says another number or time"
    if record.get("previous") != previous:
        yield "it does not name the sheet before it"
    if record.get("lines") != sorted(anchoring.digest(line.line()) for line in sheet.lines.all()):
        yield "its lines are not those that were signed: an anchor was changed, added or removed"


def _later_sheets(last: int) -> Iterator[str]:
    """Sheets that events name and that are not there."""
    named = Event.objects.filter(data__has_key="anchor").values_list("data__anchor", flat=True)
    newest = max((number for number in named if isinstance(number, int)), default=0)
    if newest > last:
        yield f"anchor sheet #{newest} is named on a timeline, and the last one here is #{last}"


def chain(rollout: Rollout, trust: Trust, signed: SheetFindings, *, documents: bool = True) -> ChainFindings:
    """Judge the timeline of ``rollout``: its chain, its anchors (``signed`` judged their sheets), and with ``documents`` what
    other apps keep of it."""
    findings = ChainFindings(events=rollout.events.count())
    if broken := timeline.verify(rollout):
        findings.problems.append(f"broken at event #{broken.sequence}: {broken.why}")
    _anchors(rollout, signed, findings)
    chain_checks = [check for plugin in plugins.plugins() for check in plugin.chain_checks]
    for check in chain_checks if documents else []:
        for outcome, sentence in check(rollout, trust):
            findings.add(outcome, sentence)
    return findings


def _anchors(rollout: Rollout, signed: SheetFindings, findings: ChainFindings) -> None:
    hashes = dict(rollout.events.values_list("sequence", "hash"))
    for anchor in ChainAnchor.objects.filter(rollout=rollout).select_related("sheet").order_by("sequence"):
        name = f"anchor sheet #{anchor.sheet.number}"
        if anchor.sequence not in hashes:
            findings.problems.append(f"event #{anchor.sequence} is missing: {name} has it")
        elif hashes[anchor.sequence] != anchor.head:
            findings.problems.append(f"event #{anchor.sequence} is not the one on {name}")
        else:
            at = signed.at.get(anchor.sheet_id, anchor.sheet.at)
            findings.since = min(findings.since or at, at)
            findings.anchored_to, findings.anchored_at = anchor.sequence, at
        if anchor.sheet_id in signed.doubtful:
            findings.doubts.append(f"event #{anchor.sequence}: nobody vouched for the seal of {name}")
    standing = anchoring.standing(rollout)
    if standing.overdue:
        findings.doubts.append(
            f"nothing vouches for the events after #{findings.anchored_to}: the oldest of them is of "
            f"{standing.waits_since:%Y-%m-%d} and was never anchored"
        )


def head_problem(rollout: Rollout, head: dict | None) -> str:
    """What is wrong with a head (``timeline.head``) that a document of ``rollout`` carries; empty when it fits the timeline,
    and for documents older than heads."""
    if not head or not head.get("sequence"):
        return ""
    event = rollout.events.filter(sequence=head["sequence"]).first()
    if event is None:
        return f"it names event #{head['sequence']}, which is missing"
    if event.hash != head["hash"]:
        return f"event #{head['sequence']} is not the one that it names"
    newest = anchoring.newest_sheet_number()
    return f"it names anchor sheet #{head['anchor']}, which is missing" if head["anchor"] > newest else ""
