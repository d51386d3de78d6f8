"""What can happen to the hours of a rollout. Durations are minutes, money is centavos."""

from datetime import date
from typing import Annotated, Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.core.events import Centavos, EventData, Minutes, Notice
from apps.core.process import PartyRole
from apps.hours import closing_warnings
from apps.hours.classification import Activity, HourClass
from apps.hours.models import client_statement_code
from apps.rollouts import audiences

the_page = audiences.page("hours:room")


def shown_month(month: str) -> str:
    """``2026-03`` as ``03/2026``."""
    return date_format(date.fromisoformat(f"{month}-01"), "m/Y")


def shown_warnings(warnings: list[dict[str, Any]]) -> str:
    return "; ".join(closing_warnings.describe(warning) for warning in warnings)


Month = Annotated[str, shown_month]
ClientStatementCode = Annotated[int, client_statement_code]
Warnings = Annotated[list[dict[str, Any]], shown_warnings]


class Logged(
    EventData,
    kind="hours.logged",
    sentence=_("apontou %(duration)s de %(activity)s"),
    icon="clock",
    settles_nothing=True,
):
    """``number`` is the entry's within the rollout."""

    number: int
    duration: Minutes
    activity: Activity


class Edited(
    EventData,
    kind="hours.edited",
    sentence=_("corrigiu o apontamento %(number)s para %(duration)s"),
    icon="pencil",
    settles_nothing=True,
):
    number: int
    duration: Minutes
    activity: Activity


class Deleted(
    EventData, kind="hours.deleted", sentence=_("excluiu o apontamento %(number)s: %(reason)s"), icon="trash-2"
):
    number: int
    reason: str


class Adjusted(
    EventData,
    kind="hours.adjusted",
    sentence=_("ajustou o apontamento %(adjusts)s em %(duration)s: %(reason)s"),
    icon="scale",
):
    """``adjusts`` is the number of the closed entry; ``duration`` is negative where time was taken back."""

    adjusts: int
    duration: Minutes
    reason: str


class Attributed(
    EventData,
    kind="hours.attributed",
    sentence=_("atribuiu o apontamento %(adjusts)s (%(duration)s) à %(label)s: %(reason)s"),
    icon="bug",
):
    """``adjusts`` is the number of the closed entry, ``duration`` what it had left, ``label`` that of the nonconformity."""

    adjusts: int
    duration: Minutes
    label: str
    reason: str


class PolicyChanged(
    EventData,
    kind="hours.policy_changed",
    sentence=_("mudou a política de horas a partir de %(effective_from)s"),
    icon="scale",
    notice=Notice(
        to=audiences.leads(PartyRole.CLIENT),
        subject=_("%(code)s: a política de horas mudou"),
        sentence=_("A Presence %(what)s. As franquias e os preços de antes e de agora estão na página."),
        url=audiences.page("hours:policy"),
    ),
):
    """``before`` and ``after`` are the terms of the version that held on the day, and of the new one."""

    number: int
    effective_from: date
    before: dict
    after: dict


class MonthClosed(
    EventData, kind="hours.month_closed", sentence=_("fechou as horas de %(month)s"), icon="lock", anchored=True
):
    """``sha256`` is that of the content of the ``statement`` of this number, ``anchor`` the newest sheet of anchors then;
    ``acknowledged`` are the warnings that whoever closed had read; ``client_statement`` is the number of the client's
    statement, where the month was closed over all of the client's projects."""

    month: Month
    included: Minutes
    billable: Minutes
    free: Minutes
    amount: Centavos
    acknowledged: Warnings | None = None
    statement: int
    sha256: str
    anchor: int
    client_statement: int | None = None


class ClientMonthClosed(
    EventData,
    kind="hours.client_month_closed",
    sentence=_("reuniu as horas de %(month)s dos projetos do cliente no fechamento %(client_statement)s"),
    icon="lock",
    settles_nothing=True,
):
    """On the timeline of one of the projects that the statement gathers, since a mail goes out once. ``sha256`` is that of
    the content of the client's statement of this number."""

    month: Month
    client_statement: ClientStatementCode
    sha256: str


