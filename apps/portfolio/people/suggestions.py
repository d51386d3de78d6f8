"""Who has room for a new project: Presence's people by how much of their next weeks is taken, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.companies.models import Role
from apps.core import minutes, moments
from apps.core.database.unaccented import name_key
from apps.portfolio.people import load
from apps.portfolio.people.load import PersonLoad

WEEKS_AHEAD = 4
"""By so many weeks people are compared."""
MOST_SHOWN = 5


@dataclass(frozen=True)
class Suggestion:
    """A person, and in a sentence why they stand where they stand."""

    name: str
    role: str
    reason: str


def for_new_project() -> list[list[Suggestion]]:
    """Who could manage a new project, then who could analyse it: those with least to do first."""
    people = load.of_everybody()
    managers = [person for person in people if person.membership.role != Role.ANALYST]
    analysts = [person for person in people if person.membership.role == Role.ANALYST]
    return [in_order(group) for group in (managers, analysts) if group]


def in_order(people: Sequence[PersonLoad]) -> list[Suggestion]:
    """The first of ``people`` by the share of their next weeks that is taken, then by how many projects they have; who is
    away all the time comes last."""
    return [_suggestion(person) for person in sorted(people, key=_place)[:MOST_SHOWN]]


def _place(person: PersonLoad) -> tuple[float, int, str]:
    planned, capacity = _sums(person)
    share = planned / capacity if capacity else float("inf")
    return share, person.projects, name_key(person.name)


def _sums(person: PersonLoad) -> tuple[int, int]:
    weeks = person.weeks[:WEEKS_AHEAD]
    return sum(week.total for week in weeks), sum(week.capacity for week in weeks)


def _suggestion(person: PersonLoad) -> Suggestion:
    planned, capacity = _sums(person)
    parts = [
        _("%(taken)s de %(capacity)s nas próximas %(weeks)d semanas")
        % {"taken": minutes.show(planned), "capacity": minutes.show(capacity), "weeks": WEEKS_AHEAD},
        ngettext("%(count)d projeto aberto", "%(count)d projetos abertos", person.projects)
        % {"count": person.projects},
    ]
    parts += [
        _("ausente de %(first)s a %(last)s")
        % {"first": moments.show_day(absence.first), "last": moments.show_day(absence.last)}
        for absence in person.absences
    ]
    return Suggestion(person.name, str(person.membership.get_role_display()), ", ".join(parts))
