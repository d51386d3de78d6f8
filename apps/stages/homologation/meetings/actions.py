"""Plan a meeting of the homologation, start it with who is there, end it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import PartyRole, Stage
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import numbering, timeline
from apps.rollouts.models import Rollout
from apps.stages.homologation import events, queries
from apps.stages.homologation.access import refuse_outside_homologation
from apps.stages.homologation.models import Absence, Attendance, Script, Session

REQUIRED_PARTIES = (PartyRole.PRESENCE, PartyRole.CLIENT, PartyRole.INTEGRATOR)
"""The parties that homologate together. The platform may come too."""


def plan(script: Script, *, by: User, planned_start: datetime, planned_minutes: int) -> Session:
    """Plan a session in the future, of 1 to 480 minutes; from the training stage on."""
    require(by, "homologation.lead", script)
    with timeline.changing(script.rollout) as rollout:
        if rollout.stage not in (Stage.TRAINING, Stage.HOMOLOGATION):
            raise Refusal(_("A homologação se agenda no treinamento ou na homologação."))
        if planned_start <= clock.now():
            raise Invalid(_("Escolha uma data no futuro."), field="planned_start")
        if not 0 < planned_minutes <= 480:
            raise Invalid(_("A sessão dura de 1 minuto a 8 horas."), field="planned_minutes")
        session = Session.objects.create(
            script=script, number=numbering.next_number(rollout, script.sessions), planned_start=planned_start,
            planned_minutes=planned_minutes,
        )  # fmt: skip
        timeline.record(rollout, events.SessionPlanned(number=session.number, planned_start=planned_start), by)
        return session


def cancel(session: Session, *, by: User) -> None:
    """Cancel a planned session; its time is free again."""
    require(by, "homologation.lead", session)
    with timeline.changing(session.rollout) as rollout:
        session = _planned_session(session)
        session.cancelled_at = clock.now()
        session.save(update_fields=["cancelled_at"])
        timeline.record(rollout, events.SessionCancelled(number=session.number), by)


def start(
    script: Script,
    *,
    by: User,
    present: Iterable[tuple[str, User]],
    guests: Iterable[tuple[str, str]] = (),
    absent: Mapping[str, str] | None = None,
    planned: Session | None = None,
) -> Session:
    """Start a session, perhaps a ``planned`` one, with a round open.

    ``present`` are ``(party, person)`` of the parties' own people, ``guests`` ``(party, name)`` of others. Presence,
    client and integrator each have somebody there, or a reason in ``absent`` why they do not; ``Invalid`` on
    ``absent_<party>`` otherwise.
    """
    require(by, "homologation.lead", script)
    with timeline.changing(script.rollout) as rollout:
        refuse_outside_homologation(rollout)
        if queries.open_session(script):
            raise Refusal(_("Já existe uma sessão em andamento."))
        if queries.open_round(script) is None:
            raise Refusal(_("Não há rodada aberta. Abra a rodada antes de começar a sessão."))
        rows = _attendances(rollout, present, guests)
        parties_present = {row.party for row in rows}
        reasons = {party: reason.strip() for party, reason in (absent or {}).items() if reason.strip()}
        for party in REQUIRED_PARTIES:
            if party not in parties_present and party not in reasons:
                raise Invalid(
                    _("Ninguém de %(company)s: marque quem está presente ou diga por que a sessão segue sem.")
                    % {"company": rollout.company(party)},
                    field=f"absent_{party}",
                )
        session = _planned_session(planned) if planned else Session(script=script)
        if not planned:
            session.number = numbering.next_number(rollout, script.sessions)
        session.started_at, session.led_by = clock.now(), by
        session.save()
        for row in rows:
            row.session = session
        Attendance.objects.bulk_create(rows)
        Absence.objects.bulk_create(
            Absence(session=session, party=party, reason=reason[:200])
            for party, reason in reasons.items()
            if party not in parties_present
        )
        absent_parties = [PartyRole(party) for party in sorted(set(reasons) - parties_present)]
        started = events.SessionStarted(number=session.number, people=len(rows), absent=absent_parties)
        timeline.record(rollout, started, by)
        return session


def join(
    session: Session, *, by: User, present: Iterable[tuple[str, User]] = (), guests: Iterable[tuple[str, str]] = ()
) -> list[Attendance]:
    """Record who came after the start, as ``start`` takes them. Who leads records anybody, others themselves alone.

    Raises ``Invalid`` (422) on ``present`` when there is nobody to record, ``Refusal`` (409) when the session is not in
    progress.
    """
    present, guests = list(present), list(guests)
    if guests or any(person != by for _party, person in present):
        require(by, "homologation.lead", session)
    with timeline.changing(session.rollout) as rollout:
        session = _session_in_progress(session)
        listed = {(row.party, row.person_id, row.name) for row in session.attendances.all()}
        rows = [
            row for row in _attendances(rollout, present, guests) if (row.party, row.person_id, row.name) not in listed
        ]
        if not rows:
            raise Invalid(_("Marque ou escreva quem chegou e ainda não está na lista."), field="present")
        for row in rows:
            row.session, row.arrived_at = session, clock.now()
        Attendance.objects.bulk_create(rows)
        timeline.record(rollout, events.SessionJoined(number=session.number, people=len(rows)), by)
        return rows


def end(session: Session, *, by: User) -> Session:
    """End a session in progress; its time is then proposed as hours to the people of Presence who were there."""
    require(by, "homologation.lead", session)
    with timeline.changing(session.rollout, even_closed=True) as rollout:
        session = _session_in_progress(session)
        session.ended_at = clock.now()
        session.save(update_fields=["ended_at"])
        results = queries.results_of(session).count()
        ended = events.SessionEnded(number=session.number, minutes=session.minutes or 0, results=results)
        timeline.record(rollout, ended, by)
        return session


def _attendances(
    rollout: Rollout, present: Iterable[tuple[str, User]], guests: Iterable[tuple[str, str]]
) -> list[Attendance]:
    """One row, not yet saved, for each who is there. Raises ``Invalid`` for somebody who is not of the party."""
    rows = [Attendance(party=party, person=person) for party, person in dict.fromkeys(present)]
    for row in rows:
        if row.party not in rollout.roles_of(row.person):
            raise Invalid(_("%(who)s não é da parte indicada.") % {"who": row.person}, field="present")
    named = ((party, name.strip()[:120]) for party, name in guests)
    return rows + [Attendance(party=party, name=name) for party, name in dict.fromkeys(named) if name]


def _session_in_progress(session: Session) -> Session:
    session = Session.objects.get(pk=session.pk)
    if session.started_at is None or session.ended_at:
        raise Refusal(_("Esta sessão não está em andamento."))
    return session


def _planned_session(session: Session) -> Session:
    session = Session.objects.get(pk=session.pk)
    if session.started_at or session.cancelled_at:
        raise Refusal(_("Esta sessão já começou ou foi desmarcada."))
    return session
