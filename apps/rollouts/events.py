"""What can happen to a rollout as a whole. What happens within a stage is in that stage's own app."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.core.background import work
from apps.core.events import EventData
from apps.core.localized import Localized
from apps.core.process import Gate, PartyRole, Stage

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def title_of_work(name: str) -> "StrOrPromise":
    """The title of a kind of background work; its name where there is no such kind any more."""
    kind = work.jobs().get(name)
    return kind.title if kind else name


def shown_plan(days: dict[str, str]) -> str:
    """The planned first day of stages, as ``Treinamento 24/09/2026, Homologação 01/10/2026``: in the order of the process,
    which the database does not keep."""
    return ", ".join(
        f"{stage.label} {date_format(date.fromisoformat(days[stage]), 'SHORT_DATE_FORMAT')}"
        for stage in Stage
        if stage in days
    )


Plan = Annotated[dict[str, str], shown_plan]


class Created(
    EventData, kind="rollouts.created", sentence=_("abriu o projeto com a plataforma %(platform)s"), icon="rocket"
):
    platform: str


class Advanced(EventData, kind="rollouts.advanced", sentence=_("passou o projeto para %(stage)s"), icon="arrow-right"):
    stage: Stage
    gate: Gate


class SentBack(
    EventData, kind="rollouts.sent_back", sentence=_("devolveu o projeto para %(stage)s: %(reason)s"), icon="undo-2"
):
    stage: Stage
    reason: str


class Held(
    EventData,
    kind="rollouts.held",
    sentence=_("pausou o projeto por causa de %(caused_by)s: %(reason)s"),
    icon="pause",
):
    caused_by: PartyRole
    reason: str


class Resumed(EventData, kind="rollouts.resumed", sentence=_("retomou o projeto"), icon="play"):
    """The hold is over."""


class BallPassed(
    EventData,
    kind="rollouts.ball_passed",
    sentence=_("passou a bola para %(holder)s"),
    icon="arrow-right-left",
    settles_nothing=True,
):
    """Nobody acted: time, or something outside the rollout, changed what is open, which is kept already."""

    holder: PartyRole


class Cancelled(EventData, kind="rollouts.cancelled", sentence=_("cancelou o projeto: %(reason)s"), icon="x"):
    reason: str


MACHINE_EVENTS = [event.kind for event in (Advanced, SentBack, Held, Resumed, Cancelled)]
"""Those after which a page that somebody has open may offer what is no longer so."""


class Waived(
    EventData, kind="rollouts.waived", sentence=_("dispensou “%(requirement)s”: %(reason)s"), icon="shield-off"
):
    requirement: Localized
    reason: str
    gate: Gate


class Unwaived(
    EventData, kind="rollouts.unwaived", sentence=_("retirou a dispensa de “%(requirement)s”"), icon="shield"
):
    requirement: Localized


class Assumed(EventData, kind="rollouts.taken", sentence=_("ficou com “%(requirement)s”"), icon="hand"):
    """``to`` is the key of the account of who takes care of it now."""

    requirement: Localized
    to: int


class Handed(EventData, kind="rollouts.handed", sentence=_("passou “%(requirement)s” a um colega"), icon="user-check"):
    """``to`` is the key of the colleague's account."""

    requirement: Localized
    to: int


class LetGo(EventData, kind="rollouts.let_go", sentence=_("deixou “%(requirement)s” sem responsável"), icon="user-x"):
    requirement: Localized


class PlanChanged(
    EventData, kind="rollouts.plan_changed", sentence=_("mudou o plano: %(dates)s"), icon="calendar-range"
):
    """``dates`` gives the new first day of each stage that changed."""

    dates: Plan


class PlanChangedFor(
    EventData,
    kind="rollouts.plan_changed_for",
    sentence=_("mudou o plano: %(dates)s. Motivo: %(reason)s"),
    icon="calendar-range",
):
    dates: Plan
    reason: str


class DateConfirmed(
    EventData,
    kind="rollouts.date_confirmed",
    sentence=_("confirmou a data: %(meeting)s, %(when)s"),
    icon="calendar-check",
):
    meeting: Localized
    when: datetime


class DateDeclined(
    EventData,
    kind="rollouts.date_declined",
    sentence=_("pediu outra data: %(meeting)s, %(when)s. %(reason)s"),
    icon="calendar-x",
):
    meeting: Localized
    when: datetime
    reason: str


class TriedAgain(
    EventData, kind="rollouts.tried_again", sentence=_("pediu uma nova tentativa: %(work)s"), icon="rotate-cw"
):
    """``work`` is the kind of background work."""

    work: Annotated[str, title_of_work]
