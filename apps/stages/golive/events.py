"""What can happen at the go-live: the checklist, the window, incidents, the release and the dossier."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.events import EventData, Notice
from apps.core.localized import Localized
from apps.core.process import PartyRole
from apps.prerequisites.models import Probe
from apps.rollouts.audiences import client_and_manager, owner_and_manager, page, project_manager, the_four
from apps.stages.golive.audiences import (
    the_four_before_the_window,
    the_four_once_all_go,
    whom_the_dossier_concerns,
    window_entry,
)
from apps.stages.golive.models import Incident

CANCELLED = Notice(
    to=the_four_before_the_window,
    subject=_("%(code)s: projeto cancelado, a entrada em produção não acontece"),
    sentence=_("O projeto foi cancelado e a janela de entrada que estava marcada não vale mais."),
    url=page("golive:room", "#janela"),
    calendar_entry=window_entry,
)
"""Of ``rollouts.cancelled``, where a window lies ahead."""


class Because(models.TextChoices):
    """Why the client's confirmation stopped being true."""

    CREDENTIALS = "credentials", _("as credenciais de produção deixaram de ser aceitas")
    ROLLED_BACK = "rolled_back", _("a entrada em produção foi desfeita")
    NO_GO = "no_go", _("uma parte disse que não pode entrar")
    INCIDENT = "incident", _("há um incidente grave em aberto")
    POINT = "point", _("um item da lista foi reaberto")
    COMPANY = "company", _("o cliente do projeto é outra empresa")
    WENT_BACK = "went_back", _("o projeto voltou a uma etapa anterior")


class Checked(EventData, kind="golive.checked", sentence=_("concluiu “%(item)s”"), icon="check"):
    """A point of the checklist is done. Where a probe proves it: its outcome, the HTTP status, when it was made, and the
    number of the delivery that it tried."""

    item: Localized
    note: str
    outcome: Probe.Outcome | None = None
    status: int | None = None
    at: datetime | None = None
    delivery: int | None = None


class Unchecked(EventData, kind="golive.unchecked", sentence=_("reabriu “%(item)s”"), icon="rotate-ccw"):
    item: Localized


class PointReopened(
    EventData,
    kind="golive.point_reopened",
    sentence=_("reabriu “%(item)s”: as credenciais de produção deixaram de ser aceitas"),
    icon="rotate-ccw",
    notice=Notice(
        to=owner_and_manager,
        subject=_("%(code)s: um item da entrada em produção foi reaberto"),
        sentence=_("As credenciais de produção deixaram de ser aceitas; o item que elas provavam está em aberto."),
        url=page("golive:room", "#lista"),
    ),
):
    """``owner`` is the party that has to see to the point."""

    item: Localized
    owner: PartyRole


class ReleaseWithdrawn(
    EventData,
    kind="golive.release_withdrawn",
    sentence=_("A confirmação da operação não assistida deixou de valer: %(because)s"),
    icon="rotate-ccw",
    notice=Notice(
        to=client_and_manager,
        subject=_("%(code)s: a operação não assistida será confirmada de novo"),
        sentence=_("A confirmação deixou de valer: %(because)s."),
        url=page("golive:room", "#liberacao"),
    ),
):
    """Whatever the client had confirmed, and Presence recorded, is asked for anew."""

    because: Because


class Confirmed(EventData, kind="golive.confirmed", sentence=_("confirmou a operação não assistida"), icon="handshake"):
    """The client's word, before Presence records the release."""


class Released(
    EventData,
    kind="golive.released",
    sentence=_("liberou o projeto para operação não assistida"),
    icon="rocket",
):
    """Presence recorded the release."""


