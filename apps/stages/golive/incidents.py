"""What goes wrong in production while the shop is accompanied."""

from datetime import datetime

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import numbering, timeline
from apps.rollouts.models import Rollout
from apps.stages.golive import events, setbacks
from apps.stages.golive.actions import refuse_outside_golive
from apps.stages.golive.models import Incident


def note(rollout: Rollout, *, by: User, what: str, severity: str, owner: str, since: datetime) -> Incident:
    """Note an incident. ``since`` is when it began, which is not in the future."""
    require(by, "golive.note_incident", rollout)
    with timeline.changing(rollout) as rollout:
        refuse_outside_golive(rollout)
        if not what.strip():
            raise Invalid(_("Diga o que aconteceu."), field="what")
        if since > clock.now():
            raise Invalid(_("O incidente não pode ter começado no futuro."), field="since")
        incident = Incident.objects.create(
            rollout=rollout,
            number=numbering.next_number(rollout, rollout.incidents),
            what=what.strip(),
            severity=severity,
            owner=owner,
            since=since,
            noted_by=by,
            noted_at=clock.now(),
        )
        event = events.IncidentNoted(label=incident.label, severity=Incident.Severity(severity), owner=PartyRole(owner))
        timeline.record(rollout, event, by)
        if severity == Incident.Severity.SEVERE:
            setbacks.withdraw_release(rollout, events.Because.INCIDENT, by)
        return incident


def resolve(incident: Incident, *, by: User, resolution: str, until: datetime | None = None) -> Incident:
    """Say how an incident was resolved, and when it was over: now, unless ``until`` says so."""
    require(by, "golive.resolve_incident", incident)
    with timeline.changing(incident.rollout) as rollout:
        refuse_outside_golive(rollout)
        incident = Incident.objects.get(pk=incident.pk)
        if incident.until:
            raise Refusal(_("Este incidente já foi resolvido."))
        if not resolution.strip():
            raise Invalid(_("Diga como foi resolvido."), field="resolution")
        until = until or clock.now()
        if not incident.since <= until <= clock.now():
            raise Invalid(_("O fim fica entre o início do incidente e agora."), field="until")
        incident.until, incident.resolution, incident.resolved_by = until, resolution.strip(), by
        incident.save(update_fields=["until", "resolution", "resolved_by"])
        timeline.record(rollout, events.IncidentResolved(label=incident.label), by)
        return incident
