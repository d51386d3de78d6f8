"""Ask the client for extra hours, answer, contest a line, talk it over, resolve. Closed rollouts take these too."""

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.hours import events, queries
from apps.hours.agreement import coverage as agreement
from apps.hours.classification import Activity, HourClass
from apps.hours.models import Line
from apps.hours.models.agreement import AGREED_ACTIVITIES, MOST_MINUTES, Contest, ContestMessage, ExtraHoursRequest
from apps.rollouts import numbering, timeline
from apps.rollouts.access import refuse_both_halves
from apps.rollouts.models import Rollout


def ask(rollout: Rollout, *, by: User, activity: str, minutes: int, purpose: str) -> ExtraHoursRequest:
    """Ask the client to approve ``minutes`` (1 to 6000) of billable ``activity``, at the present rate.

    It may be for work already done without approval; how much of it was is kept and told.
    """
    require(by, "hours.ask_extra", rollout)
    if activity not in AGREED_ACTIVITIES:
        raise Invalid(_("Esta atividade nunca é cobrada; não há o que aprovar."), field="activity")
    if not 0 < minutes <= MOST_MINUTES:
        raise Invalid(_("Peça de 1 minuto a 100 horas."), field="minutes")
    if not purpose.strip():
        raise Invalid(_("Diga ao cliente para que são as horas."), field="purpose")
    with timeline.changing(rollout, even_closed=True) as rollout:
        request = ExtraHoursRequest.objects.create(
            rollout=rollout,
            number=numbering.next_number(rollout, rollout.extra_requests),
            activity=activity,
            purpose=purpose.strip(),
            minutes=minutes,
            already_worked=min(minutes, agreement.uncovered(rollout).get(activity, 0)),
            hourly_rate=agreement.rate(rollout, activity),
            price=agreement.price(rollout, activity, minutes),
            sent_by=by,
        )
        timeline.record(rollout, events.ExtraRequested(**_described(request)), by, party=PartyRole.PRESENCE)
        return request


def approve(request: ExtraHoursRequest, *, by: User) -> None:
    """The client takes on the price. Its minutes cover billable lines of the activity, the oldest first."""
    _answer(request, by, ExtraHoursRequest.State.APPROVED, "", events.ExtraApproved)


def decline(request: ExtraHoursRequest, *, by: User, reason: str) -> None:
    """The client does not agree, and says why."""
    if not reason.strip():
        raise Invalid(_("Diga por que não aprova; a Presence lê e pode propor outra coisa."), field="reason")
    _answer(request, by, ExtraHoursRequest.State.DECLINED, reason.strip(), events.ExtraDeclined)


def answer(request: ExtraHoursRequest, *, by: User, approves: bool, reason: str = "") -> None:
    """``approve`` or ``decline``, as one form asks."""
    if approves:
        approve(request, by=by)
    else:
        decline(request, by=by, reason=reason)


def withdraw(request: ExtraHoursRequest, *, by: User) -> None:
    """Presence takes an open request back."""
    require(by, "hours.ask_extra", request)
    with timeline.changing(request.rollout, even_closed=True) as rollout:
        request = _settle(_open_request(request), by, ExtraHoursRequest.State.WITHDRAWN, "")
        timeline.record(rollout, events.ExtraWithdrawn(number=request.number), by, party=PartyRole.PRESENCE)


def contest(line: Line, *, by: User, text: str) -> Contest:
    """The client disagrees with a line, while its month is open or within 30 days after it was closed."""
    rollout = line.entry.rollout
    require(by, "hours.contest", rollout)
    text = _required_text(text)
    with timeline.changing(rollout, even_closed=True) as rollout:
        same_place = Line.objects.filter(entry=line.entry_id, position=line.position, hour_class=line.hour_class)
        line_now = same_place.select_related("entry", "statement").first()
        if line_now is None:
            raise Refusal(
                _("Este apontamento mudou enquanto você o lia, e esta linha não existe mais. Atualize a página.")
            )
        line = line_now
        if not agreement.is_contestable(line):
            raise Refusal(
                _("O prazo para contestar terminou: são %(days)d dias depois do fechamento do mês.")
                % {"days": agreement.CONTEST_DAYS}
            )
        if rollout.contests.filter(entry=line.entry, hour_class=line.hour_class, state=Contest.State.OPEN).exists():
            raise Refusal(_("Esta linha já está contestada; escreva na contestação aberta."))
        contest = Contest.objects.create(
            rollout=rollout,
            number=numbering.next_number(rollout, rollout.contests),
            entry=line.entry,
            hour_class=line.hour_class,
            line=line if line.statement_id else None,
            content=agreement.part(line.entry, line.hour_class),
            opened_by=by,
        )
        ContestMessage.objects.create(contest=contest, author=by, party=PartyRole.CLIENT, text=text)
        event = events.Contested(number=contest.number, entry=line.entry.number, hour_class=HourClass(line.hour_class))
        timeline.record(rollout, event, by, party=PartyRole.CLIENT)
        return contest