class ExtraRequested(
    EventData,
    kind="hours.extra_requested",
    sentence=_("pediu ao cliente %(duration)s extras de %(activity)s (pedido %(number)s)"),
    icon="hand-coins",
    notice=Notice(
        to=audiences.leads(PartyRole.CLIENT),
        subject=_("%(code)s: a Presence pede aprovação de horas extras"),
        sentence=_(
            "A Presence %(what)s. Aprove ou recuse: sem resposta, o que for feito além do combinado vai ao fechamento como "
            "“sem aprovação”."
        ),
        url=the_page,
    ),
):
    number: int
    activity: Activity
    duration: Minutes


class ExtraApproved(
    EventData,
    kind="hours.extra_approved",
    sentence=_("aprovou %(duration)s extras de %(activity)s (pedido %(number)s)"),
    icon="handshake",
    notice=Notice(
        to=audiences.project_manager,
        subject=_("%(code)s: horas extras aprovadas"),
        sentence=_("%(who)s %(what)s."),
        url=the_page,
    ),
):
    number: int
    activity: Activity
    duration: Minutes


class ExtraDeclined(
    EventData,
    kind="hours.extra_declined",
    sentence=_("recusou %(duration)s extras de %(activity)s (pedido %(number)s)"),
    icon="ban",
    notice=Notice(
        to=audiences.project_manager,
        subject=_("%(code)s: horas extras recusadas"),
        sentence=_("%(who)s %(what)s."),
        url=the_page,
    ),
):
    number: int
    activity: Activity
    duration: Minutes


class ExtraWithdrawn(
    EventData,
    kind="hours.extra_withdrawn",
    sentence=_("retirou o pedido %(number)s de horas extras"),
    icon="undo-2",
    notice=Notice(
        to=audiences.leads(PartyRole.CLIENT),
        subject=_("%(code)s: pedido de horas extras retirado"),
        sentence=_("A Presence %(what)s. Não é preciso responder."),
        url=the_page,
    ),
):
    number: int


class Contested(
    EventData,
    kind="hours.contested",
    sentence=_("contestou o apontamento %(entry)s (contestação %(number)s)"),
    icon="message-circle-warning",
    notice=Notice(
        to=audiences.project_manager,
        subject=_("%(code)s: um apontamento foi contestado"),
        sentence=_("%(who)s %(what)s."),
        url=the_page,
    ),
):
    """``entry`` is the number of the entry, ``hour_class`` the class of the part that the client disagrees with."""

    number: int
    entry: int
    hour_class: HourClass


class ContestAnswered(
    EventData,
    kind="hours.contest_answered",
    sentence=_("respondeu na contestação %(number)s"),
    icon="message-circle",
    notice=Notice(
        to=audiences.other_side,
        subject=_("%(code)s: resposta em uma contestação de horas"),
        sentence=_("%(who)s %(what)s."),
        url=the_page,
    ),
):
    number: int


contest_resolved = Notice(
    to=audiences.everybody(PartyRole.CLIENT),
    subject=_("%(code)s: uma contestação de horas foi resolvida"),
    sentence=_("A Presence %(what)s."),
    url=the_page,
)


class ContestKept(
    EventData,
    kind="hours.contest_kept",
    sentence=_("manteve o apontamento %(entry)s (contestação %(number)s)"),
    icon="gavel",
    notice=contest_resolved,
):
    number: int
    entry: int


class ContestCorrected(
    EventData,
    kind="hours.contest_corrected",
    sentence=_("resolveu a contestação %(number)s com a correção do apontamento %(entry)s"),
    icon="check",
    notice=contest_resolved,
):
    number: int
    entry: int


class ContestWithdrawn(
    EventData, kind="hours.contest_withdrawn", sentence=_("retirou a contestação %(number)s"), icon="undo-2"
):
    number: int
