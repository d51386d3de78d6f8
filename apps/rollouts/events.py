"""What can happen to a rollout as a whole. What happens within a stage is in that stage's own app."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.core.background import work
from apps.core.events import EventData, Notice
from apps.core.localized import Localized
from apps.core.process import Gate, PartyRole, Stage
from apps.rollouts import audiences

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


class Credentials(models.TextChoices):
    """What becomes of the credentials in the vault when a company leaves a rollout."""

    PURGE = "purge", _("As credenciais guardadas são destruídas e pedidas de novo")
    HAND_OVER = "hand_over", _("As credenciais guardadas ficam, e a nova empresa as assume")


class ProjectField(models.TextChoices):
    """What of a rollout's data may be corrected."""

    SCOPE = "scope", _("o escopo")
    TARGET_DATE = "target_date", _("a entrada em produção prevista")


class Created(
    EventData, kind="rollouts.created", sentence=_("abriu o projeto com a plataforma %(platform)s"), icon="rocket"
):
    platform: str


class Advanced(EventData, kind="rollouts.advanced", sentence=_("passou o projeto para %(stage)s"), icon="arrow-right"):
    """``plan`` is the first day of each stage as it was planned when development began: what a delay is measured against."""

    stage: Stage
    gate: Gate
    plan: Plan | None = None


class SentBack(
    EventData,
    kind="rollouts.sent_back",
    sentence=_("devolveu o projeto para %(stage)s: %(reason)s"),
    icon="undo-2",
    changes_every_page=True,
    notice=Notice(
        to=audiences.the_four,
        subject=_("%(code)s: o projeto voltou para %(stage)s"),
        sentence=_("%(who)s %(what)s."),
        url=audiences.project,
    ),
):
    stage: Stage
    reason: str


class Reopened(
    EventData,
    kind="rollouts.reopened",
    sentence=_("reabriu o projeto em %(stage)s: %(reason)s"),
    icon="rotate-ccw",
    changes_every_page=True,
    notice=Notice(
        to=audiences.the_four,
        subject=_("%(code)s: o projeto foi reaberto"),
        sentence=_("%(who)s %(what)s."),
        url=audiences.project,
    ),
):
    """A completed rollout is open again, within its guarantee time. ``manager`` is the key of who manages it since, where who
    did has left."""

    stage: Stage
    reason: str
    manager: int | None = None


class Continued(
    EventData,
    kind="rollouts.continued",
    sentence=_("abriu a fase seguinte deste projeto: %(following)s"),
    icon="git-branch",
):
    """``following`` is the code of the new rollout."""

    following: str


class Imported(
    EventData,
    kind="rollouts.imported",
    sentence=_("trouxe o projeto de fora já em %(stage)s; as passagens anteriores não foram verificadas aqui"),
    icon="upload",
    changes_every_page=True,
):
    """A rollout that began elsewhere was taken over at ``stage``; nobody verified the ``gates`` behind it here."""

    stage: Stage
    gates: list[Gate]


class Copied(
    EventData,
    kind="rollouts.copied",
    sentence=_("preparou este projeto a partir de %(source)s"),
    icon="copy",
):
    """``source`` is the code of the rollout from which it was prepared; ``parts`` were taken over (``copies.Part``)."""

    source: str
    parts: list[str]


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


MACHINE_EVENTS = [event.kind for event in (Advanced, SentBack, Reopened, Held, Resumed, Cancelled)]
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


class Corrected(
    EventData,
    kind="rollouts.corrected",
    sentence=_("corrigiu %(what)s: %(reason)s"),
    icon="pencil",
    notice=Notice(
        to=audiences.the_four,
        subject=_("%(code)s: os dados do projeto foram corrigidos"),
        sentence=_("%(who)s %(what)s."),
        url=audiences.project,
    ),
):
    """What the data of the rollout were before (``scope_before``, ``target_before``) and are now, of what changed."""

    what: list[ProjectField]
    reason: str
    scope_before: str | None = None
    scope: str | None = None
    target_before: date | None = None
    target: date | None = None


class HandedOver(
    EventData,
    kind="rollouts.handed_over",
    sentence=_("passou o projeto a outro gerente da Presence: %(reason)s"),
    icon="user-check",
    notice=Notice(
        to=audiences.new_and_former_manager,
        subject=_("%(code)s: o projeto mudou de gerente"),
        sentence=_("O projeto passou a outra pessoa da Presence. Motivo: %(reason)s."),
        url=audiences.project,
        says_who=True,
    ),
):
    """``before`` and ``to`` are the keys of the accounts of the project managers."""

    before: int
    to: int
    reason: str


class AnalystAssigned(
    EventData,
    kind="rollouts.analyst_assigned",
    sentence=_("incluiu um analista da Presence no projeto"),
    icon="user-plus",
    notice=Notice(
        to=audiences.person_of_event,
        subject=_("%(code)s: você é analista deste projeto"),
        sentence=_("O projeto está entre os seus: o que ele espera da Presence aparece na sua página inicial."),
        url=audiences.project,
        says_who=True,
    ),
):
    """``person`` is the key of the analyst's account."""

    person: int


class AnalystRemoved(
    EventData,
    kind="rollouts.analyst_removed",
    sentence=_("retirou um analista da Presence do projeto"),
    icon="user-minus",
    notice=Notice(
        to=audiences.person_of_event,
        subject=_("%(code)s: você não é mais analista deste projeto"),
        sentence=_("O projeto saiu da sua página inicial; ele segue com as outras pessoas da Presence."),
        url=audiences.project,
        says_who=True,
    ),
):
    """``person`` is the key of the account of who was the analyst."""

    person: int


class PartyReplaced(
    EventData,
    kind="rollouts.party_replaced",
    sentence=_("trocou a empresa (%(roles)s): %(before)s por %(after)s. %(credentials)s. Motivo: %(reason)s"),
    icon="replace",
    changes_every_page=True,
    notice=Notice(
        to=audiences.the_four_and_who_left,
        subject=_("%(code)s: %(after)s no lugar de %(before)s"),
        sentence=_(
            "%(after)s assume o lugar de %(before)s (%(roles)s). O que já foi entregue, assinado e combinado fica no "
            "registro em nome de quem o fez; o que está em aberto passa à nova empresa."
        ),
        url=audiences.project,
        says_who=True,
        obligatory=True,
        to_outsiders=True,
    ),
):
    """``before`` and ``after`` are the names of the companies, ``former`` is the key of the one that left."""

    roles: list[PartyRole]
    before: str
    after: str
    former: int
    credentials: Credentials
    reason: str


class CompaniesMerged(
    EventData,
    kind="rollouts.companies_merged",
    sentence=_("uniu dois cadastros da mesma empresa: %(merged)s passa a ser %(into)s. Motivo: %(reason)s"),
    icon="merge",
):
    """``merged`` and ``into`` are the names of the records, with their CNPJ."""

    merged: str
    into: str
    reason: str
