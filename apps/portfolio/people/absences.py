"""Days on which somebody of Presence is away: entered by themselves or by a manager, seen by their colleagues."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.models import Kind, Membership
from apps.core import clock, moments
from apps.core.refusals import Invalid, Refusal, require
from apps.meetings.models import Meeting
from apps.portfolio.models import Absence, Capacity

LONGEST = timedelta(days=366)
STAYS = timedelta(days=90)
"""So long after its last day an absence is dropped."""


def enter(person: User, *, by: User, first: date, last: date) -> Absence:
    """``person`` is away from ``first`` through ``last``. Raises ``Invalid`` for days that end before they begin, are over or
    are more than ``LONGEST``, and where one of them is entered already; ``Refusal`` for who is not of Presence."""
    require(by, "portfolio.enter_absence", person)
    if last < first:
        raise Invalid(_("O último dia vem antes do primeiro."), field="last")
    if last < clock.today():
        raise Invalid(_("Estes dias já passaram."), field="last")
    if last - first > LONGEST:
        raise Invalid(_("Uma ausência vai até um ano."), field="last")
    with transaction.atomic():
        _lock(person)
        if other := Absence.objects.filter(person=person, first__lte=last, last__gte=first).first():
            days = {"first": moments.show_day(other.first), "last": moments.show_day(other.last)}
            raise Invalid(_("Já há uma ausência de %(first)s a %(last)s.") % days, field="first")
        return Absence.objects.create(person=person, first=first, last=last, entered_by=by, entered_at=clock.now())


def remove(absence: Absence, *, by: User) -> None:
    """Take back an absence. One that is gone already stays gone."""
    require(by, "portfolio.enter_absence", absence.person)
    Absence.objects.filter(pk=absence.pk).delete()


def set_capacity(membership: Membership, *, by: User, minutes: int | None) -> None:
    """How many minutes a week the person of ``membership`` has for projects; None for the default. Raises ``Invalid`` for
    more than a week of work has."""
    require(by, "portfolio.set_capacity")
    if minutes is None:
        Capacity.objects.filter(person=membership.user_id).delete()
        return
    if not 0 <= minutes <= 60 * 60:
        raise Invalid(_("Informe de 0 a 60 horas por semana."), field="minutes")
    Capacity.objects.update_or_create(person_id=membership.user_id, defaults={"minutes": minutes})


def visible_to(user: User) -> QuerySet[Absence]:
    """Those that ``user`` may change: their own; of everybody at Presence for its managers. None of days that are over."""
    ahead = Absence.objects.filter(last__gte=clock.today()).select_related("person", "entered_by")
    return ahead if user.has_perm("portfolio.set_capacity") else ahead.filter(person=user)


def ahead_of(people: Collection[int], through: date) -> QuerySet[Absence]:
    """Those of ``people`` (keys of accounts) that are not over and begin by ``through``."""
    rows = Absence.objects.filter(person__in=people, last__gte=clock.today(), first__lte=through)
    return rows.select_related("person")


def against(meeting: Meeting) -> Iterator[str]:
    """Who of those on the list of ``meeting``, or its leader, is away on its day: a sentence each."""
    day = clock.day_of(meeting.starts_at)
    listed = meeting.attendees.filter(person__user__isnull=False).values("person__user")
    away = Absence.objects.filter(first__lte=day, last__gte=day).select_related("person")
    for absence in away.filter(person__in=listed) | away.filter(person=meeting.led_by_id):
        yield _("%(who)s está ausente de %(first)s a %(last)s.") % {
            "who": absence.person,
            "first": moments.show_day(absence.first),
            "last": moments.show_day(absence.last),
        }


def expire() -> int:
    """Drop what was over ``STAYS`` ago; how many."""
    return Absence.objects.filter(last__lt=clock.today() - STAYS).delete()[0]


def _lock(person: User) -> None:
    """Two who enter days of one person wait for each other."""
    places = Membership.objects.select_for_update(of=("self",), no_key=True)
    if places.filter(user=person, company__kind=Kind.PRESENCE).first() is None:
        raise Refusal(_("Só se registram ausências de quem é da Presence."))
