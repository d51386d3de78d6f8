from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.localized import Localized, both
from apps.core.process import Gate, PartyRole
from apps.core.refusals import Refusal
from apps.core.requirements import Answer, Requirement, requirement
from apps.core.web.forms import ConfirmForm
from apps.rollouts.models import Rollout
from apps.rollouts.queries import gate_status
from apps.stages.golive import actions, queries, windows
from apps.stages.golive.forms import AnswerForm, PointForm
from apps.stages.golive.models import ChecklistItem, Window, WindowAnswer

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def _owed(rollout: Rollout, key: str, text: Localized, by: str, anchor: str, since=None, **more) -> Requirement:
    url = reverse("golive:room", args=[rollout.pk])
    return Requirement(f"golive:{key}", text, by, since or rollout.stage_entered_at, f"{url}#{anchor}", **more)


@requirement("golive:window", Gate.COMPLETE)
def a_window_is_proposed(rollout: Rollout) -> Iterator[Requirement]:
    if queries.window_in_force(rollout) is None:
        text = both(_("Propor a janela de entrada em produção"))
        yield _owed(rollout, "window", text, PartyRole.PRESENCE, "janela", waivable=True)


def answer_the_window(rollout: Rollout, rest: str) -> Answer | None:
    """While the window lies ahead and the party has not spoken; what a no asks for is settled in the room."""
    number, _colon, role = rest.partition(":")
    window = queries.window_in_force(rollout)
    if window is None or str(window.number) != number or window.is_over:
        return None
    seat = next((seat for seat in queries.seats(window) if seat.role == role), None)
    if seat is None or seat.answer:
        return None
    return Answer(
        button=_("Registrar resposta"),
        icon="calendar-check",
        permission="golive.answer",
        subject=seat,
        make_form=AnswerForm,
        act=lambda **data: windows.answer(window, role=role, **data),
        help=_("Diga pela sua empresa se pode entrar em produção nesta data. Todos veem a resposta de cada um."),
    )


@requirement("golive:answer", Gate.COMPLETE, answer=answer_the_window)
def the_four_said_go(rollout: Rollout) -> Iterator[Requirement]:
    window = queries.window_in_force(rollout)
    for seat in queries.seats(window) if window else []:
        if window and seat.answer != WindowAnswer.Answer.GO:
            yield _no_go(rollout, window, seat)


def _no_go(rollout: Rollout, window: Window, seat: WindowAnswer) -> Requirement:
    """What a party that has not said go keeps open. A silence may be waived, a no may not."""
    key, party = f"answer:{window.number}:{seat.role}", PartyRole(seat.role).label
    silent = not seat.answer

    def start() -> str:
        return date_format(clock.local(window.starts_at, clock.installation_zone()), "SHORT_DATETIME_FORMAT")

    if window.is_over:
        text = both(
            _("Propor outra janela: a de %(start)s passou sem o “pode entrar” de %(party)s"), start=start, party=party
        )
        return _owed(rollout, key, text, PartyRole.PRESENCE, "janela", window.ends_at, waivable=silent)
    if silent:
        text = both(_("Responder se pode entrar em produção em %(start)s"), start=start)
        speaks = seat.role != PartyRole.PRESENCE
        more = {"waivable": True, "until": window.ends_at, "by_lead": speaks}
        return _owed(rollout, key, text, seat.role, f"parte-{seat.role}", window.proposed_at, **more)
    text = both(_("Resolver o que impede a entrada, segundo %(party)s: %(reason)s"), party=party, reason=seat.reason)
    return _owed(rollout, key, text, seat.owner, f"parte-{seat.role}", seat.at, until=window.ends_at)


@requirement("golive:incident", Gate.COMPLETE)
def no_severe_incident_is_open(rollout: Rollout) -> Iterator[Requirement]:
    for incident in queries.open_severe(rollout):
        text = both(_("Resolver o incidente grave %(label)s"), label=incident.label)
        anchor = f"incidente-{incident.number}"
        yield _owed(rollout, f"incident:{incident.number}", text, incident.owner, anchor, incident.noted_at)


def answer_the_point(rollout: Rollout, key: str) -> Answer | None:
    item = rollout.golive_items.filter(key=key, done_at=None).first()
    if item is None:
        return None
    if item.proof == ChecklistItem.Proof.PROBE:
        try:
            actions.probed(rollout)
        except Refusal as refusal:
            return _not_yet("golive.check", item, refusal.message)
    return Answer(
        button=_("Está feito"),
        permission="golive.check",
        subject=item,
        make_form=lambda *args, **kwargs: PointForm(*args, item=item, **kwargs),
        act=lambda **data: actions.check_item(item, **data),
        help=item.help,
    )


@requirement("golive:item", Gate.COMPLETE, answer=answer_the_point)
def the_checklist_is_done(rollout: Rollout) -> Iterator[Requirement]:
    for item in queries.items_of(rollout):
        if not item.mandatory or item.done_at:
            continue
        # The platform may be unable to answer: a Presence manager decides then.
        is_probed = item.proof == ChecklistItem.Proof.PROBE
        yield _owed(rollout, f"item:{item.key}", item.title, item.owner, f"item-{item.pk}", waivable=is_probed)


def _not_yet(permission: str, subject: object, why: "StrOrPromise") -> Answer:
    """Nothing to press before it can be done: what it waits for, and the way to the room."""
    return Answer(button=_("Abrir no projeto"), permission=permission, subject=subject, help=why)


def answer_by_confirming(rollout: Rollout, _rest: str) -> Answer:
    """The confirmation, once nothing else of the go-live is open; until then, what is."""
    if in_the_way := queries.before_the_release(gate_status(rollout, Gate.COMPLETE).unmet):
        needs = "; ".join(f"{need.owed_by_label}: {need.text}" for need in in_the_way)
        why = _("A confirmação vem por último. Ainda falta: %(needs)s.") % {"needs": needs}
        return _not_yet("golive.confirm", rollout, why)
    return Answer(
        button=_("Confirmo a operação não assistida"),
        icon="handshake",
        permission="golive.confirm",
        subject=rollout,
        make_form=ConfirmForm,
        act=lambda **data: actions.confirm(rollout, **data),
        help=_("A loja segue sem acompanhamento da Presence. Só a pessoa responsável pela empresa confirma."),
    )


@requirement("golive:confirmation", Gate.COMPLETE, answer=answer_by_confirming)
def the_client_confirms(rollout: Rollout) -> Iterator[Requirement]:
    release = queries.release_of(rollout)
    if release is None or release.confirmed_at is None:
        text = both(_("Confirmar a operação não assistida"))
        yield _owed(rollout, "confirmation", text, PartyRole.CLIENT, "liberacao", by_lead=True)


@requirement("golive:release", Gate.COMPLETE)
def the_release_is_recorded(rollout: Rollout) -> Iterator[Requirement]:
    release = queries.release_of(rollout)
    if release is None or release.recorded_at is None:
        since = release.confirmed_at if release else None
        yield _owed(rollout, "release", both(_("Registrar a liberação")), PartyRole.PRESENCE, "liberacao", since)
