"""When the last backup of this installation was made: for Presence's managers and for who watches."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from apps.backups.making import BackupReport
from apps.backups.models import LastBackup
from apps.backups.targets import Folder, Target
from apps.core.measures import Measure, Values
from apps.seals.outcomes import Outcome

OUTCOMES = {
    Outcome.WHOLE: LastBackup.Outcome.COMPLETE,
    Outcome.UNTRUSTED: LastBackup.Outcome.UNSIGNED,
    Outcome.BROKEN: LastBackup.Outcome.INCOMPLETE,
}
"""What is remembered of what a backup came to."""


def note(report: BackupReport, target: Target) -> None:
    """Remember what was just made in ``target`` as the last backup. Raises ``DatabaseError``."""
    place = LastBackup.Place.FOLDER if isinstance(target, Folder) else LastBackup.Place.BUCKET
    LastBackup.objects.update_or_create(
        pk=LastBackup.ONLY,
        defaults={
            "made_at": report.made_at,
            "place": place,
            "outcome": OUTCOMES[report.outcome],
            "bytes": report.bytes,
        },
    )


def panel(request: HttpRequest, _about: Any) -> str:
    """The last backup, on the page of the state of the system."""
    return render_to_string("backups/last.html", {"last": LastBackup.objects.first()}, request)


def _made_at() -> Values:
    last = LastBackup.objects.first()
    return {(): last.made_at.timestamp()} if last else {}


MEASURES = [Measure("last_backup_seconds", "When the last backup was made, in seconds since 1970.", _made_at)]
