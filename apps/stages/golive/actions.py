"""Copy the checklist, tick it, confirm, release."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.blueprints.catalogues import content
from apps.companies.models import Purpose
from apps.companies.people import actions as directory
from apps.companies.people.choices import Choice
from apps.core import clock
from apps.core.canonical import instant
from apps.core.process import Gate, Stage
from apps.core.refusals import Invalid, Refusal, require
from apps.prerequisites.credentials import probes
from apps.prerequisites.models import Prerequisite, Probe
from apps.rollouts import gates, timeline
from apps.rollouts.access import refuse_both_halves
from apps.rollouts.models import Rollout
from apps.stages.golive import events, names, queries, setbacks
from apps.stages.golive.models import ON_CALL, ChecklistItem, Release


def copy_checklist(rollout: Rollout) -> None:
    """Give a rollout that starts the points of the blueprint in force. Belongs into the transaction that starts it."""
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


def check_item(item: ChecklistItem, *, by: User, note: str = "", people: Sequence[Choice] = ()) -> None:
    """Say that a point is done, with a note. ``people`` are who is on call, where the point asks that (``ON_CALL``): they
    have that purpose in their company's directory from then on.

    One that asks for a note is refused without it (422), one that asks for a probe unless the platform took the production
    credentials (409); where nothing can be probed, a note says how they were tried.
    """
    require(by, "golive.check", item)
    with timeline.changing(item.rollout) as rollout:
        refuse_outside_golive(rollout)
        item = ChecklistItem.objects.get(pk=item.pk)
        if item.done_at:
            raise Refusal(_("Este item já foi concluído."))
        item.evidence = probed(rollout) if item.proof == ChecklistItem.Proof.PROBE else {}
        if item.proof and not item.evidence and not note.strip():
            raise Invalid(_("Anote o que foi feito e conferido: este item pede uma prova."), field="note")
        item.done_by, item.done_at, item.note = by, clock.now(), note.strip()
        item.save(update_fields=["done_by", "done_at", "note", "evidence"])
        if item.key == ON_CALL:
            on_call = [directory.person_of(choice, by=by) for choice in people]
            item.people.set(on_call)
            for person in on_call:
                directory.give_purpose(person, Purpose.ON_CALL)
        timeline.record(rollout, events.Checked(item=item.title, note=item.note, **item.evidence), by)


def uncheck_item(item: ChecklistItem, *, by: User) -> None:
    """Take back that a point is done."""
    require(by, "golive.check", item)
    with timeline.changing(item.rollout) as rollout:
        refuse_outside_golive(rollout)
        item = ChecklistItem.objects.get(pk=item.pk)
        if not item.done_at:
            raise Refusal(_("Este item ainda não foi concluído."))
        item.done_by, item.done_at, item.evidence = None, None, {}
        item.save(update_fields=["done_by", "done_at", "evidence"])
        timeline.record(rollout, events.Unchecked(item=item.title), by)
        if item.mandatory:
            setbacks.withdraw_release(rollout, events.Because.POINT, by)


def confirm(rollout: Rollout, *, by: User) -> Release:
    """The client's lead confirms that the shop goes on without assistance, once nothing of the go-live is open."""
    require(by, "golive.confirm", rollout)
    with timeline.changing(rollout) as rollout:
        refuse_outside_golive(rollout)
        _refuse_while_open(rollout)
        release, _created = Release.objects.get_or_create(rollout=rollout)
        if release.confirmed_at:
            raise Refusal(_("A operação não assistida já foi confirmada."))
        release.confirmed_by, release.confirmed_at = by, clock.now()
        release.names = names.at_release(rollout)
        release.save(update_fields=["confirmed_by", "confirmed_at", "names"])
        timeline.record(rollout, events.Confirmed(), by)
        return release


def record_release(rollout: Rollout, *, by: User, note: str = "") -> Release:
    """Presence records the release after the client's confirmation."""
    require(by, "golive.record", rollout)
    with timeline.changing(rollout) as rollout:
        refuse_outside_golive(rollout)
        release = Release.objects.filter(rollout=rollout).first()
        if release is None or release.confirmed_at is None:
            raise Refusal(_("O cliente ainda não confirmou a operação não assistida."))
        if release.recorded_at:
            raise Refusal(_("A liberação já foi registrada."))
        refuse_both_halves(by, release.confirmed_by_id)
        _refuse_while_open(rollout)
        release.recorded_by, release.recorded_at, release.note = by, clock.now(), note
        release.names = names.at_release(rollout)
        release.save(update_fields=["recorded_by", "recorded_at", "note", "names"])
        timeline.record(rollout, events.Released(), by)
        return release


def refuse_outside_golive(rollout: Rollout) -> None:
    if rollout.stage != Stage.GO_LIVE:
        raise Refusal(
            _("O projeto está em %(stage)s; isto só se faz na entrada em produção.")
            % {"stage": rollout.get_stage_display()}
        )


def _refuse_while_open(rollout: Rollout) -> None:
    if requirements := queries.before_the_release(gates.unmet(rollout, Gate.COMPLETE)):
        raise Refusal(
            _("Ainda há pendências em aberto na entrada em produção."),
            details=[f"{requirement.owed_by_label}: {requirement.text}" for requirement in requirements],
        )


def probed(rollout: Rollout) -> dict[str, object]:
    """The platform's answer to the production credentials, empty where there is no way to ask it.

    Raises ``Refusal`` (409) unless they were accepted and worked when they were last tried.
    """
    item = rollout.prerequisites.filter(key=probes.PRODUCTION).prefetch_related("submissions__probes").first()
    if item is None or not probes.of(item).steps:
        return {}
    if item.state != Prerequisite.State.ACCEPTED or item.last is None:
        raise Refusal(_("As credenciais de produção ainda não foram entregues e aceitas."))
    probe = item.last.last_probe
    if probe is None:
        raise Refusal(
            _("As credenciais de produção ainda não foram testadas na plataforma. O teste é automático; aguarde.")
        )
    if probe.outcome != Probe.Outcome.VALID:
        raise Refusal(
            _("O último teste das credenciais de produção não deu certo: %(outcome)s. Veja em Pré-requisitos.")
            % {"outcome": Probe.Outcome(probe.outcome).label}
        )
    return {"outcome": probe.outcome, "status": probe.status, "at": instant(probe.at), "delivery": item.last.number}
