"""A date proposed to the client: they confirm it, or say why it does not suit and Presence proposes another."""

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core import clock
from apps.core.localized import both
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.core.requirements import Answer, Requirement
from apps.rollouts import events, timeline
from apps.rollouts.access import refuse_both_halves
from apps.rollouts.forms import DateAnswerForm
from apps.rollouts.models import Appointment, Rollout


def answer(appointment, *, by: User, suits: bool, reason: str = "") -> None:
    """The client's answer to the date of ``appointment``; declining it needs a reason. An answer may be changed while
    the date lies ahead."""
    require(by, "rollouts.answer_date", appointment)
    if not suits and not reason.strip():
        raise Invalid(_("Diga por que a data não serve e quando seria melhor."), field="reason")
    with timeline.changing(appointment.rollout) as rollout:
        appointment = type(appointment).objects.get(pk=appointment.pk)
        if appointment.scheduled_at is None or appointment.scheduled_at <= clock.now():
            raise Refusal(_("Esta data já passou ou foi desmarcada."))
        refuse_both_halves(by, appointment.scheduled_by_id)
        appointment.ask_again()
        when, meeting = appointment.scheduled_at, both("%(meeting)s", meeting=lambda: str(appointment))
        if suits:
            appointment.confirmed_by, appointment.confirmed_at = by, clock.now()
        else:
            appointment.objection = reason.strip()
        appointment.save(update_fields=["confirmed_by", "confirmed_at", "objection"])
        if suits:
            timeline.record(rollout, events.DateConfirmed(meeting=meeting, when=when), by, party=PartyRole.CLIENT)
        else:
            declined = events.DateDeclined(meeting=meeting, when=when, reason=appointment.objection)
            timeline.record(rollout, declined, by, party=PartyRole.CLIENT)


def asked_of(rollout: Rollout, appointment, *, key: str, since, url: str) -> Iterator[Requirement]:
    """What the date of ``appointment`` asks: the client's answer, or another date from Presence. Nothing once it passed."""
    if appointment.scheduled_at is None or appointment.scheduled_at <= clock.now() or appointment.confirmed_at:
        return

    def what() -> str:
        return f"{appointment}, {_shown(appointment)}"

    if appointment.objection:
        text = both(gettext_lazy("Propor outra data: %(what)s"), what=what)
        yield Requirement(key, text, PartyRole.PRESENCE, since, url, review=True, until=appointment.scheduled_at)
    else:
        text = both(gettext_lazy("Confirmar a data: %(what)s"), what=what)
        due = clock.day_of(appointment.scheduled_at)
        yield Requirement(key, text, PartyRole.CLIENT, since, url, due=due, until=appointment.scheduled_at)


def answer_to(appointment: Appointment) -> Answer:
    """How the client answers the date of ``appointment`` where the requirement is read."""
    return Answer(
        button=gettext_lazy("Responder"),
        icon="calendar-check",
        permission="rollouts.answer_date",
        subject=appointment,
        make_form=DateAnswerForm,
        act=lambda **data: answer(appointment, **data),
        help=gettext_lazy("A Presence propôs esta data. Confirme, ou diga quando seria melhor para a sua equipe."),
    )


def _shown(appointment) -> str:
    return date_format(clock.local(appointment.scheduled_at), "SHORT_DATETIME_FORMAT")
