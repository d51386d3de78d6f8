"""What stands in a dossier: what every app gives (``Plugin.dossier``), and the timeline. Nothing but the record goes in: no
clock, no reader's language."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apps.core import canonical, clock, papers, plugins
from apps.rollouts.models import Event, Rollout
from apps.seals import signatures
from apps.stages.golive import names
from apps.stages.golive.dossier import archive, readme

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer


def is_ready(rollout: Rollout) -> bool:
    """Every document that the dossier takes has been made: minutes, sealed term, statements."""
    return all(plugin.dossier_is_ready(rollout) for plugin in plugins.plugins() if plugin.dossier_is_ready)


@dataclass(frozen=True)
class Contents:
    """The files of a dossier by their path, and what its manifest says of it."""

    files: dict[str, bytes]
    facts: dict[str, Any]


def whole_dossier(rollout: Rollout, number: int, through: int) -> Contents:
    """The dossier of a completed rollout as its ``number``-th edition, with the timeline up to the event ``through``.
    Companies and people are called as they were at the release, in every edition."""
    with (
        clock.at(rollout.closed_at or rollout.stage_entered_at),
        papers.on_paper(),
        names.of_the_release(rollout) as as_released,
    ):
        files = dict(_files(as_released))
    return _described(rollout, files, number, archive.WHOLE_DOSSIER, list(_events(rollout, through)), through)


def shared_dossier(rollout: Rollout, whole_contents: Contents, number: int, through: int) -> Contents:
    """The same without statements, and of the events that tell of hours with their hashes alone, when they were and who had
    the ball after them: the clocks are counted from that."""
    left_out = (archive.README, archive.TIMELINE)
    files = {
        name: content
        for name, content in whole_contents.files.items()
        if name not in left_out and not name.startswith(archive.STATEMENTS)
    }
    events = [_without_money(event) for event in _events(rollout, through)]
    return _described(rollout, files, number, archive.SHARED_DOSSIER, events, through)


def sealed(contents: Contents, anchor: dict[str, Any], signer: "Signer") -> bytes:
    """``contents`` as an archive, with what proves the anchor of its last event and Presence's seal on its manifest.

    Raises ``NoTimestamp`` when the configured authority gives no time.
    """
    files = contents.files | {archive.ANCHOR: canonical.readable(anchor)}
    facts = {
        **contents.facts,
        "anchor": {"number": anchor["sheet"]["number"], "sha256": canonical.sha256(anchor["sheet"])},
        "seal": signatures.description_of(signer),
    }
    manifest = archive.manifest(files, **facts)
    return archive.written(
        files | {archive.MANIFEST: manifest, archive.SEAL: signatures.sign(manifest, signer)},
    )


def _described(
    rollout: Rollout, files: dict[str, bytes], number: int, variant: str, events: list[dict[str, Any]], through: int
) -> Contents:
    files[archive.TIMELINE] = canonical.readable(events)
    path = next((name for name in files if name.startswith(archive.TERM)), "")
    facts = {
        "project": rollout.code,
        "edition": number,
        "variant": variant,
        "events": len(events),
        "head": events[-1]["hash"],
        "withheld": [event["sequence"] for event in events if event.get("withheld")],
        "term": path,
        "term_sha256": hashlib.sha256(files[path]).hexdigest() if path else "",
    }
    files[archive.README] = readme.written(rollout, facts, through)
    return Contents(files, facts)


def _events(rollout: Rollout, through: int) -> Iterator[dict[str, Any]]:
    for event in Event.objects.filter(rollout=rollout, sequence__lte=through).order_by("sequence"):
        yield {**event.hashed(), "hash": event.hash}


def _without_money(event: dict[str, Any]) -> dict[str, Any]:
    if not event["kind"].startswith(archive.WITHHELD):
        return event
    return {key: event[key] for key in ("sequence", "previous", "hash", "at", "holder")} | {"withheld": True}


def _files(rollout: Rollout) -> Iterator[tuple[str, bytes]]:
    for plugin in plugins.plugins():
        for share in plugin.dossier:
            yield from share(rollout)
