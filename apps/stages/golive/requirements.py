from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.blueprints.catalogues import content
from apps.core import clock
from apps.core.process import Gate, PartyRole, Stage
from apps.rollouts import registry
from apps.rollouts.gates import Requirement, requires
from apps.rollouts.models import Rollout
from apps.stages.golive import queries
from apps.stages.golive.models import ChecklistItem, Release, Window, WindowAnswer


@registry.on_start
def copy_the_checklist(rollout: Rollout) -> None:
    ChecklistItem.objects.bulk_create(
        ChecklistItem(
            rollout=rollout,
            position=position,
            key=item.key,
            title=item.title,
            help=item.help,
            owner=item.owner,
            mandatory=item.mandatory,
            proof=item.proof,
        )
        for position, item in enumerate(content.golive().items, start=1)
    )


def _owed(rollout: Rollout, key: str, text: str, by: str, anchor: str, since=None, **more) -> Requirement:
    url = reverse("golive:room", args=[rollout.pk])
    return Requirement(f"golive:{key}", text, by, since or rollout.stage_entered_at, f"{url}#{anchor}", **more)


@requires(Gate.COMPLETE)
def the_four_said_go(rollout: Rollout) -> Iterator[Requirement]:
    window = queries.window_in_force(rollout)
    if window is None:
        text = _("Propor a janela de entrada em produção")
        yield _owed(rollout, "window", text, PartyRole.PRESENCE, "janela", waivable=True)
        return
    for seat in queries.seats(window):
        if seat.answer != WindowAnswer.Answer.GO:
            yield _no_go(rollout, window, seat)


def _no_go(rollout: Rollout, window: Window, seat: WindowAnswer) -> Requirement:
    """What a party that has not said go keeps open. A silence may be waived, a no may not."""
    key, party = f"answer:{window.number}:{seat.role}", PartyRole(seat.role).label
    silent = not seat.answer
    values = {"party": party, "start": clock.stamp(window.starts_at), "reason": seat.reason}
    if window.is_over:
        text = _("Propor outra janela: a de %(start)s passou sem o “pode entrar” de %(party)s") % values
        return _owed(rollout, key, text, PartyRole.PRESENCE, "janela", window.ends_at, waivable=silent)
    if silent:
        text = _("Responder se pode entrar em produção em %(start)s") % values
        return _owed(rollout, key, text, seat.role, f"parte-{seat.role}", window.proposed_at, waivable=True)
    text = _("Resolver o que impede a entrada, segundo %(party)s: %(reason)s") % values
    return _owed(rollout, key, text, seat.owner, f"parte-{seat.role}", seat.at)


@requires(Gate.COMPLETE)
def no_severe_incident_is_open(rollout: Rollout) -> Iterator[Requirement]:
    for incident in queries.open_severe(rollout):
        text = _("Resolver o incidente grave %(label)s") % {"label": incident.label}
        anchor = f"incidente-{incident.number}"
        yield _owed(rollout, f"incident:{incident.number}", text, incident.owner, anchor, incident.noted_at)


@requires(Gate.COMPLETE)
def the_checklist_is_done_and_the_release_recorded(rollout: Rollout) -> Iterator[Requirement]:
    for item in rollout.golive_items.filter(mandatory=True, done_at=None):
        # The platform may be unable to answer: a Presence manager decides then.
        is_probed = item.proof == ChecklistItem.Proof.PROBE
        yield _owed(rollout, f"item:{item.key}", str(item.title), item.owner, f"item-{item.pk}", waivable=is_probed)
    release = Release.objects.filter(rollout=rollout).first()
    if release is None or release.confirmed_at is None:
        yield _owed(rollout, "confirmation", _("Confirmar a operação não assistida"), PartyRole.CLIENT, "liberacao")
    if release is None or release.recorded_at is None:
        since = release.confirmed_at if release else None
        yield _owed(rollout, "release", _("Registrar a liberação"), PartyRole.PRESENCE, "liberacao", since)


def summary(rollout: Rollout) -> Iterator[registry.Fact]:
    if rollout.has_reached(Stage.GO_LIVE) and (window := queries.window_in_force(rollout)):
        tone = "success" if queries.is_go(window) else "warning"
        yield registry.Fact(_("Janela"), clock.stamp(window.starts_at), tone)
    items = list(rollout.golive_items.values_list("mandatory", "done_at"))
    done = sum(1 for _mandatory, done_at in items if done_at)
    yield registry.Fact(_("Lista"), f"{done}/{len(items)}", "success" if items and done == len(items) else "neutral")
    if count := rollout.incidents.filter(until=None).count():
        yield registry.Fact(
            _("Incidentes em aberto"), str(count), "danger" if queries.open_severe(rollout) else "warning"
        )
    release = Release.objects.filter(rollout=rollout).first()
    if release and release.recorded_at:
        yield registry.Fact(_("Liberação"), f"{release.recorded_at:%d/%m/%Y}", "success")


registry.add_room(
    registry.Room(
        key="golive",
        title=gettext_lazy("Entrada em produção"),
        icon="rocket",
        url_name="golive:room",
        summary=summary,
        stage=Stage.GO_LIVE,
        position=70,
    )
)
