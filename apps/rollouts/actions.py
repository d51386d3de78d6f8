"""What a person can do to a rollout as a whole. What happens inside a stage is in that stage's own room."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from apps.accounts.models import User
from apps.blueprints.models import Platform
from apps.companies.models import Company, Kind, Membership
from apps.core import clock, plugins
from apps.core.events import EventData
from apps.core.localized import Localized
from apps.core.process import BACKWARD, Gate, PartyRole, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal, require, stated
from apps.core.requirements import asking
from apps.rollouts import copies, events, gates, managers, parties, planning, timeline
from apps.rollouts.models import Assignment, Hold, OpenRequirement, Party, Rollout, Waiver


class GateClosed(Refusal):
    """Something is missing; ``requirements`` are the same that the page shows."""

    def __init__(self, gate: Gate, requirements: list[gates.Requirement]) -> None:
        super().__init__(
            _("Ainda não é possível: %(gate)s.") % {"gate": gate.label},
            details=[f"{item.owed_by_label}: {item.text}" for item in requirements],
        )
        self.requirements = requirements


class Stale(Refusal):
    """Somebody else moved the rollout after the page was opened; the details say what changed."""


def create_rollout(
    *,
    by: User,
    client: Company,
    platform: Platform,
    platform_company: Company,
    integrator: Company,
    project_manager: User,
    scope: str = "",
    target_date: date | None = None,
    answers_for_platform: bool = False,
    previous: Rollout | None = None,
    source: Rollout | None = None,
    parts: Collection[str] = (),
) -> Rollout:
    """Open a rollout at the kickoff stage and copy into it everything it starts from.

    ``answers_for_platform`` says that ``platform_company`` answers for ``platform`` too, although nobody has said so before;
    ``previous`` is the completed rollout of which it is the next phase; of ``source`` it takes over the ``parts``
    (``copies.Part``). Raises ``NotAllowed`` unless ``by`` is a Presence
    project manager, ``Invalid`` when a company cannot play its role or is not known to answer for the platform.
    """
    require(by, "rollouts.create")
    presence = Company.objects.filter(kind=Kind.PRESENCE).first()
    if presence is None:
        raise Refusal(_("Cadastre primeiro a empresa Presence."))
    cast = {
        PartyRole.PRESENCE: presence,
        PartyRole.PLATFORM: platform_company,
        PartyRole.INTEGRATOR: integrator,
        PartyRole.CLIENT: client,
    }
    parties.refuse_unfit(cast)
    if not answers_for_platform:
        parties.refuse_unfit_platform(platform, platform_company)
    with transaction.atomic():
        rollout = Rollout.objects.create(
            platform=platform,
            project_manager=managers.locked(project_manager, field="project_manager"),
            scope=scope,
            target_date=target_date,
            previous=previous,
        )
        platform.companies.add(platform_company)
        Party.objects.bulk_create(Party(rollout=rollout, role=role, company=company) for role, company in cast.items())
        for plugin in plugins.plugins():
            for start in plugin.starts:
                start(rollout)
        if previous is not None:
            for plugin in plugins.plugins():
                for follow in plugin.continued:
                    follow(rollout, previous)
        if source is not None:
            copies.take_over(rollout, source, parts)
        with timeline.changing(rollout) as locked:
            timeline.record(locked, events.Created(platform=platform.name), by)
            if source is not None:
                timeline.record(locked, events.Copied(source=source.code, parts=sorted(parts)), by)
        return locked


def settle_integration_model(rollout: Rollout, key: str, title: Localized) -> None:
    """Keep which integration model the parties settled on, for the apps that go by it, and let them follow.

    ``rollout`` is locked; the caller's action records the event."""
    rollout.integration_model, rollout.integration_model_title = key, title
    rollout.save(update_fields=["integration_model", "integration_model_title"])
    for plugin in plugins.plugins():
        for follow in plugin.model_changed:
            follow(rollout)


def keep_connector_version(rollout: Rollout, version: str) -> None:
    """Keep which version of the connector was delivered last, for the apps that go by it. ``rollout`` is locked; the caller's
    action records the event."""
    rollout.connector_version = version
    rollout.save(update_fields=["connector_version"])