class WindowProposed(
    EventData,
    kind="golive.window_proposed",
    sentence=_("propôs entrar em produção a partir de %(start)s (janela %(number)s)"),
    icon="calendar-clock",
    notice=Notice(
        to=the_four,
        subject=_("%(code)s: a sua empresa pode entrar em produção em %(start)s?"),
        sentence=_("A Presence propôs entrar em produção de %(start)s até %(end)s. Responda pela sua empresa."),
        url=page("golive:room", "#janela"),
        calendar_entry=window_entry,
    ),
):
    number: int
    start: datetime
    end: datetime


class Go(
    EventData,
    kind="golive.go",
    sentence=_("respondeu por %(role)s que pode entrar na janela %(number)s"),
    icon="thumbs-up",
    notice=Notice(
        to=the_four_once_all_go,
        subject=_("%(code)s: entrada em produção confirmada pelas quatro partes"),
        sentence=_(
            "As quatro partes disseram que podem entrar na janela %(number)s. O compromisso para a agenda vai em anexo."
        ),
        url=page("golive:room", "#janela"),
        calendar_entry=window_entry,
    ),
):
    """``role`` is the party that answered the window ``number``."""

    number: int
    role: PartyRole
    reason: str


class NoGo(
    EventData,
    kind="golive.no_go",
    sentence=_("respondeu por %(role)s que ainda não pode entrar na janela %(number)s: %(reason)s"),
    icon="thumbs-down",
    notice=Notice(
        to=owner_and_manager,
        subject=_("%(code)s: uma parte ainda não pode entrar em produção"),
        sentence=_("O que falta: %(reason)s."),
        url=page("golive:room", "#janela"),
        calendar_entry=window_entry,
    ),
):
    """``owner`` is the party that has to settle the ``reason``."""

    number: int
    role: PartyRole
    reason: str
    owner: PartyRole


class RolledBack(
    EventData,
    kind="golive.rolled_back",
    sentence=_("desfez a entrada em produção da janela %(number)s: %(reason)s"),
    icon="undo-2",
    notice=Notice(
        to=the_four,
        subject=_("%(code)s: a entrada em produção foi desfeita"),
        sentence=_("A loja saiu de produção: %(reason)s. A Presence vai propor outra janela."),
        url=page("golive:room", "#janela"),
    ),
):
    """``items`` are the points of the checklist that are open again."""

    number: int
    items: list[Localized]
    reason: str


class IncidentNoted(
    EventData,
    kind="golive.incident",
    sentence=_("anotou o incidente %(label)s (%(severity)s), com %(owner)s"),
    icon="siren",
    notice=Notice(
        to=owner_and_manager,
        subject=_("%(code)s: incidente %(label)s em produção"),
        sentence=_("O incidente %(label)s foi anotado com a sua empresa para resolver."),
        url=page("golive:room", "#incidentes"),
    ),
):
    label: str
    severity: Incident.Severity
    owner: PartyRole


class IncidentResolved(
    EventData,
    kind="golive.incident_resolved",
    sentence=_("deu o incidente %(label)s por resolvido"),
    icon="check",
    notice=Notice(
        to=project_manager,
        subject=_("%(code)s: incidente %(label)s resolvido"),
        sentence=_("%(who)s %(what)s."),
        url=page("golive:room", "#incidentes"),
    ),
):
    label: str


class DossierMade(
    EventData,
    kind="golive.dossier",
    sentence=_("Dossiê %(dossier)s do projeto arquivado"),
    icon="archive",
    notice=Notice(
        to=whom_the_dossier_concerns,
        subject=_("%(code)s: o dossiê do projeto está pronto"),
        sentence=_(
            "O projeto foi arquivado (%(dossier)s). Baixe o dossiê na página da entrada em produção: o README diz o que há "
            "nele e o que mudou."
        ),
        url=page("golive:room", "#dossie"),
    ),
    anchored=True,
):
    """``through`` is the last event that the dossier holds; the hashes are those of its two variants; ``anchor`` is the
    number of the sheet on which that event is anchored."""

    dossier: str
    through: int
    sha256: str
    sha256_shared: str
    anchor: int
