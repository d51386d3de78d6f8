"""What is asked of an installation that came out of a backup: the commands with which each app proves its own."""

from collections.abc import Collection
from dataclasses import dataclass
from io import StringIO

from django.core.management import call_command
from django.core.management.base import CommandError

from apps.seals.outcomes import Outcome

# By name: they belong to floors above and beside this one.
COMMANDS = (
    "verify_files",
    "verify_vault",
    "verify_timeline",
    # Worked out anew rather than compared: what it keeps follows the day and the words of this version.
    "verify_requirements --mend",
    "reconcile_homologation",
    "reconcile_hours",
)


@dataclass(frozen=True)
class Proof:
    """What one proof answered: its last line, and where it does not hold, the lines that say why. UNTRUSTED is what
    contradicts itself nowhere, while nobody vouches for all of it."""

    name: str
    outcome: Outcome
    answer: str
    reasons: tuple[str, ...] = ()


def prove(*, may_be_absent: Collection[str] = ()) -> list[Proof]:
    """Everything that can be proved of the present database and store. Of ``may_be_absent``, names of files, it does not
    matter that they are not there."""
    proofs = []
    for command in COMMANDS:
        name, *arguments = command.split()
        if name == "verify_files":
            arguments += [f"--may-be-absent={file}" for file in may_be_absent]
        proofs.append(_proof(name, *arguments))
    return proofs


def _proof(name: str, *arguments: str) -> Proof:
    output, reasons = StringIO(), StringIO()
    try:
        call_command(name, *arguments, stdout=output, stderr=reasons, no_color=True)
    except CommandError as error:
        outcome = Outcome.UNTRUSTED if error.returncode == Outcome.UNTRUSTED.value else Outcome.BROKEN
        return Proof(name, outcome, str(error), tuple(reasons.getvalue().splitlines()))
    except Exception as error:  # One that breaks off hides no other.
        return Proof(
            name,
            Outcome.BROKEN,
            f"It broke off: {type(error).__name__}: {error}",
            tuple(reasons.getvalue().splitlines()),
        )
    return Proof(name, Outcome.WHOLE, output.getvalue().strip().rpartition("\n")[2])
