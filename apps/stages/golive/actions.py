"""Tick the checklist, confirm, release."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core import clock
from apps.core.refusals import Refusal, require
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.rollouts.stages import Stage
from apps.stages.golive.models import ChecklistItem, Release

CHECKED = timeline.kind("golive.checked", gettext_lazy("concluiu “%(item)s”"), "check")
UNCHECKED = timeline.kind("golive.unchecked", gettext_lazy("reabriu “%(item)s”"), "rotate-ccw")
CONFIRMED = timeline.kind("golive.confirmed", gettext_lazy("confirmou a operação não assistida"), "handshake")
RELEASED = timeline.kind("golive.released", gettext_lazy("liberou o projeto para operação não assistida"), "rocket")


def check_item(item: ChecklistItem, *, by: User, note: str = "") -> None:
    """Say that a point is done, with a note."""
    require(by, "golive.check", item)
    with timeline.changing(item.rollout) as rollout:
        _refuse_outside_golive(rollout)
        item = ChecklistItem.objects.get(pk=item.pk)
        if item.done_at:
            raise Refusal(_("Este item já foi concluído."))
        item.done_by, item.done_at, item.note = by, clock.now(), note.strip()
        item.save(update_fields=["done_by", "done_at", "note"])
        timeline.record(rollout, CHECKED, by, item=item.title["pt"], note=item.note)


def uncheck_item(item: ChecklistItem, *, by: User) -> None:
    """Take back that a point is done."""
    require(by, "golive.check", item)
    with timeline.changing(item.rollout) as rollout:
        _refuse_outside_golive(rollout)
        item = ChecklistItem.objects.get(pk=item.pk)
        if not item.done_at:
            raise Refusal(_("Este item ainda não foi concluído."))
        item.done_by = item.done_at = None
        item.save(update_fields=["done_by", "done_at"])
        timeline.record(rollout, UNCHECKED, by, item=item.title["pt"])


def confirm(rollout: Rollout, *, by: User) -> Release:
    """The client's lead confirms that the shop goes on without assistance, once the mandatory points are done."""
    require(by, "golive.confirm", rollout)
    with timeline.changing(rollout) as rollout:
        _refuse_outside_golive(rollout)
        if rollout.golive_items.filter(mandatory=True, done_at=None).exists():
            raise Refusal(_("Ainda há itens obrigatórios em aberto na lista."))
        release, _created = Release.objects.get_or_create(rollout=rollout)
        if release.confirmed_at:
            raise Refusal(_("A operação não assistida já foi confirmada."))
        release.confirmed_by, release.confirmed_at = by, clock.now()
        release.save(update_fields=["confirmed_by", "confirmed_at"])
        timeline.record(rollout, CONFIRMED, by)
        return release


def record_release(rollout: Rollout, *, by: User, note: str = "") -> Release:
    """Presence records the release after the client's confirmation."""
    require(by, "golive.record", rollout)
    with timeline.changing(rollout) as rollout:
        _refuse_outside_golive(rollout)
        release = Release.objects.filter(rollout=rollout).first()
        if release is None or release.confirmed_at is None:
            raise Refusal(_("O cliente ainda não confirmou a operação não assistida."))
        if release.recorded_at:
            raise Refusal(_("A liberação já foi registrada."))
        release.recorded_by, release.recorded_at, release.note = by, clock.now(), note
        release.save(update_fields=["recorded_by", "recorded_at", "note"])
        timeline.record(rollout, RELEASED, by)
        return release


def _refuse_outside_golive(rollout: Rollout) -> None:
    if rollout.stage != Stage.GO_LIVE:
        raise Refusal(
            _("O projeto está em %(stage)s; isto só se faz na entrada em produção.")
            % {"stage": rollout.get_stage_display()}
        )
