"""The read model: what is open in each rollout and what its pages say in short, kept by the action that changes it.

``timeline.record`` calls ``keep`` in the action's transaction; pages, lists, reminders and the API read
``rollout.open_requirements`` and ``rollout.facts``. Where time or something outside the rollout changes what is open,
``refreshing`` follows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from apps.core import clock, plugins
from apps.core.database.compiled import compiled_once
from apps.core.localized import Localized
from apps.core.process import BACKWARD, CLOSED, FORWARD, Gate, PartyRole
from apps.core.requirements import Requirement, asking
from apps.rollouts import gates
from apps.rollouts.models import OpenRequirement, Rollout

SAVED = ["holder", "holder_since", "requirements_at", "requirements_stage", "facts"]
"""The fields of a rollout that ``keep`` sets."""
FIELDS = [
    "position", "blocking", "text", "owed_by", "since", "url", "waivable", "waiver_id", "due", "until", "review",
    "person_id", "by_lead", "also_by",
]  # fmt: skip
"""What may change in a row; with rollout, gate and key that is all of it."""
OF_ONE_RULE = 1_000
"""More than one rule ever asks for."""
NO_GATE = 1_000_000
"""What no gate waits for stands behind all that one waits for."""


def keep(
    rollout: Rollout,
    apps: Collection[str] | None = None,
    *,
    pages: Collection[str] | None = None,
    held_by: str | None = None,
    stored: Collection[OpenRequirement] | None = None,
) -> bool:
    """Ask the rules of ``apps``, or all of them, and write what changed; then work out whom ``rollout`` waits for and what
    its pages say in short, those of the apps ``pages`` or, left out, of ``apps``. Whether what is open changed.

    ``held_by`` is the party that caused the open hold, empty without one, and ``stored`` what is kept as open, where the
    caller has read them. ``rollout`` is locked; the caller saves its fields ``SAVED``, which are set here.
    """
    _forget_what_was_read(rollout)
    pages = apps if pages is None else pages
    if rollout.requirements_stage != rollout.stage:
        # A room's own action may have moved it: the refusal of a term returns to the homologation.
        if pages is not None and rollout.requirements_stage:
            pages = {*pages, *plugins.summarizing_between(rollout.requirements_stage, rollout.stage)}
        else:
            pages = None
        apps = None
    with asking(rollout):
        changed = _write_rows(rollout, apps, held_by, stored) if apps is None or apps else False
        if pages is None or pages:
            rollout.facts = {**rollout.facts, **_summaries(rollout, pages)}
    _forget_what_was_read(rollout)
    if apps is None:
        rollout.requirements_at, rollout.requirements_stage = clock.now(), rollout.stage
    return changed


def _write_rows(
    rollout: Rollout,
    apps: Collection[str] | None,
    held_by: str | None,
    stored: Collection[OpenRequirement] | None,
) -> bool:
    """Write what changed of what is open, and who is waited for; whether anything did."""
    if stored is None:
        stored = _stored(rollout.pk)
    before = {(row.gate, row.key): row for row in stored}
    after = {(row.gate, row.key): row for row in work_out(rollout, apps)}
    others = [row for row in before.values() if apps is not None and plugins.asking_app(row.key) not in {*apps, ""}]
    new = [row for place, row in after.items() if place not in before]
    changed = []
    for place, row in after.items():
        if place in before and _values(row) != _values(before[place]):
            changed.append(row)
    stay = {*after, *((row.gate, row.key) for row in others)}
    settled = [row.pk for place, row in before.items() if place not in stay]
    if changed or new:
        with _deleting(settled):
            OpenRequirement.objects.bulk_create(
                [*changed, *new], update_conflicts=True, unique_fields=["rollout", "gate", "key"], update_fields=FIELDS
            )
    elif settled:
        OpenRequirement.objects.filter(pk__in=settled).delete()
    _pass_the_ball(rollout, [*others, *after.values()], held_by)
    return bool(settled or new or any(_says_another(row, before[row.gate, row.key]) for row in changed))


@contextmanager
def _deleting(settled: Sequence[int]) -> Iterator[None]:
    """What writes rows meanwhile deletes the rows ``settled``, which are others, in the same statement."""

    def with_deletion(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal settled
        if settled and sql.startswith("INSERT"):
            table = connection.ops.quote_name(OpenRequirement._meta.db_table)
            sql = f"WITH settled AS (DELETE FROM {table} WHERE id = ANY(%s)) {sql}"  # noqa: S608 - no value is in the text
            params, settled = [list(settled), *params], []
        return execute(sql, params, many, context)

    with connection.execute_wrapper(with_deletion):
        yield


@compiled_once
def _stored(rollout_pk: int) -> QuerySet[OpenRequirement]:
    return OpenRequirement.objects.filter(rollout=rollout_pk)


def work_out(rollout: Rollout, apps: Collection[str] | None = None) -> Iterator[OpenRequirement]:
    """What is open by the rules of ``apps``, or by all, as rows that are not saved: what the next gate asks, what may be
    settled ahead of it, and what the gate back asks. Nothing of a closed rollout. Days and hours are the installation's,
    since every reader gets the same row."""
    gate = gates.next_gate(rollout)
    if gate is None:
        return
    with asking(rollout), clock.read_in(None):
        blocking = gates.requirements(rollout, gate, apps)
        yield from _rows(rollout, gate, blocking)
        yield from _rows(rollout, None, gates.early(rollout, blocking, apps))
        if back := BACKWARD.get(rollout.stage):
            yield from _rows(rollout, back, gates.requirements(rollout, back, apps))


def differences(rollout: Rollout) -> list[str]:
    """What is kept of ``rollout`` and is not as the rules answer now, each with the key of the requirement."""
    _forget_what_was_read(rollout)
    stored = {(row.gate, row.key): row for row in _stored(rollout.pk)}
    worked_out = {(row.gate, row.key): row for row in work_out(rollout)}
    problems = [f"{key} is missing" for gate, key in worked_out.keys() - stored.keys()]
    problems += [f"{key} is settled" for gate, key in stored.keys() - worked_out.keys()]
    for place in stored.keys() & worked_out.keys():
        values, others = _values(stored[place]), _values(worked_out[place])
        problems += [f"{place[1]} has another {name}" for name in FIELDS if values[name] != others[name]]
    summaries = _summaries(rollout)
    problems += [f"the summary of {key} is another" for key in summaries if rollout.facts.get(key) != summaries[key]]
    holder = _holder(rollout, list(worked_out.values()))
    if rollout.holder != holder:
        problems.append(f"the holder is {holder or 'nobody'}, not {rollout.holder or 'nobody'}")
    return sorted(problems)


def _rows(rollout: Rollout, gate: Gate | None, requirements: list[Requirement]) -> Iterator[OpenRequirement]:
    forward = gate in FORWARD.values()
    numbers: dict[int, int] = defaultdict(int)
    for item in requirements:
        rule = plugins.place_of(item.key)
        place = rule * OF_ONE_RULE + min(numbers[rule], OF_ONE_RULE - 1)
        numbers[rule] += 1
        yield OpenRequirement(
            rollout=rollout,
            gate=gate.value if gate else "",
            key=item.key,
            position=place + (0 if gate else NO_GATE),
            blocking=forward and item.waiver is None,
            text=Localized.of(item.text),
            owed_by=PartyRole(item.owed_by).value,
            since=item.since,
            url=item.url,
            waivable=item.waivable,
            waiver=item.waiver,
            due=item.due,
            until=item.until,
            review=item.review,
            person=item.person,
            by_lead=item.by_lead,
            also_by=item.also_by,
        )


def _summaries(rollout: Rollout, apps: Collection[str] | None = None) -> dict[str, list[dict[str, object]]]:
    with clock.read_in(None):
        return plugins.summaries(rollout, apps)


def _says_another(row: OpenRequirement, before: OpenRequirement) -> bool:
    """More than its place in the order differs, which a new rule of another app changes."""
    return {**_values(row), "position": 0} != {**_values(before), "position": 0}


def _values(row: OpenRequirement) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


def _holder(rollout: Rollout, rows: list[OpenRequirement], held_by: str | None = None) -> str:
    """The party role the rollout waits for ("bola com"); empty once it is closed.

    On hold it is the party that caused the hold. Otherwise it is whoever has owed something for longest at the next gate;
    when nothing is missing, Presence, who may open it.
    """
    if rollout.stage in CLOSED:
        return ""
    if held_by is None:
        held_by = rollout.open_hold.caused_by if rollout.open_hold else ""
    if held_by:
        return held_by
    missing = sorted((row for row in rows if row.blocking), key=lambda row: (row.since, row.position))
    return missing[0].owed_by if missing else PartyRole.PRESENCE.value


def _pass_the_ball(rollout: Rollout, rows: list[OpenRequirement], held_by: str | None) -> None:
    holder = _holder(rollout, rows, held_by)
    if holder != rollout.holder:
        rollout.holder, rollout.holder_since = holder, clock.now()


def _forget_what_was_read(rollout: Rollout) -> None:
    """All but its parties, which stay what they were when it was created."""
    prefetched = getattr(rollout, "_prefetched_objects_cache", {})
    rollout._prefetched_objects_cache = {  # type: ignore[attr-defined]
        name: rows for name, rows in prefetched.items() if name == "parties"
    }
