"""A date proposed to the client: they confirm it, or say why it does not suit and Presence proposes another."""

from collections.abc import Iterator

from django.conf import settings
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import timeline
from apps.rollouts.access import refuse_both_halves
from apps.rollouts.gates import Requirement
from apps.rollouts.models import Rollout

CONFIRMED = timeline.kind("rollouts.date_confirmed", gettext_lazy("confirmou a data: %(what)s"), "calendar-check")
DECLINED = timeline.kind("rollouts.date_declined", gettext_lazy("pediu outra data: %(what)s. %(reason)s"), "calendar-x")


class Appointment(models.Model):
    """Something of a rollout with a ``scheduled_at``, which the client confirms. A new date asks again.

    ``scheduled_by`` is who at Presence set the date that stands.
    """

    scheduled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    objection = models.TextField(gettext_lazy("por que a data não serve"), blank=True)

    class Meta:
        abstract = True

    def ask_again(self) -> None:
        """Forget the answer: the date changed. Whoever calls this saves."""
        self.confirmed_by = self.confirmed_at = None
        self.objection = ""


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
        what = f"{appointment}, {_shown(appointment)}"
        if suits:
            appointment.confirmed_by, appointment.confirmed_at = by, clock.now()
        else:
            appointment.objection = reason.strip()
        appointment.save(update_fields=["confirmed_by", "confirmed_at", "objection"])
        if suits:
            timeline.record(rollout, CONFIRMED, by, party=PartyRole.CLIENT, what=what)
        else:
            timeline.record(rollout, DECLINED, by, party=PartyRole.CLIENT, what=what, reason=appointment.objection)


def asked_of(rollout: Rollout, appointment, *, key: str, since, url: str) -> Iterator[Requirement]:
    """What the date of ``appointment`` asks: the client's answer, or another date from Presence. Nothing once it passed."""
    if appointment.scheduled_at is None or appointment.scheduled_at <= clock.now() or appointment.confirmed_at:
        return
    what = f"{appointment}, {_shown(appointment)}"
    if appointment.objection:
        text = _("Propor outra data: %(what)s") % {"what": what}
        yield Requirement(key, text, PartyRole.PRESENCE, since, url, review=True)
    else:
        text = _("Confirmar a data: %(what)s") % {"what": what}
        due = clock.day_of(appointment.scheduled_at)
        yield Requirement(key, text, PartyRole.CLIENT, since, url, due=due)


def _shown(appointment) -> str:
    return date_format(clock.local(appointment.scheduled_at), "SHORT_DATETIME_FORMAT")
