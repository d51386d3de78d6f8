"""The timeline: one append-only, hash-chained event for each action, written in the action's own transaction."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from apps.core import canonical, clock, plugins
from apps.core.background import queue
from apps.core.database.compiled import compiled_once
from apps.core.database.rows import JSON, embedded, rows_of
from apps.core.events import EventData
from apps.core.process import PartyRole
from apps.core.refusals import Refusal
from apps.rollouts import read_model
from apps.rollouts.models import AnchorSheet, Event, Hold, OpenRequirement, Rollout

if TYPE_CHECKING:
    from apps.accounts.models import User

GENESIS = "0" * 64


def anchored_kinds() -> list[str]:
    """The names of the kinds after which a chain is anchored at once."""
    return [event.kind for event in plugins.events().values() if event.anchored]


@contextmanager
def changing(rollout: Rollout, *, even_closed: bool = False) -> Iterator[Rollout]:
    """One transaction around a change of ``rollout``: yields it locked and fresh.

    Raises ``Refusal`` (409) when the rollout is completed or cancelled, unless ``even_closed``.
    """
    with transaction.atomic():
        locked = _locked.first(rollout.pk)
        if locked is None:
            raise Rollout.DoesNotExist
        locked.take_parties_of(rollout)
        if not (locked.is_open or even_closed):
            refuse_closed(locked)
        locked._is_locked = True
        yield locked


@compiled_once
def _locked(pk: int) -> QuerySet[Rollout]:
    return Rollout.objects.select_related("platform").select_for_update(of=("self",), no_key=True).filter(pk=pk)


@contextmanager
def changing_several(rollout_keys: Collection[int]) -> Iterator[None]:
    """One transaction around changes of several rollouts, all done or none. They are locked in the order of their keys, so
    that two people who change the same ones wait for each other; each is still changed within ``changing``."""
    with transaction.atomic():
        rows = Rollout.objects.filter(pk__in=rollout_keys).order_by("pk").select_for_update(of=("self",), no_key=True)
        list(rows.values_list("pk"))
        yield


def refuse_closed(rollout: Rollout) -> NoReturn:
    """Raise ``Refusal`` (409): ``rollout`` is completed or cancelled."""
    raise Refusal(
        _("O projeto %(code)s está encerrado (%(stage)s) e não aceita mais alterações.")
        % {"code": rollout.code, "stage": rollout.get_stage_display().lower()}
    )


def require_lock(rollout: Rollout) -> None:
    """Raise ``RuntimeError`` unless ``rollout`` is the one that ``changing`` yielded."""
    if not getattr(rollout, "_is_locked", False):
        raise RuntimeError("This needs the rollout that changing() locked.")


def record(rollout: Rollout, event: EventData, actor: "User | None", *, party: str | None = None) -> Event:
    """Append one event. ``rollout`` must come from ``changing`` and all else must have been written already.

    ``event`` is the kind with its data, which is never a secret. ``party`` is the role ``actor`` acted for; left out, it is
    the role they hold here (Presence first where they hold several). What is open is worked out anew, since any event may
    settle something and pass the ball; the event keeps who has it from then on. What follows from it in the apps is done
    last (``Plugin.recorded``) and may refuse it all.
    """
    require_lock(rollout)
    asking_apps, summarized_apps = plugins.asking_after(event.kind), plugins.summarizing_after(event.kind)
    last, held_by, stored = _end_of_the_chain(rollout)
    if party is None:
        roles = rollout.roles_of(actor) if actor else set()
        party = next((role for role in PartyRole.values if role in roles), "")
    read_model.keep(rollout, asking_apps, pages=summarized_apps, held_by=held_by, stored=stored)
    rollout.version += 1
    row = Event(
        rollout=rollout,
        sequence=rollout.version,
        kind=event.kind,
        actor=actor,
        party=party,
        at=clock.now(),
        data=event.as_json(),
        holder=rollout.holder,
        previous=last,
    )
    row.hash = canonical.sha256(row.hashed())
    row.save(force_insert=True)
    rollout.save(update_fields=["version", "stage", "stage_entered_at", "closed_at", *read_model.SAVED])
    if event.anchored:
        queue.after_commit("apps.rollouts.tasks.anchor_asked_rollouts")
    for follow in plugins.followers():
        follow(rollout, event, actor)
    return row


def _end_of_the_chain(rollout: Rollout) -> tuple[str, str, list[OpenRequirement]]:
    """The hash of the last event, the party that caused the open hold, empty without one, and what was open after it."""
    last_hash, held_by, requirements = _ends_of_chains(rollout.pk)[0]
    return last_hash, held_by, rows_of(OpenRequirement, requirements)


@compiled_once
def _ends_of_chains(rollout_pk: int) -> "QuerySet[Rollout, tuple[str, str, list[JSON]]]":
    events = Event.objects.filter(rollout=OuterRef("pk")).order_by("-sequence").values("hash")
    holds = Hold.objects.filter(rollout=OuterRef("pk"), ended_at=None).values("caused_by")
    ends = {
        "last_hash": Coalesce(Subquery(events[:1]), Value(GENESIS)),
        "held_by": Coalesce(Subquery(holds[:1]), Value("")),
        "requirements": embedded(OpenRequirement.objects.filter(rollout=OuterRef("pk")).order_by("pk")),
    }
    return Rollout.objects.filter(pk=rollout_pk).annotate(**ends).values_list(*ends)


def head(rollout: Rollout) -> dict[str, object]:
    """The last event of ``rollout`` as it is carried in what leaves the house: its number, its hash, and the number of the
    newest sheet of anchors (0 before the first), so that neither can be cut off unseen."""
    last = rollout.events.order_by("-sequence").values_list("sequence", "hash").first()
    sequence, hash_ = last or (0, GENESIS)
    newest = AnchorSheet.objects.order_by("-number").values_list("number", flat=True).first()
    return {"sequence": sequence, "hash": hash_, "anchor": newest or 0}


@dataclass(frozen=True)
class BrokenLink:
    """The first place where a rollout's chain does not hold; ``sequence`` counts from 1."""

    rollout: Rollout
    sequence: int
    why: str


def verify(rollout: Rollout) -> BrokenLink | None:
    """Recompute every hash and link of ``rollout``'s chain; None when all of it holds.

    Events may be written meanwhile: there are at least as many as the rollout counted before, and at most as many as after.
    Whether the end was cut off together with that count, or all was hashed anew, only anchors tell (``verification``).
    """
    counted = Rollout.objects.filter(pk=rollout.pk).values_list("version", flat=True)
    at_least = counted.get()
    previous = GENESIS
    expected = 0
    for event in rollout.events.order_by("sequence").iterator():
        expected += 1
        if event.sequence != expected:
            return BrokenLink(rollout, expected, f"event #{expected} is missing")
        if event.previous != previous:
            return BrokenLink(rollout, expected, f"event #{expected} does not link to the one before it")
        if canonical.sha256(event.hashed()) != event.hash:
            return BrokenLink(rollout, expected, f"event #{expected} was changed after it was written")
        previous = event.hash
    if expected < at_least:
        return BrokenLink(rollout, expected + 1, f"event #{expected + 1} is missing: the rollout has {at_least}")
    if expected > (at_most := counted.get()):
        return BrokenLink(rollout, expected, f"event #{expected} is one too many: the rollout has {at_most}")
    return None
