"""The plan of a rollout: the day on which each stage is to start. What is due derives from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.blueprints.catalogues import content
from apps.blueprints.models import Blueprint
from apps.core import clock, workdays
from apps.core.process import CLOSED, FORWARD, PATH, Gate, Stage
from apps.core.refusals import Invalid, Refusal, require, stated
from apps.rollouts import events, gates, timeline
from apps.rollouts.models import PlannedStage, Rollout

STEPS: tuple[Stage, ...] = (*PATH, Stage.COMPLETED)
"""What a plan has a day for; the last one ends it."""

LEADS_TO: dict[str, Stage] = {FORWARD[stage].value: STEPS[place + 1] for place, stage in enumerate(PATH)}
"""The stage behind each forward gate."""


def starts(rollout: Rollout) -> dict[str, date]:
    """The planned day of each stage; empty for a rollout without a plan."""
    return {row.stage: row.starts for row in rollout.plan}


def opening_of(gate: str, starts: dict[str, date]) -> date | None:
    """The day on which ``gate`` is to open."""
    return starts.get(LEADS_TO[gate]) if gate in LEADS_TO else None


def opened_on(starts: dict[str, date]) -> date | None:
    """The day on which the rollout was opened, which its plan begins with."""
    return starts.get(Stage.KICKOFF)


def propose(
    first: date, target: date | None, lengths: dict[str, int], *, present: Stage = Stage.KICKOFF
) -> dict[str, date]:
    """A plan from ``first``, on which the ``present`` stage begins: backward from the ``target`` of going live, else forward;
    ``lengths`` are in business days. The stages before the present one begin, and end, on ``first`` too.

    What does not fit before the target is shortened in proportion, and what is over goes to the present stage; a target that
    is not after ``first`` counts as none.
    """
    over, ahead = PATH[: PATH.index(present)], PATH[PATH.index(present) :]
    lengths = {**lengths, **{stage.value: 0 for stage in over}}
    before = [stage for stage in ahead if stage != Stage.GO_LIVE]
    if target is None or target <= first:
        plan = {STEPS[0].value: first}
        for place, stage in enumerate(PATH):
            plan[STEPS[place + 1].value] = workdays.shift(plan[stage.value], lengths[stage])
        return plan
    room, needed = workdays.between(first, target), sum(lengths[stage] for stage in before)
    plan = {Stage.GO_LIVE.value: target, Stage.COMPLETED.value: workdays.shift(target, lengths[Stage.GO_LIVE])}
    days_left = needed
    for stage in before:
        # Counting back from the target: the present stage takes what is over when there is more room than needed.
        share = days_left if room >= needed else round(room * days_left / needed)
        plan[stage.value] = workdays.shift(target, -share)
        days_left -= lengths[stage]
    plan |= {stage.value: first for stage in (*over, present)}
    return {stage.value: plan[stage.value] for stage in STEPS}


def plan_the_stages(rollout: Rollout) -> None:
    """From the usual lengths of today's blueprint."""
    if lengths := usual_lengths():
        keep(rollout, propose(clock.day_of(rollout.started_at), rollout.target_date, lengths))


def change(rollout: Rollout, *, by: User, dates: dict[str, date], reason: str = "") -> None:
    """Plan other days for stages that have not begun. Once development has begun it needs a reason.

    Raises ``Refusal`` for a stage that has begun, ``Invalid`` for stages out of order or a missing reason.
    """
    require(by, "rollouts.plan", rollout)
    with timeline.changing(rollout) as locked:
        _change(locked, by=by, dates=dates, reason=reason)


def shift_several(rollouts: Iterable[Rollout], *, by: User, business_days: int, reason: str) -> int:
    """Move all stages of ``rollouts`` that have not begun by ``business_days`` (negative: to earlier days), all projects or
    none; how many they are. One that meanwhile has nothing to move counts no more.

    Raises ``Refusal`` where none is left, and with the project's code where one cannot be moved so; ``Invalid`` without a
    reason, or for no days.
    """
    reason = stated(reason)
    if not business_days:
        raise Invalid(_("Diga quantos dias úteis."), field="business_days")
    count = 0
    with transaction.atomic():
        for pk in sorted(rollout.pk for rollout in rollouts):
            rollout = Rollout.objects.get(pk=pk)
            require(by, "rollouts.plan", rollout)
            with timeline.changing(rollout, even_closed=True) as locked:
                if days := shifted(locked, business_days):
                    try:
                        _change(locked, by=by, dates=days, reason=reason)
                    except Refusal as refusal:
                        raise Refusal(f"{locked.code}: {refusal.message}") from refusal
                    count += 1
    if not count:
        raise Refusal(_("Nenhum dos projetos tem etapas planejadas que ainda não começaram."))
    return count


def shifted(rollout: Rollout, business_days: int) -> dict[str, date]:
    """The first day of each planned stage that has not begun, moved by ``business_days``; empty for a closed rollout, or one
    without a plan."""
    if not rollout.is_open:
        return {}
    return {
        stage: workdays.shift(day, business_days)
        for stage, day in starts(rollout).items()
        if not has_begun(rollout, Stage(stage))
    }


def _change(locked: Rollout, *, by: User, dates: dict[str, date], reason: str) -> None:
    before = starts(locked)
    changed = {Stage(stage).value: day for stage, day in dates.items() if before.get(stage) != day}
    for stage in changed:
        if stage in before and has_begun(locked, Stage(stage)):
            raise Refusal(_("%(stage)s já começou; o dia previsto fica como está.") % {"stage": Stage(stage).label})
    _refuse_disorder({**before, **changed})
    if not changed:
        raise Invalid(_("Nenhuma data mudou."))
    if locked.stage != Stage.KICKOFF and not reason.strip():
        raise Invalid(_("O projeto já está em andamento: diga por que o plano muda."), field="reason")
    keep(locked, changed)
    days = {stage: day.isoformat() for stage, day in changed.items()}
    if reason.strip():
        timeline.record(locked, events.PlanChangedFor(dates=days, reason=reason.strip()), by)
    else:
        timeline.record(locked, events.PlanChanged(dates=days), by)


