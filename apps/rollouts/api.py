"""The REST router of rollouts; ``apps/api`` mounts it. It answers from the same queries as the pages."""

from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from apps.core.web import rest
from apps.rollouts import queries, timeline
from apps.rollouts.anchors import anchoring
from apps.rollouts.models import OpenRequirement, Rollout

router = Router(tags=["rollouts"])

EVENTS = 500
"""The most events of one answer."""
ROLLOUTS = 100
"""The most rollouts of one answer."""


class PartyOut(Schema):
    role: str
    company: str
    cnpj: str

    @staticmethod
    def resolve_company(party) -> str:
        return party.company.legal_name

    @staticmethod
    def resolve_cnpj(party) -> str:
        return party.company.cnpj


class RolloutOut(Schema):
    """``version`` is the sequence number of the timeline's last event; instants are UTC."""

    id: int
    code: str
    title: str
    platform: str
    stage: str
    on_hold: bool
    holder: str
    holder_since: datetime
    version: int
    started_at: datetime
    closed_at: datetime | None
    target_date: date | None
    parties: list[PartyOut]

    @staticmethod
    def resolve_platform(rollout) -> str:
        return rollout.platform.name

    @staticmethod
    def resolve_on_hold(rollout) -> bool:
        return rollout.open_hold is not None

    @staticmethod
    def resolve_parties(rollout) -> list:
        return list(rollout.parties.all())


class RequirementOut(Schema):
    """Something that keeps the gate closed; ``owed_by`` is a party role, ``url`` leads to the form that settles it."""

    key: str
    text: str
    owed_by: str
    since: datetime
    url: str
    waivable: bool
    waived: bool

    @staticmethod
    def resolve_text(requirement: OpenRequirement) -> str:
        return str(requirement.text)

    @staticmethod
    def resolve_waived(requirement: OpenRequirement) -> bool:
        return requirement.waiver is not None


class EventOut(Schema):
    """An event by its place in the chain; ``hash`` is over all of it, its data included, and ``previous`` the one before."""

    sequence: int
    kind: str
    party: str
    at: datetime
    previous: str
    hash: str


class AnchorOut(Schema):
    """What proves an event of the timeline without this installation: ``line`` is on ``sheet`` by its digest, and ``seal``
    (CMS, DER, base64) is Presence's over the canonical JSON of ``sheet``."""

    line: dict[str, Any]
    sheet: dict[str, Any]
    seal: str


class TimelineOut(Schema):
    """``version`` and ``head`` are number and hash of the last event, ``anchor`` the newest signed head; ``next`` is what
    ``after`` takes for the events behind these."""

    rollout: str
    version: int
    head: str
    anchor: AnchorOut | None
    events: list[EventOut]
    next: int | None


class GateOut(Schema):
    gate: str | None
    open: bool
    requirements: list[RequirementOut]


def visible(request: HttpRequest, rollout_id: int) -> Rollout:
    """The rollout, as far as it exists for who asks (404 otherwise); the routers of the rooms take it from here."""
    return get_object_or_404(Rollout.objects.visible_to(request.user), pk=rollout_id)


@router.get("/", response=list[RolloutOut], summary="Rollouts you may see")
@rest.scope(rest.Scope.READ)
@rest.words(
    _("Projetos que você vê"),
    _(
        "Com um token, só o projeto dele. Até 100 por vez, do mais novo ao mais antigo; o cabeçalho Link traz o "
        "endereço dos seguintes."
    ),
    after=_("Só os projetos depois deste (o id do último da resposta anterior)."),
)
def list_rollouts(
    request: HttpRequest,
    response: HttpResponse,
    situation: str = "all",
    stage: str = "",
    holder: str = "",
    after: int = 0,
):
    """At most 100 at once, the newest first. Where there are more, the header ``Link`` has the address of those that follow
    (``rel="next"``): ``after`` is the id of the last one of the answer before."""
    rollouts = queries.listing(request.user, situation=situation, stage=stage, holder=holder)
    if after:
        last = get_object_or_404(Rollout.objects.visible_to(request.user), pk=after)
        rollouts = rollouts.filter(Q(started_at__lt=last.started_at) | Q(started_at=last.started_at, pk__lt=last.pk))
    return rest.page_of(request, response, rollouts, most=ROLLOUTS)


@router.get("/{int:rollout_id}/", response=RolloutOut, summary="One rollout")
@rest.scope(rest.Scope.READ)
@rest.words(
    _("Um projeto"),
    _("Etapa, partes, com quem está a bola e desde quando."),
)
def read_rollout(request: HttpRequest, rollout_id: int):
    return visible(request, rollout_id)


@router.get("/{int:rollout_id}/gate/", response=GateOut, summary="The next gate and all it still asks")
@rest.scope(rest.Scope.READ)
@rest.words(
    _("A próxima passagem"),
    _("O que ainda falta para a próxima etapa, quem deve e onde resolver."),
)
def read_gate(request: HttpRequest, rollout_id: int):
    rollout = visible(request, rollout_id)
    status = queries.next_gate_status(rollout)
    if status is None:
        return {"gate": None, "open": False, "requirements": []}
    return {"gate": status.gate.value, "open": status.open, "requirements": [*status.unmet, *status.waived]}


@router.get(
    "/{int:rollout_id}/timeline/", response=TimelineOut, summary="The head of the timeline, its anchor and hashes"
)
@rest.scope(rest.Scope.READ)
@rest.words(
    _("O histórico: último evento, âncora e hashes"),
    _("Guarde version e head: com eles se prova depois que nada foi cortado nem reescrito. Até 500 eventos por vez."),
    after=_("Só os eventos depois deste número."),
)
def read_timeline(request: HttpRequest, rollout_id: int, after: int = 0):
    """Keep ``version`` and ``head``: ``verify_timeline --head`` holds them against the timeline later. The hashes of at most
    500 events come at once, those behind the event ``after``."""
    rollout = visible(request, rollout_id)
    head = timeline.head(rollout)
    events = list(rollout.events.filter(sequence__gt=max(after, 0)).order_by("sequence")[: EVENTS + 1])
    anchor = anchoring.standing(rollout).last
    return {
        "rollout": rollout.code,
        "version": head["sequence"],
        "head": head["hash"],
        "anchor": anchoring.proof_of(anchor) if anchor else None,
        "events": events[:EVENTS],
        "next": events[EVENTS - 1].sequence if len(events) > EVENTS else None,
    }


@router.get(
    "/{int:rollout_id}/requirements/", response=list[RequirementOut], summary="All that is asked now, and by whom"
)
@rest.scope(rest.Scope.READ)
@rest.words(
    _("Tudo o que está pendente"),
    _("O que a próxima passagem pede e o que já pode ser adiantado. Filtre por quem deve."),
    owed_by=_("Só o que deve esta parte: presence, platform, integrator ou client."),
)
def list_requirements(request: HttpRequest, rollout_id: int, owed_by: str = ""):
    """What the next gate still asks, then what may be settled already although no gate waits for it. ``owed_by`` keeps
    what one party owes: ``presence``, ``platform``, ``integrator`` or ``client``."""
    rollout = visible(request, rollout_id)
    rows = [row for row in queries.open_requirements(rollout) if row.is_owed]
    return [row for row in rows if owed_by in ("", row.owed_by)]
