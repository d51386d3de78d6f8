"""What stops being true at the go-live: a window that is undone, a point whose probe fails, a word that no longer holds.

The gate to completion asks for it again; the timeline says why.
"""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import CLOSED, PartyRole, Stage
from apps.core.refusals import Refusal, require, stated
from apps.prerequisites.credentials import probes
from apps.prerequisites.models import Prerequisite
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.rollouts.parties import PartyChange
from apps.stages.golive import events, queries
from apps.stages.golive.events import Because
from apps.stages.golive.models import ChecklistItem, Release, Window, WindowAnswer


def withdraw_release(rollout: Rollout, because: Because, by: User | None) -> None:
    """The client's confirmation, and Presence's record of the release, no longer hold: both are asked for anew. Nothing where
    neither was given. ``rollout`` is locked."""
    confirmed = Release.objects.filter(rollout=rollout, confirmed_at__isnull=False)
    if confirmed.update(confirmed_by=None, confirmed_at=None, recorded_by=None, recorded_at=None, note="", names={}):
        timeline.record(rollout, events.ReleaseWithdrawn(because=because), by)


def roll_back(rollout: Rollout, *, by: User, reason: str) -> None:
    """The shop left production again: the window lapses, points that were ticked since it began are open again, and so is
    the client's confirmation. Raises ``Refusal`` (409) unless a window in force has begun, ``Invalid`` without a reason."""
    require(by, "golive.roll_back", rollout)
    reason = stated(reason)
    with timeline.changing(rollout) as rollout:
        if rollout.stage != Stage.GO_LIVE:
            raise Refusal(_("Só na entrada em produção se desfaz uma entrada."))
        window = queries.window_in_force(rollout)
        if window is None or window.starts_at > clock.now():
            raise Refusal(_("Nenhuma janela de entrada começou ainda: não há entrada a desfazer."))
        untrue = list(rollout.golive_items.filter(done_at__gte=window.starts_at))
        _untick(untrue)
        _lapse(rollout)
        rolled_back = events.RolledBack(number=window.number, items=[item.title for item in untrue], reason=reason)
        timeline.record(rollout, rolled_back, by)
        withdraw_release(rollout, Because.ROLLED_BACK, by)


def follow_returned_delivery(item: Prerequisite, by: User | None) -> None:
    """The production credentials stopped working, or were sent back: a point that they proved is open again. The rollout is
    locked."""
    if item.key != probes.PRODUCTION:
        return
    rollout = item.rollout
    proved = list(rollout.golive_items.filter(proof=ChecklistItem.Proof.PROBE, done_at__isnull=False))
    _untick(proved)
    for point in proved:
        timeline.record(rollout, events.PointReopened(item=point.title, owner=PartyRole(point.owner)), by)
    withdraw_release(rollout, Because.CREDENTIALS, by)


def follow_new_company(change: PartyChange) -> None:
    """A word that the company that left gave for what is still to come binds the new one to nothing."""
    if change.rollout.stage != Stage.GO_LIVE:
        return
    window = queries.window_in_force(change.rollout)
    if window and not window.is_over:
        WindowAnswer.objects.filter(window=window, role__in=change.roles).delete()
    if PartyRole.CLIENT in change.roles:
        withdraw_release(change.rollout, Because.COMPANY, change.by)


def consequences(rollout: Rollout) -> Iterator[str]:
    """What going back from the go-live, or opening the rollout again, asks for anew, in the reader's language."""
    if rollout.stage not in (Stage.GO_LIVE, Stage.COMPLETED):
        return
    window = Window.objects.filter(rollout=OuterRef("pk"), lapsed_at=None)
    confirmed = Release.objects.filter(rollout=OuterRef("pk"), confirmed_at__isnull=False)
    has_window, is_confirmed = Rollout.objects.values_list(Exists(window), Exists(confirmed)).get(pk=rollout.pk)
    if has_window and rollout.stage == Stage.GO_LIVE:
        yield _("A janela de entrada deixa de valer; outra será proposta.")
    if is_confirmed:
        yield _("A confirmação da operação não assistida e a liberação serão pedidas de novo.")


def follow_way_back(rollout: Rollout, stage_before: str, by: User) -> None:
    """The rollout left the go-live backward, or is there again after its completion. It is locked."""
    if stage_before == Stage.GO_LIVE:
        _lapse(rollout)
    if stage_before == Stage.GO_LIVE or stage_before in CLOSED:
        withdraw_release(rollout, Because.WENT_BACK, by)


def _lapse(rollout: Rollout) -> None:
    Window.objects.filter(rollout=rollout, lapsed_at=None).update(lapsed_at=clock.now())


def _untick(items: list[ChecklistItem]) -> None:
    keys = [item.pk for item in items]
    ChecklistItem.objects.filter(pk__in=keys).update(done_by=None, done_at=None, evidence={})
