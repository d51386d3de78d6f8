"""The meetings of a rollout as a file."""

from collections.abc import Mapping

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from apps.core import canonical
from apps.core.exports.tables import Column, Export, Kind
from apps.core.process import PartyRole
from apps.meetings.models import Meeting, MeetingKind
from apps.rollouts.models import Rollout

COLUMNS = (
    Column("name", _("Reunião"), width=34, wraps=True),
    Column("kind", _("Tipo"), labels=dict(MeetingKind.choices), width=22),
    Column("state", _("Situação"), labels=dict(Meeting.State.choices), width=16),
    Column("planned_start", _("Agendada para"), Kind.INSTANT),
    Column("started_at", _("Início"), Kind.INSTANT),
    Column("ended_at", _("Fim"), Kind.INSTANT),
    Column("minutes", _("Duração"), Kind.MINUTES, width=10, total=True),
    Column("present", _("Presentes"), Kind.NUMBER, width=11),
    Column("not_held_because_of", _("Não realizada por"), labels=dict(PartyRole.choices), width=18),
)


def export(rollout: Rollout, _narrowed_by: Mapping[str, str]) -> Export:
    """All meetings of ``rollout``, those that were cancelled included, in the order in which they begin."""
    meetings = rollout.meetings.annotate(present=Count("attendees", filter=Q(attendees__attended=True)))
    rows = [
        {
            "name": str(meeting.full_name),
            "kind": meeting.kind,
            "state": meeting.state,
            "planned_start": canonical.instant(meeting.planned_start) if meeting.planned_start else None,
            "started_at": canonical.instant(meeting.started_at) if meeting.started_at else None,
            "ended_at": canonical.instant(meeting.ended_at) if meeting.ended_at else None,
            "minutes": meeting.minutes,
            "present": meeting.present,
            "not_held_because_of": meeting.cause,
        }
        for meeting in sorted(meetings, key=lambda meeting: (meeting.starts_at, meeting.pk))
    ]
    return Export(f"{rollout.code}-reunioes", COLUMNS, rows, sheet=_("Reuniões"), title=_("Reuniões do projeto"))
