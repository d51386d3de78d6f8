"""Plan a session, hold it with its attendance, or cancel it."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import Stage
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import numbering, timeline
from apps.rollouts.models import Rollout
from apps.stages.training import events
from apps.stages.training.models import Attendance, Topic, TrainingSession

OPEN_STAGES = (Stage.DEVELOPMENT, Stage.TRAINING)


def plan_session(
    rollout: Rollout, *, by: User, scheduled_at: datetime, planned_minutes: int, link: str = ""
) -> TrainingSession:
    """Schedule a session (from the development stage on). ``planned_minutes`` from 1 to 480."""
    require(by, "training.conduct", rollout)
    with timeline.changing(rollout) as rollout:
        if rollout.stage not in OPEN_STAGES:
            raise Refusal(_("O treinamento se agenda no desenvolvimento ou no treinamento."))
        if not 0 < planned_minutes <= 480:
            raise Invalid(_("A sessão dura de 1 minuto a 8 horas."), field="planned_minutes")
        session = TrainingSession.objects.create(
            rollout=rollout,
            number=numbering.next_number(rollout, rollout.training_sessions),
            scheduled_at=scheduled_at,
            scheduled_by=by,
            planned_minutes=planned_minutes,
            link=link,
        )
        timeline.record(rollout, events.SessionPlanned(number=session.number, scheduled_at=scheduled_at), by)
        return session


def record_held(
    session: TrainingSession,
    *,
    by: User,
    held_minutes: int,
    attendance: Iterable[dict[str, str]],
    topics: Iterable[Topic] = (),
    note: str = "",
) -> TrainingSession:
    """Record that ``session`` took place. ``attendance`` rows carry name, company and position; the client's is needed.

    Only in the training stage, and not before the session's time.
    """
    require(by, "training.conduct", session)
    with timeline.changing(session.rollout) as rollout:
        session = _planned_session(session)
        if rollout.stage != Stage.TRAINING:
            raise Refusal(_("Sessões só se realizam na etapa de treinamento."))
        if session.scheduled_at > clock.now():
            raise Refusal(_("A sessão ainda não começou."))
        if not 0 < held_minutes <= 720:
            raise Invalid(_("Informe quanto durou a sessão."), field="held_minutes")
        present = [row for row in attendance if row.get("name", "").strip()]
        client = rollout.company("client")
        if not any(row["company"] == client.trade_name for row in present):
            raise Invalid(
                _("Registre ao menos uma pessoa de %(client)s na lista de presença.") % {"client": client},
                field="attendance",
            )
        Attendance.objects.bulk_create(
            (
                Attendance(session=session, name=row["name"].strip(), company=row["company"], position=row["position"])
                for row in present
            ),
            ignore_conflicts=True,
        )
        rollout.training_topics.filter(pk__in=[topic.pk for topic in topics]).update(covered_in=session)
        session.state = TrainingSession.State.HELD
        session.held_minutes, session.note = held_minutes, note
        session.recorded_by, session.recorded_at = by, clock.now()
        session.save()
        people = session.attendances.count()
        held = events.SessionHeld(number=session.number, held_minutes=held_minutes, people=people)
        timeline.record(rollout, held, by)
        return session


def cancel_session(session: TrainingSession, *, by: User, reason: str) -> None:
    """Cancel a planned session, with a reason."""
    require(by, "training.conduct", session)
    if not reason.strip():
        raise Invalid(_("Diga o motivo."), field="reason")
    with timeline.changing(session.rollout) as rollout:
        session = _planned_session(session)
        session.state, session.note = TrainingSession.State.CANCELLED, reason.strip()
        session.save(update_fields=["state", "note"])
        timeline.record(rollout, events.SessionCancelled(number=session.number, reason=session.note), by)


def _planned_session(session: TrainingSession) -> TrainingSession:
    session = TrainingSession.objects.get(pk=session.pk)
    if session.state != TrainingSession.State.PLANNED:
        raise Refusal(_("Esta sessão já foi realizada ou cancelada."))
    return session
