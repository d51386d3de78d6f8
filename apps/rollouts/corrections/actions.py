"""What is set right of a rollout while it goes on: its scope and target date, who manages it, who of Presence works on it."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.models import Kind, Membership
from apps.core import clock
from apps.core.plugins import Holdings
from apps.core.refusals import Invalid, Refusal, require, stated
from apps.rollouts import events, managers, timeline
from apps.rollouts.events import ProjectField
from apps.rollouts.models import Analyst, Rollout


def correct(rollout: Rollout, *, by: User, scope: str, target_date: date | None, reason: str) -> None:
    """Write the scope and the day of going live as they should be; the plan stays as it is (``planning.change``).

    Raises ``Invalid`` (422) where nothing changes, without a reason, and for a day before the rollout was opened.
    """
    require(by, "rollouts.correct", rollout)
    reason = stated(reason)
    with timeline.changing(rollout) as locked:
        before_scope, before_target = locked.scope, locked.target_date
        if target_date and target_date != before_target and target_date < clock.day_of(locked.started_at):
            raise Invalid(_("A entrada em produção não pode ser antes da abertura do projeto."), field="target_date")
        locked.scope, locked.target_date = scope.strip(), target_date
        changes_scope, changes_target = locked.scope != before_scope, locked.target_date != before_target
        if not (changes_scope or changes_target):
            raise Invalid(_("Nada mudou nos dados do projeto."))
        locked.save(update_fields=["scope", "target_date"])
        what = [ProjectField.SCOPE] * changes_scope + [ProjectField.TARGET_DATE] * changes_target
        corrected = events.Corrected(
            what=what,
            reason=reason,
            scope_before=before_scope if changes_scope else None,
            scope=locked.scope if changes_scope else None,
            target_before=before_target if changes_target else None,
            target=target_date if changes_target else None,
        )
        timeline.record(locked, corrected, by)


def hand_over(rollout: Rollout, *, by: User, to: User, reason: str) -> None:
    """Give ``rollout`` another project manager. Raises ``Invalid`` for somebody who has not that role at Presence, or manages
    it already, and without a reason."""
    require(by, "rollouts.hand_over", rollout)
    reason = stated(reason)
    with timeline.changing(rollout) as locked:
        to = managers.locked(to, field="to")
        before = locked.project_manager
        if before == to:
            raise Invalid(_("%(name)s já gerencia este projeto.") % {"name": to}, field="to")
        locked.project_manager = to
        locked.save(update_fields=["project_manager"])
        timeline.record(locked, events.HandedOver(before=before.pk, to=to.pk, reason=reason), by)


def hand_over_several(rollouts: Iterable[Rollout], *, by: User, to: User, reason: str) -> int:
    """``hand_over`` of each of ``rollouts``, all or none; how many they are. One that was closed, or handed to ``to``,
    meanwhile counts no more. Raises ``Refusal`` where none is left."""
    with transaction.atomic():
        keys = [rollout.pk for rollout in rollouts]
        open_rollouts = Rollout.objects.open().filter(pk__in=keys).exclude(project_manager=to).order_by("pk")
        count = 0
        for rollout in open_rollouts:
            hand_over(rollout, by=by, to=to, reason=reason)
            count += 1
    if not count:
        raise Refusal(_("Nenhum projeto aberto para passar: escolha ao menos um."))
    return count


def managed_by(user: User) -> QuerySet[Rollout]:
    """The open rollouts whose project manager is ``user``, in the order of their codes."""
    return Rollout.objects.open().filter(project_manager=user).order_by("pk")


def handing_over_url(user: User) -> str:
    """The page on which the rollouts of ``user`` are handed over."""
    return f"{reverse('rollouts:hand_over_several')}?manager={user.pk}"


def held_by_member(membership: Membership) -> Holdings | None:
    """What somebody who is to leave Presence still manages."""
    if membership.company.kind != Kind.PRESENCE:
        return None
    rollouts = [str(rollout) for rollout in managed_by(membership.user).with_titles()]
    return Holdings(rollouts, _("Passar os projetos"), handing_over_url(membership.user)) if rollouts else None


def assign_analyst(rollout: Rollout, *, by: User, membership: Membership) -> Analyst:
    """Have somebody of Presence work on ``rollout`` beside its project manager; several may. Raises ``Invalid`` for somebody
    of another company, its project manager, or who is there already."""
    require(by, "rollouts.assign_analyst", rollout)
    with timeline.changing(rollout) as locked:
        places = Membership.objects.select_for_update(of=("self",), no_key=True).select_related("company", "user")
        place = places.filter(pk=membership.pk, company__kind=Kind.PRESENCE, user__is_active=True).first()
        if place is None:
            raise Invalid(_("Escolha uma pessoa da Presence."), field="membership")
        if place.user_id == locked.project_manager_id:
            raise Invalid(_("%(name)s já gerencia este projeto.") % {"name": place.user}, field="membership")
        if locked.analysts.filter(membership=place).exists():
            raise Invalid(_("%(name)s já é analista deste projeto.") % {"name": place.user}, field="membership")
        analyst = Analyst.objects.create(rollout=locked, membership=place)
        timeline.record(locked, events.AnalystAssigned(person=place.user_id), by)
        return analyst


def remove_analyst(analyst: Analyst, *, by: User) -> None:
    """End somebody's work on a rollout. A second time is refused (409)."""
    require(by, "rollouts.assign_analyst", analyst)
    with timeline.changing(analyst.rollout) as locked:
        row = Analyst.objects.filter(pk=analyst.pk).select_related("membership").first()
        if row is None:
            raise Refusal(_("Esta pessoa já não é analista deste projeto."))
        row.delete()
        timeline.record(locked, events.AnalystRemoved(person=row.membership.user_id), by)
