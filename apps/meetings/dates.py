"""The date of a meeting as a requirement: the client confirms it, or says why not and Presence proposes another."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.localized import both
from apps.core.process import PartyRole
from apps.core.requirements import Answer, Requirement
from apps.meetings import actions
from apps.meetings.forms import DateAnswerForm
from apps.meetings.models import Meeting


def asked_of(meeting: Meeting, *, key: str, since: datetime, url: str) -> Iterator[Requirement]:
    """What the date of ``meeting`` asks: the client's answer, or another date from Presence. Nothing once it passed."""
    start = meeting.planned_start
    if not meeting.is_planned or start is None or start <= clock.now() or meeting.confirmed_at:
        return

    def what() -> str:
        return f"{meeting}, {date_format(clock.local(start), 'SHORT_DATETIME_FORMAT')}"

    if meeting.objection:
        text = both(_("Propor outra data: %(what)s"), what=what)
        yield Requirement(key, text, PartyRole.PRESENCE, since, url, review=True, until=start)
    else:
        text = both(_("Confirmar a data: %(what)s"), what=what)
        yield Requirement(key, text, PartyRole.CLIENT, since, url, due=clock.day_of(start), until=start)


def answer_to(meeting: Meeting) -> Answer:
    """How the client answers the date of ``meeting`` where the requirement is read."""
    return Answer(
        button=_("Responder"),
        icon="calendar-check",
        permission="meetings.answer_date",
        subject=meeting,
        make_form=DateAnswerForm,
        act=lambda **data: actions.answer_date(meeting, **data),
        help=_("A Presence propôs esta data. Confirme, ou diga quando seria melhor para a sua equipe."),
    )
