"""What is asked of an installation that came out of a backup: the keys, and the commands with which apps prove their own."""

from dataclasses import dataclass
from io import StringIO

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.seals.outcomes import Outcome
from apps.vault import key_check

# By name: they belong to floors above and beside this one.
COMMANDS = ("verify_files", "verify_timeline", "verify_requirements", "reconcile_homologation", "reconcile_hours")
KEYS = "keys"


@dataclass(frozen=True)
class Proof:
    """What one proof answered: its last line, and where it does not hold, the lines that say why. UNTRUSTED is what
    contradicts itself nowhere, while nobody vouches for all of it."""

    name: str
    outcome: Outcome
    answer: str
    reasons: tuple[str, ...] = ()


def prove() -> list[Proof]:
    """Everything that can be proved of the present database and store; nothing is written."""
    return [_keys(), *(_command(name) for name in COMMANDS)]


def _keys() -> Proof:
    try:
        reason = key_check.problem()
    except ImproperlyConfigured as error:
        reason = str(error)
    if reason:
        return Proof(KEYS, Outcome.BROKEN, "The vault does not open: docs/vault.md, When the keys are lost.", (reason,))
    return Proof(KEYS, Outcome.WHOLE, "VAULT_KEYSET opens what the database was closed with.")


def _command(name: str) -> Proof:
    output, reasons = StringIO(), StringIO()
    try:
        call_command(name, stdout=output, stderr=reasons, no_color=True)
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
