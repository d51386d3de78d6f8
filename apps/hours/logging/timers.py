"""The timer: one a person, kept by the server. It is the person's own desk: no event, until its time is logged."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.database.compiled import compiled_once
from apps.core.process import Stage
from apps.core.refusals import Invalid, Refusal, require
from apps.hours.classification import Activity
from apps.hours.ledger import causes, days
from apps.hours.models import Proposal, Timer
from apps.rollouts.models import Rollout, embedded_parties_of
from apps.stages.homologation.models import Nonconformity

TOO_LONG = timedelta(hours=12)
"""A timer that ran for longer was forgotten: the person says what happened, nothing is measured."""

ACTIVITY_OF = {
    Stage.KICKOFF: Activity.KICKOFF,
    Stage.TRAINING: Activity.TRAINING,
    Stage.HOMOLOGATION: Activity.HOMOLOGATION,
    Stage.ACCEPTANCE: Activity.INTERNAL,
    Stage.GO_LIVE: Activity.GO_LIVE,
    Stage.COMPLETED: Activity.FOLLOW_UP,
}


def usual_activity(rollout: Rollout) -> str:
    """What people do on a rollout in its stage."""
    return ACTIVITY_OF.get(Stage(rollout.stage), Activity.INTERNAL).value


def running(user: User) -> Timer | None:
    """The timer of ``user``, with what is shown of it, in one query: every page asks."""
    timer = _timer_of.first(user.pk)
    if timer is not None:
        timer.rollout.take_embedded_parties(timer.embedded_parties)  # type: ignore[attr-defined]
    return timer


@compiled_once
def _timer_of(person_pk: int) -> QuerySet[Timer]:
    timers = Timer.objects.filter(person=person_pk).select_related("rollout__platform", "nonconformity")
    return timers.annotate(embedded_parties=embedded_parties_of("rollout"))


def start(
    rollout: Rollout,
    *,
    by: User,
    activity: str = "",
    nonconformity: Nonconformity | None = None,
    note: str = "",
) -> Timer:
    """Start counting on ``rollout`` now; a timer that runs is stopped and kept as a proposal.

    ``activity`` left out is the usual one of the stage. A completed or cancelled rollout has one too: what follows the
    go-live is worked time.
    """
    require(by, "hours.log", rollout)
    if nonconformity and nonconformity.rollout_id != rollout.pk:
        raise Invalid(_("A não conformidade é de outro projeto."), field="nonconformity")
    causes.refuse_declined(nonconformity)
    activity = activity or (Activity.HOMOLOGATION.value if nonconformity else usual_activity(rollout))
    if nonconformity and activity != Activity.HOMOLOGATION:
        raise Invalid(_("Só horas de homologação são causadas por não conformidade."), field="nonconformity")
    with transaction.atomic():
        days.lock(by)
        if (timer := running(by)) is not None:
            _propose(timer)
        return Timer.objects.create(
            person=by, rollout=rollout, activity=activity, nonconformity=nonconformity, note=note.strip(),
            started_at=clock.now(),
        )  # fmt: skip


def stop(*, by: User) -> Proposal:
    """Stop the timer of ``by``: its time becomes a proposal, in whole minutes, at least 1.

    After more than 12 hours the proposal has no duration. A ``Refusal`` when none runs, as on another device.
    """
    with transaction.atomic():
        days.lock(by)
        timer = running(by)
        if timer is None:
            raise Refusal(_("Nenhum cronômetro está ligado. Ele já foi parado, talvez em outro aparelho."))
        return _propose(timer)


def discard(*, by: User) -> None:
    """Throw the running time away; nothing happens when no timer runs."""
    Timer.objects.filter(person=by).delete()


def was_forgotten(timer: Timer) -> bool:
    return clock.now() - timer.started_at > TOO_LONG


def _propose(timer: Timer) -> Proposal:
    elapsed = clock.now() - timer.started_at
    proposal = Proposal.objects.create(
        person=timer.person,
        rollout=timer.rollout,
        source=f"timer:{timer.pk}",
        activity=timer.activity,
        nonconformity=timer.nonconformity,
        note=timer.note,
        started_at=timer.started_at,
        minutes=None if was_forgotten(timer) else max(int(elapsed / timedelta(minutes=1)), 1),
    )
    timer.delete()
    return proposal
