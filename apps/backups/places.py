"""Whose a target is: a marker in it names the installation, and whether what is written there is encrypted."""

import json
from dataclasses import dataclass

from apps.backups.errors import BackupError
from apps.backups.targets import Target
from apps.core import canonical
from apps.core.models import Installation

MARKER = "presence-rollout-backups.json"


@dataclass(frozen=True)
class Place:
    installation: str
    is_encrypted: bool


def read(target: Target) -> Place | None:
    """What the marker says; ``None`` without one. Raises ``BackupError`` where it says nothing that we know."""
    try:
        data = json.loads(target.read(MARKER, largest=10_000))
        return Place(str(data["installation"]), bool(data["encrypted"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{MARKER} in the target cannot be read ({type(error).__name__}).") from None


def take(target: Target, *, is_encrypted: bool) -> None:
    """Mark an empty target as this database's. Raises ``BackupError`` for one that is another's, that holds other things, or
    that has encrypted backups when this one would lie beside them in clear."""
    identity = str(Installation.current_identity())
    place = read(target)
    if place is None:
        if target.entries():
            raise BackupError("The target holds other things: give an empty folder or prefix for the backups.")
    elif place.installation != identity:
        raise BackupError(
            "The target holds the backups of another database: is DATABASE_URL right? Give each installation a target of "
            "its own."
        )
    elif place.is_encrypted and not is_encrypted:
        raise BackupError(
            "The backups there are encrypted, and this one would lie beside them in clear: give --recipient, or another "
            "target."
        )
    if place is None or place.is_encrypted != is_encrypted:
        content = canonical.readable({"format": 1, "installation": identity, "encrypted": is_encrypted})
        target.write(MARKER, content)