def advance(rollout: Rollout, gate: Gate, *, by: User, seen_version: int) -> Rollout:
    """Take ``rollout`` through the forward ``gate`` of its stage.

    ``seen_version`` is the version of the page the person acted on: if the rollout was moved, held, resumed or
    cancelled since, ``Stale`` says what happened. ``GateClosed`` lists what is missing.
    """
    require(by, "rollouts.advance", rollout)
    with timeline.changing(rollout) as locked:
        refuse_if_moved_since(locked, seen_version)
        if gates.next_gate(locked) != gate:
            raise Refusal(
                _("O projeto está em %(stage)s; esta passagem não se aplica.") % {"stage": locked.get_stage_display()}
            )
        if gate == Gate.START_DEVELOPMENT:
            # In one query, and after the lock: what another action did meanwhile is in it.
            framed = Rollout.objects.with_frame().values_list("listed_hold", "listed_plan")
            locked.listed_hold, locked.listed_plan = framed.get(pk=locked.pk)  # type: ignore[attr-defined]
        with asking(locked):  # What the gate asks about is not read a second time for what is asked next.
            _go_through(locked, gate)
            agreed = planning.starts(locked) if gate == Gate.START_DEVELOPMENT else {}
            plan = {stage: day.isoformat() for stage, day in agreed.items()} or None
            timeline.record(locked, events.Advanced(stage=Stage(locked.stage), gate=gate, plan=plan), by)
        return locked


def send_back(rollout: Rollout, gate: Gate, *, by: User, seen_version: int, reason: str) -> Rollout:
    """Return ``rollout`` to an earlier stage: the kickoff (from development), development (from training or homologation) or
    homologation (from acceptance or go-live). What that undoes (``Plugin.went_back``) is shown before
    (``Plugin.going_back``)."""
    require(by, "rollouts.send_back", rollout)
    reason = stated(reason)
    with timeline.changing(rollout) as locked:
        refuse_if_moved_since(locked, seen_version)
        if BACKWARD.get(locked.stage) != gate:
            raise Refusal(
                _("O projeto está em %(stage)s; esta devolução não se aplica.") % {"stage": locked.get_stage_display()}
            )
        go_back(locked, gate, by)
        timeline.record(locked, events.SentBack(stage=Stage(locked.stage), reason=reason), by)
        return locked


def go_back(rollout: Rollout, gate: Gate, by: User) -> None:
    """Take the locked ``rollout`` through a ``gate`` that leads back, and let every app undo what stopped being true. The
    caller's action records the event."""
    stage_before = rollout.stage
    _go_through(rollout, gate)
    for plugin in plugins.plugins():
        for follow in plugin.went_back:
            follow(rollout, stage_before, by)


def hold(rollout: Rollout, *, by: User, caused_by: str, reason: str, seen_version: int) -> Hold:
    """Pause ``rollout``; until it is resumed the ball and the clocks are with ``caused_by``."""
    require(by, "rollouts.hold", rollout)
    reason = stated(reason)
    with timeline.changing(rollout) as locked:
        refuse_if_moved_since(locked, seen_version)
        if locked.open_hold:
            raise Refusal(_("O projeto já está em pausa."))
        pause = Hold.objects.create(rollout=locked, caused_by=PartyRole(caused_by), reason=reason)
        timeline.record(locked, events.Held(caused_by=PartyRole(caused_by), reason=reason), by)
        return pause


def resume(rollout: Rollout, *, by: User, seen_version: int) -> Rollout:
    """End the open hold of ``rollout``."""
    require(by, "rollouts.hold", rollout)
    with timeline.changing(rollout) as locked:
        refuse_if_moved_since(locked, seen_version)
        pause = locked.open_hold
        if pause is None:
            raise Refusal(_("O projeto não está em pausa."))
        pause.ended_at = clock.now()
        pause.save(update_fields=["ended_at"])
        timeline.record(locked, events.Resumed(), by)
        return locked


def cancel(rollout: Rollout, *, by: User, reason: str, seen_version: int) -> Rollout:
    """Cancel ``rollout`` from any open stage, on hold or not. It cannot be opened again."""
    require(by, "rollouts.cancel", rollout)
    reason = stated(reason)
    with timeline.changing(rollout) as locked:
        refuse_if_moved_since(locked, seen_version)
        locked.cancel()
        locked.save()
        if pause := locked.open_hold:
            pause.ended_at = clock.now()
            pause.save(update_fields=["ended_at"])
        timeline.record(locked, events.Cancelled(reason=reason), by)
        return locked


