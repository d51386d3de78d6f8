"""Propose when to go live, and say go or no-go."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import numbering, timeline
from apps.rollouts.access import refuse_both_halves, refuse_two_companies
from apps.rollouts.models import Rollout
from apps.stages.golive import days, events, queries, setbacks
from apps.stages.golive.actions import refuse_outside_golive
from apps.stages.golive.models import Release, Window, WindowAnswer

LONGEST = timedelta(hours=72)


def propose(rollout: Rollout, *, by: User, starts_at: datetime, ends_at: datetime, reason: str = "") -> Window:
    """Propose a window, in place of the one before; each party is asked anew.

    Its days are those of the installation's time zone. Raises ``Invalid`` (422) for a time that is past or longer than three
    days, for a day without work, and for a day with a warning (``days.WARNINGS``) without a reason.
    """
    require(by, "golive.propose", rollout)
    with timeline.changing(rollout) as rollout:
        refuse_outside_golive(rollout)
        _refuse_released(rollout)
        if starts_at <= clock.now():
            raise Invalid(_("A janela precisa começar no futuro."), field="starts_at")
        if not timedelta() < ends_at - starts_at <= LONGEST:
            raise Invalid(_("A janela termina depois de começar e dura no máximo três dias."), field="ends_at")
        first, last = clock.day_of(starts_at), clock.day_of(ends_at)
        if closed := days.without_work(first, last):
            listed = ", ".join(f"{day:%d/%m/%Y}" for day in closed)
            raise Invalid(
                _("%(days)s é fim de semana ou feriado nacional. Escolha dias úteis.") % {"days": listed},
                field="starts_at",
            )
        warnings = days.warnings(first, last)
        if warnings and not reason.strip():
            against = "; ".join(str(days.WARNINGS[key]) for key in warnings)
            raise Invalid(
                _("A data %(against)s. Escolha outra ou diga por que vale a pena.") % {"against": against},
                field="reason",
            )
        window = Window.objects.create(
            rollout=rollout,
            number=numbering.next_number(rollout, rollout.golive_windows),
            starts_at=starts_at,
            ends_at=ends_at,
            warnings=warnings,
            reason=reason.strip(),
            proposed_by=by,
        )
        proposed = events.WindowProposed(number=window.number, start=starts_at, end=ends_at)
        timeline.record(rollout, proposed, by)
        return window


def answer(window: Window, *, role: str, by: User, answer: str, reason: str = "", owner: str = "") -> WindowAnswer:
    """Say go or no-go for the party ``role``; it may change its answer until the window is over.

    A no-go needs a reason and the party that has to settle it, Presence when none is named.
    """
    require(by, "golive.answer", WindowAnswer(window=window, role=role))
    with timeline.changing(window.rollout) as rollout:
        refuse_outside_golive(rollout)
        _refuse_released(rollout)
        newest = queries.window_in_force(rollout)
        if newest is None or newest.pk != window.pk:
            raise Refusal(_("A Presence propôs outra janela. Responda à mais nova."))
        if newest.is_over:
            raise Refusal(_("Esta janela já passou. Peça outra à Presence."))
        if role != PartyRole.PRESENCE:
            refuse_both_halves(by, newest.proposed_by_id)
        refuse_two_companies(rollout, by, role, newest.answers.values_list("role", "by"))
        refused = answer == WindowAnswer.Answer.NO_GO
        if refused and not reason.strip():
            raise Invalid(_("Diga o que falta para poder entrar."), field="reason")
        seat = WindowAnswer.objects.filter(window=newest, role=role).first() or WindowAnswer(window=newest, role=role)
        reply = (answer, reason.strip(), (owner or PartyRole.PRESENCE.value) if refused else "")
        if seat.pk and reply == (seat.answer, seat.reason, seat.owner):
            raise Refusal(_("A sua empresa já deu esta resposta."))
        seat.answer, seat.reason, seat.owner = reply
        seat.by, seat.at = by, clock.now()
        seat.save()
        answered: events.NoGo | events.Go
        if refused:
            answered = events.NoGo(
                number=newest.number, role=PartyRole(role), reason=seat.reason, owner=PartyRole(seat.owner)
            )
        else:
            answered = events.Go(number=newest.number, role=PartyRole(role), reason=seat.reason)
        timeline.record(rollout, answered, by, party=role)
        if refused:
            setbacks.withdraw_release(rollout, events.Because.NO_GO, by)
        return seat


def _refuse_released(rollout: Rollout) -> None:
    if Release.objects.filter(rollout=rollout, recorded_at__isnull=False).exists():
        raise Refusal(_("A liberação já foi registrada."))
