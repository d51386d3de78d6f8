"""Which events are told to whom, and in which words: one table. docs/notices.md says how to add a line.

The kinds stand here by name, so that nothing below needs to know of notices and a kind that nobody records is simply never
told of.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import plugins
from apps.core.events import Notice
from apps.core.exports.calendar import Entry
from apps.core.numbers import whole_number
from apps.rollouts.audiences import page as room
from apps.rollouts.audiences import people_of, project_manager
from apps.rollouts.models import Event
from apps.stages.homologation.models import Nonconformity

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Audience = Callable[[Event], Iterable[User]]
Place = Callable[[Event], str]
Agenda = Callable[[Event], Entry | None]


@dataclass(frozen=True)
class Told:
    """A kind of event that is told. ``subject`` and ``sentence`` may name keys of the event's data as ``%(key)s``, besides
    ``code`` (the project's), ``item`` in the reader's language, ``who`` acted and ``what`` they did, as the timeline says it.

    ``says_who``: the message names who acted and their role. ``obligatory``: nobody can switch it off. ``agenda``: the entry
    that the message brings for the reader's calendar, as it stands when it is sent.
    """

    to: Audience
    subject: "StrOrPromise"
    sentence: "StrOrPromise"
    place: Place
    says_who: bool = False
    obligatory: bool = False
    agenda: Agenda | None = None

    @property
    def url(self) -> Place:
        return self.place

    @property
    def calendar_entry(self) -> Agenda | None:
        return self.agenda


_told: dict[str, Told] = {}


def tell(
    kind: str,
    *,
    to: Audience,
    subject: "StrOrPromise",
    sentence: "StrOrPromise",
    place: Place,
    agenda: Agenda | None = None,
    **more: bool,
) -> None:
    _told[kind] = Told(to, subject, sentence, place, agenda=agenda, **more)


def names() -> list[str]:
    """The kinds of events that give a notice."""
    return [*plugins.notices(), *_told]


def of(event: Event) -> "Told | Notice":
    return plugins.notices().get(event.kind) or _told[event.kind]


# --- To whom ------------------------------------------------------------------------------------------


def nonconformity_of(event: Event) -> Nonconformity | None:
    """The nonconformity that the event is about, by its label."""
    number = str(event.data.get("label", "")).removeprefix("NC-")
    return Nonconformity.objects.filter(rollout=event.rollout_id, number=whole_number(number)).first()


def mender(event: Event) -> Iterable[User]:
    """The company that owes the correction."""
    found = nonconformity_of(event)
    return people_of(event.rollout, found.owner) if found else []


def mender_and_manager(event: Event) -> Iterable[User]:
    return [*mender(event), *project_manager(event)]


# --- Where ----------------------------------------------------------------------------------------------


def nonconformity_place(event: Event) -> str:
    found = nonconformity_of(event)
    if found is None:
        return room("homologation:room")(event)
    return reverse("homologation:nonconformity", args=[event.rollout_id, found.number])


# --- The table -------------------------------------------------------------------------------------------

tell(
    "homologation.failure",
    to=mender,
    subject=_("%(code)s: %(label)s aberta para a sua empresa corrigir"),
    sentence=_("O caso %(case)s da homologação falhou: %(title)s."),
    place=nonconformity_place,
)
tell(
    "homologation.fixed",
    to=mender_and_manager,
    subject=_("%(code)s: %(label)s corrigida, falta verificar"),
    sentence=_("A %(label)s foi corrigida na versão %(version)s. Falta verificar."),
    place=nonconformity_place,
)
tell(
    "homologation.reopened",
    to=mender,
    subject=_("%(code)s: %(label)s reaberta"),
    sentence=_("A correção da %(label)s não resolveu: %(reason)s."),
    place=nonconformity_place,
)
tell(
    "homologation.nonconformity_comment",
    to=mender_and_manager,
    subject=_("%(code)s: nova mensagem sobre a %(label)s"),
    sentence=_("Há uma nova mensagem na discussão da %(label)s."),
    place=nonconformity_place,
)
