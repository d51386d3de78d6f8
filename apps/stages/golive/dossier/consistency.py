"""Whether the documents of a dossier tell what its timeline tells: nothing that an event names is missing from them.

The seal says that Presence wrote them; this says that they do not leave out what the chain has.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from apps.core import canonical
from apps.hours.events import shown_month
from apps.stages.golive.dossier import archive

RESULT, FAILURE = "homologation.result", "homologation.failure"


def problems(files: Mapping[str, bytes], events: list[dict[str, Any]], variant: str) -> Iterator[str]:
    """What the events name and the files lack; of withheld events nothing can be told."""
    visible_events = [event for event in events if not event.get("withheld")]
    yield from _incidents(files, visible_events)
    yield from _windows(files, visible_events)
    yield from _release(files, visible_events)
    yield from _results(files, visible_events)
    yield from _minutes(files, visible_events)
    if variant == archive.WHOLE_DOSSIER:
        yield from _statements(files, visible_events)


def _of(events: list[dict[str, Any]], *kinds: str) -> list[dict[str, Any]]:
    return [event["data"] for event in events if event["kind"] in kinds]


def _incidents(files: Mapping[str, bytes], events: list[dict[str, Any]]) -> Iterator[str]:
    incidents = {row["label"]: row for row in json.loads(files[archive.INCIDENTS])}
    for data in _of(events, "golive.incident"):
        row = incidents.get(data["label"])
        if row is None:
            yield f"{data['label']} is on the timeline and not in {archive.INCIDENTS}"
        elif (row["severity"], row["owner"]) != (data["severity"], data["owner"]):
            yield f"{data['label']} is told in another way than on the timeline"
    for data in _of(events, "golive.incident_resolved"):
        if not incidents.get(data["label"], {}).get("until"):
            yield f"{data['label']} was resolved, and {archive.INCIDENTS} does not say so"


def _windows(files: Mapping[str, bytes], events: list[dict[str, Any]]) -> Iterator[str]:
    numbers = {row["number"] for row in json.loads(files[archive.WINDOWS])}
    for data in _of(events, "golive.window_proposed"):
        if data["number"] not in numbers:
            yield f"window {data['number']} is on the timeline and not in {archive.WINDOWS}"


def _release(files: Mapping[str, bytes], events: list[dict[str, Any]]) -> Iterator[str]:
    release = json.loads(files[archive.RELEASE])
    for kind, field in (("golive.confirmed", "confirmed_at"), ("golive.released", "recorded_at")):
        if _of(events, kind) and not release[field]:
            yield f"{kind} is on the timeline, and {archive.RELEASE} does not say so"


def _results(files: Mapping[str, bytes], events: list[dict[str, Any]]) -> Iterator[str]:
    """Dossiers made before they carried the results have none to compare."""
    named = Counter((data["case"], data["outcome"]) for data in _of(events, RESULT))
    named += Counter((data["case"], "failed") for data in _of(events, FAILURE))
    if not named or archive.RESULTS not in files:
        if named and not any(name.startswith("homologacao/") for name in files):
            yield "the results of the homologation are missing"
        return
    listed = Counter((row["case"], row["outcome"]) for row in json.loads(files[archive.RESULTS]))
    for case, outcome in sorted((named - listed).keys()):
        yield f"a result of {case} ({outcome}) is on the timeline and not in {archive.RESULTS}"


def _minutes(files: Mapping[str, bytes], events: list[dict[str, Any]]) -> Iterator[str]:
    published = len(_of(events, "kickoff.minutes_published"))
    present = sum(name.startswith("ata/") for name in files)
    if present < published:
        yield f"{published} versions of the minutes were published, and {present} are here"


def _statements(files: Mapping[str, bytes], events: list[dict[str, Any]]) -> Iterator[str]:
    """Months closed before events named a hash are counted."""
    contents = [
        json.loads(files[name]) for name in files if name.startswith(archive.STATEMENTS) and name.endswith(".json")
    ]
    hashes = {canonical.sha256(content) for content in contents}
    closed = _of(events, "hours.month_closed")
    for data in closed:
        if "sha256" in data and data["sha256"] not in hashes:
            yield f"the statement of {shown_month(data['month'])} is not the one that was closed"
    if len(contents) < len(closed):
        yield f"{len(closed)} months were closed, and {len(contents)} statements are here"