def ready_on(rollout: Rollout, day: date) -> None:
    """The connector is promised for ``day``: training starts then and what follows moves along, by business days.

    Part of the action that got the promise, which locked ``rollout`` and records the event.
    """
    plan = starts(rollout)
    if Stage.TRAINING not in plan:
        return
    begins = max(workdays.on_or_after(day), plan[Stage.DEVELOPMENT])
    if workdays.between(plan[Stage.TRAINING], begins):
        keep(rollout, moved(plan, Stage.TRAINING, begins))


def moved(plan: dict[str, date], stage: Stage, begins: date) -> dict[str, date]:
    """The first days of ``stage``, which is to begin on ``begins``, and of the stages after it in ``plan``, which move along
    by as many business days."""
    business_days = workdays.between(plan[stage], begins)
    following = [later.value for later in STEPS[STEPS.index(stage) + 1 :] if later in plan]
    return {stage.value: begins} | {later: workdays.shift(plan[later], business_days) for later in following}


def has_begun(rollout: Rollout, stage: Stage) -> bool:
    return rollout.stage == Stage.COMPLETED or (stage != Stage.COMPLETED and rollout.has_reached(stage))


def gates_ahead(rollout: Rollout) -> list[Gate]:
    return [gate for gate in FORWARD.values() if gates.is_ahead(rollout, gate)]


@dataclass(frozen=True)
class ShortStage:
    """A stage to which the plan gives fewer business days (``planned``) than it usually takes (``usual``)."""

    stage: Stage
    planned: int
    usual: int


@dataclass(frozen=True)
class Misfit:
    """What of the plan does not fit: stages that are too short, and by how many business days the planned go-live comes after
    the target date (0 when it does not)."""

    short: list[ShortStage]
    days_after_target: int

    def __bool__(self) -> bool:
        return bool(self.short or self.days_after_target)


def misfit(rollout: Rollout) -> Misfit:
    """What does not fit before the target date, of the stages that are not over, by the usual lengths of the blueprint."""
    plan, target = starts(rollout), rollout.target_date
    if not plan or not rollout.is_open:
        return Misfit([], 0)
    lengths = {
        stage: workdays.between(plan[stage], plan[following])
        for stage, following in zip(PATH, STEPS[1:], strict=True)
        if stage != Stage.GO_LIVE and not has_begun(rollout, following) and stage in plan and following in plan
    }
    usual = usual_lengths() if lengths else {}
    short = [
        ShortStage(stage, planned, usual[stage]) for stage, planned in lengths.items() if planned < usual.get(stage, 0)
    ]
    go_live = None if has_begun(rollout, Stage.GO_LIVE) else plan.get(Stage.GO_LIVE)
    return Misfit(short, max(workdays.between(target, go_live), 0) if target and go_live else 0)


def usual_lengths() -> dict[str, int]:
    """How many business days each stage usually takes, by today's blueprint; empty before one was loaded."""
    try:
        return {str(row.stage): row.workdays for row in content.plan().stages}
    except Blueprint.DoesNotExist:
        return {}


@dataclass(frozen=True)
class Line:
    """A stage as planned and as it was. ``days_late``: business days from the planned to the actual one, or to today; none
    of a stage that was over before the rollout was taken over here, whose ``actual`` day nobody knows."""

    stage: Stage
    planned: date | None
    actual: date | None
    days_late: int

    @property
    def label(self) -> str:
        return str(self.stage.label)


def lines(rollout: Rollout) -> list[Line]:
    """Every stage with its planned and its actual first day; empty without a plan."""
    plan = starts(rollout)
    if not plan:
        return []
    actual: dict[str, date] = {Stage.KICKOFF.value: clock.day_of(rollout.started_at)}
    for event in rollout.events.filter(kind__in=(events.Advanced.kind, events.Imported.kind)).order_by("sequence"):
        actual.setdefault(event.data["stage"], clock.day_of(event.at))
    closed = rollout.stage in CLOSED
    lines = []
    for stage in STEPS:
        planned, began = plan.get(stage), actual.get(stage)
        end = began or (None if closed or has_begun(rollout, stage) else clock.today())
        late = days_late(planned, end) if planned and end else 0
        lines.append(Line(stage, planned, began, late))
    return lines


def days_late(planned: date, actual: date) -> int:
    """By how many business days ``actual`` comes after ``planned``; 0 when it does not."""
    return max(workdays.between(planned, actual), 0)


def keep(rollout: Rollout, plan: dict[str, date]) -> None:
    """Write ``plan``, the day of each stage. The caller's action records the event."""
    for stage, day in plan.items():
        PlannedStage.objects.update_or_create(rollout=rollout, stage=stage, defaults={"starts": day})
    getattr(rollout, "_prefetched_objects_cache", {}).pop("planned_stages", None)


def _refuse_disorder(plan: dict[str, date]) -> None:
    earlier: Stage | None = None
    for stage in (stage for stage in STEPS if stage in plan):
        if earlier is not None and plan[stage] < plan[earlier]:
            raise Invalid(
                _("%(stage)s não pode começar antes de %(earlier)s (%(day)s). Ajuste as duas datas.")
                % {"stage": stage.label, "earlier": earlier.label, "day": f"{plan[earlier]:%d/%m/%Y}"},
                field=f"date_{stage.value}",
            )
        earlier = stage