def waive(rollout: Rollout, gate: Gate, requirement: str, *, by: User, reason: str) -> Waiver:
    """Let ``gate`` open without ``requirement`` (its key). Only requirements that are missing and waivable."""
    require(by, "rollouts.waive", rollout)
    reason = stated(reason)
    with timeline.changing(rollout) as locked:
        missing = next((item for item in gates.unmet(locked, gate) if item.key == requirement), None)
        if missing is None:
            raise Refusal(_("Esta pendência não existe mais: atualize a página."))
        if not missing.waivable:
            raise Refusal(_("Esta pendência não pode ser dispensada."))
        waiver = Waiver.objects.create(
            rollout=locked,
            gate=gate,
            requirement=requirement,
            text=Localized.of(missing.text),
            reason=reason,
            waived_by=by,
        )
        timeline.record(locked, events.Waived(requirement=waiver.text, reason=reason, gate=gate), by)
        return waiver


def withdraw_waiver(waiver: Waiver, *, by: User) -> None:
    """Take back a waiver while its gate still lies ahead."""
    require(by, "rollouts.waive", waiver.rollout)
    with timeline.changing(waiver.rollout) as locked:
        if not gates.is_ahead(locked, waiver.gate):
            raise Refusal(_("A passagem já foi feita com esta dispensa; ela fica no registro."))
        waiver.delete()
        timeline.record(locked, events.Unwaived(requirement=waiver.text), by)


def assign(rollout: Rollout, requirement: OpenRequirement, *, by: User, to: Membership | None) -> None:
    """Say who of the owing company takes care of ``requirement``; ``to`` None leaves it to whoever comes first.

    Any person of that company may take it, hand it over or let it go. Raises ``Invalid`` for somebody of another company.
    """
    if requirement.owed_by not in rollout.roles_of(by):
        raise NotAllowed(_("Só quem deve a pendência escolhe quem cuida dela."))
    with timeline.changing(rollout) as locked:
        if to is not None and to.company_id != locked.company(requirement.owed_by).pk:
            raise Invalid(_("Escolha uma pessoa da sua empresa."), field="to")
        before = Assignment.objects.filter(rollout=locked, requirement=requirement.key).first()
        if (before.membership_id if before else None) == (to.pk if to else None):
            return
        if to is None:
            Assignment.objects.filter(rollout=locked, requirement=requirement.key).delete()
        else:
            Assignment.objects.update_or_create(
                rollout=locked,
                requirement=requirement.key,
                defaults={"membership": to, "assigned_at": clock.now()},
            )
        text = Localized.of(requirement.text)
        event: EventData
        if to is None:
            event = events.LetGo(requirement=text)
        elif to.user_id == by.pk:
            event = events.Assumed(requirement=text, to=to.user_id)
        else:
            event = events.Handed(requirement=text, to=to.user_id)
        timeline.record(locked, event, by, party=requirement.owed_by)


def refuse_if_moved_since(rollout: Rollout, seen_version: int) -> None:
    """Raise ``Stale`` when the rollout was moved, held, resumed or cancelled after the version ``seen_version``."""
    if rollout.version == seen_version:
        return
    changes = rollout.events.filter(sequence__gt=seen_version, kind__in=events.MACHINE_EVENTS)
    if changes:
        raise Stale(
            _("O projeto mudou enquanto você estava nesta página. Confira antes de continuar."),
            details=[f"{event.who} {event.describe()}." for event in changes],
        )


def _go_through(rollout: Rollout, gate: Gate) -> None:
    """Through ``gate``, as the caller's event saves it."""
    if not hasattr(rollout, "listed_hold"):
        prefetch_related_objects([rollout], "holds")
    if rollout.open_hold:
        raise Refusal(_("O projeto está em pausa. Retome-o antes de mudar de etapa."))
    try:
        getattr(rollout, gate.value)()
    except TransitionNotAllowed:
        raise GateClosed(gate, gates.unmet(rollout, gate)) from None