def write(contest: Contest, *, by: User, text: str) -> ContestMessage:
    """One more message of an open contest; the answer is then awaited from the other side."""
    require(by, "hours.write_in_contest", contest)
    text = _required_text(text)
    with timeline.changing(contest.rollout, even_closed=True) as rollout:
        contest = _open_contest(contest)
        party = PartyRole.CLIENT if PartyRole.CLIENT in rollout.roles_of(by) else PartyRole.PRESENCE
        message = ContestMessage.objects.create(contest=contest, author=by, party=party, text=text)
        contest.waits_for = PartyRole.PRESENCE if party == PartyRole.CLIENT else PartyRole.CLIENT
        contest.since = clock.now()
        contest.save(update_fields=["waits_for", "since"])
        timeline.record(rollout, events.ContestAnswered(number=contest.number), by, party=party)
        return message


def resolve(contest: Contest, *, by: User, corrected: bool, text: str) -> None:
    """Presence's decision, with its words to the client: the part is kept, or it was corrected.

    Corrected means that the entry was edited, deleted or adjusted since it was contested.
    """
    require(by, "hours.resolve_contest", contest)
    text = _required_text(text)
    with timeline.changing(contest.rollout, even_closed=True) as rollout:
        contest = _open_contest(contest)
        refuse_both_halves(by, contest.opened_by_id, *_authors(contest, PartyRole.CLIENT))
        if corrected and not agreement.was_corrected(contest):
            raise Refusal(
                _("Nada mudou neste apontamento. Corrija-o, ou ajuste-o se o mês está fechado, e depois resolva.")
            )
        ContestMessage.objects.create(contest=contest, author=by, party=PartyRole.PRESENCE, text=text)
        if corrected:
            contest.correction = agreement.correction_of(contest)
        _resolve(contest, by, Contest.State.CORRECTED if corrected else Contest.State.UPHELD)
        outcome = events.ContestCorrected if corrected else events.ContestKept
        event = outcome(number=contest.number, entry=contest.entry.number)
        timeline.record(rollout, event, by, party=PartyRole.PRESENCE)


def withdraw_contest(contest: Contest, *, by: User) -> None:
    """The client is satisfied, or changed its mind."""
    require(by, "hours.contest", contest)
    with timeline.changing(contest.rollout, even_closed=True) as rollout:
        contest = _open_contest(contest)
        refuse_both_halves(by, *_authors(contest, PartyRole.PRESENCE))
        _resolve(contest, by, Contest.State.WITHDRAWN)
        timeline.record(rollout, events.ContestWithdrawn(number=contest.number), by, party=PartyRole.CLIENT)


def reply(contest: Contest, *, by: User, satisfied: bool, text: str = "") -> None:
    """The client's answer as one form asks: ``withdraw_contest`` or ``write``."""
    if satisfied:
        withdraw_contest(contest, by=by)
    else:
        write(contest, by=by, text=text)


def _answer(
    request: ExtraHoursRequest,
    by: User,
    state: str,
    note: str,
    answered: type[events.ExtraApproved] | type[events.ExtraDeclined],
) -> None:
    require(by, "hours.answer_extra", request)
    refuse_both_halves(by, request.sent_by_id)
    with timeline.changing(request.rollout, even_closed=True) as rollout:
        request = _open_request(request)
        request.client_since = queries.when_client_came(rollout)
        request = _settle(request, by, state, note)
        timeline.record(rollout, answered(**_described(request)), by, party=PartyRole.CLIENT)


def _described(request: ExtraHoursRequest) -> dict[str, Any]:
    """What the events of a request keep of it."""
    return {"number": request.number, "activity": Activity(request.activity), "duration": request.minutes}


def _open_request(request: ExtraHoursRequest) -> ExtraHoursRequest:
    request = ExtraHoursRequest.objects.get(pk=request.pk)
    if not request.is_open:
        raise Refusal(_("Este pedido já foi respondido: %(state)s.") % {"state": request.get_state_display().lower()})
    return request


def _settle(request: ExtraHoursRequest, by: User, state: str, note: str) -> ExtraHoursRequest:
    request.state, request.note, request.answered_by, request.answered_at = state, note, by, clock.now()
    request.save(update_fields=["state", "note", "answered_by", "answered_at", "client_since"])
    return request


def _open_contest(contest: Contest) -> Contest:
    contest = Contest.objects.select_related("entry").get(pk=contest.pk)
    if not contest.is_open:
        raise Refusal(
            _("Esta contestação já foi resolvida: %(state)s.") % {"state": contest.get_state_display().lower()}
        )
    return contest


def _authors(contest: Contest, party: str) -> list[int]:
    """The keys of the people who wrote for ``party`` in ``contest``."""
    return list(contest.messages.filter(party=party).values_list("author", flat=True))


def _resolve(contest: Contest, by: User, state: str) -> None:
    contest.state, contest.resolved_by, contest.resolved_at = state, by, clock.now()
    contest.save(update_fields=["state", "resolved_by", "resolved_at", "correction"])


def _required_text(text: str) -> str:
    if not text.strip():
        raise Invalid(_("Escreva a mensagem."), field="text")
    return text.strip()
