from pathlib import Path

from django.core.management.base import CommandParser

from apps.rollouts.anchors import saved_heads, verification
from apps.rollouts.models import Rollout
from apps.seals.outcomes import Outcome, worst
from apps.seals.verifying import VerifyingCommand

LARGEST = 20 * 1024 * 1024
"""Bytes of a file with heads that is read."""


class Command(VerifyingCommand):
    help = (
        "Prove the timelines: hash chains, signed anchors, the documents made of them, and heads that somebody kept. "
        "Names everything that does not hold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rollout", nargs="*", type=int, help="numbers of rollouts; all of them when left out")
        self.add_certificate_argument(parser, "signed the anchors")
        parser.add_argument(
            "--head", type=Path, action="append", help="a saved e-mail, text or answer of the API with heads to compare"
        )
        parser.add_argument(
            "--without-documents",
            action="store_true",
            help="look at chains and anchors alone, not at terms and the rest",
        )

    def handle(self, *args, **options) -> None:
        rollouts = Rollout.objects.order_by("pk")
        if options["rollout"]:
            rollouts = rollouts.filter(pk__in=options["rollout"])
            unknown = set(options["rollout"]) - set(rollouts.values_list("pk", flat=True))
            if unknown:
                self.give_up(f"No such rollout: {', '.join(map(str, sorted(unknown)))}.")
        heads = [head for file in options["head"] or [] for head in self._heads(file)]
        trusted = self.trust_in(options["certificate"])
        signed = verification.sheets(trusted)
        outcomes, events, reasons = [signed.outcome], 0, signed.reasons()
        for rollout in rollouts:
            findings = verification.chain(rollout, trusted, signed, documents=not options["without_documents"])
            self.stdout.write(f"{rollout.code} {findings.outcome}: {_standing(findings)}")
            reasons += (f"{rollout.code}: {reason}" for reason in findings.reasons())
            outcomes.append(findings.outcome)
            events += findings.events
        if head_problems := list(saved_heads.problems(heads)):
            reasons += head_problems
            outcomes.append(Outcome.BROKEN)
        for reason in reasons:
            self.stderr.write(reason)
        outcome, count = worst(outcomes), rollouts.count()
        if outcome is not Outcome.WHOLE:
            self.conclude(outcome, f"not all of {count} timelines hold or are vouched for; the reasons stand above.")
        compared = f", {len(heads)} saved heads fit" if heads else ""
        self.conclude(outcome, f"{count} timelines hold, {events} events{compared}.")

    def _heads(self, file: Path) -> list[saved_heads.SavedHead]:
        heads = saved_heads.read(self.read(file, largest=LARGEST, too_large="too large for a file with heads"))
        if not heads:
            self.give_up(f"{file} holds no head of a timeline.")
        return heads


def _standing(findings: verification.ChainFindings) -> str:
    if findings.since is None or findings.anchored_at is None:
        return f"{findings.events} events, none anchored"
    return (
        f"{findings.events} events, unbroken since {findings.since:%Y-%m-%d %H:%M} UTC, "
        f"anchored up to event #{findings.anchored_to} on {findings.anchored_at:%Y-%m-%d %H:%M} UTC"
    )
