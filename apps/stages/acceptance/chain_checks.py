"""Terms held against the timeline."""

import hashlib
from collections.abc import Iterator

from apps.files.models import StoredFile
from apps.rollouts.anchors import verification
from apps.rollouts.models import Event, Rollout
from apps.seals.outcomes import Outcome
from apps.seals.trust import Trust
from apps.stages.acceptance import events
from apps.stages.acceptance.models import AcceptanceTerm


def terms(rollout: Rollout, trust: Trust) -> Iterator[tuple[Outcome, str]]:
    """Each term, its document and its sealed file are what their events name; the sealed file is judged by its bytes."""
    terms_by_version = {term.version: term for term in rollout.terms.select_related("pdf", "sealed")}
    named = {kind: _named(rollout, kind) for kind in (events.Drafted.kind, events.Rendered.kind, events.Sealed.kind)}
    for version in sorted(set().union(*named.values()) - terms_by_version.keys()):
        yield Outcome.BROKEN, f"version {version} of the term is missing"
    for version, term in terms_by_version.items():
        if version not in named[events.Drafted.kind]:
            yield Outcome.BROKEN, f"the timeline does not know term {term}"
        elif named[events.Drafted.kind][version] != term.record_sha256:
            yield Outcome.BROKEN, f"the record of term {term} is not the one that was drafted"
        for kind, stored in ((events.Rendered.kind, term.pdf), (events.Sealed.kind, term.sealed)):
            yield from _file(term, kind, stored, named[kind].get(version))
        if term.sealed:
            yield from _sealed(term, trust)
        if problem := verification.head_problem(rollout, term.envelope.get("timeline")):
            yield Outcome.BROKEN, f"term {term}: {problem}"


def _named(rollout: Rollout, kind: str) -> dict[int, str]:
    """The hashes that events of ``kind`` name, by the term's version."""
    rows: list[Event] = list(rollout.events.filter(kind=kind))
    return {row.data["version"]: row.data.get("sha256", "") for row in rows if "version" in row.data}


def _file(
    term: AcceptanceTerm, kind: str, stored: StoredFile | None, sha256: str | None
) -> Iterator[tuple[Outcome, str]]:
    if (stored.sha256 if stored else None) != sha256:
        yield Outcome.BROKEN, f"the file of term {term} is not the one that the event {kind} names"
    elif stored:
        try:
            with stored.content.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except (OSError, ValueError) as error:
            yield Outcome.ERROR, f"the file of term {term} cannot be read: {type(error).__name__}"
            return
        if digest != sha256:
            yield Outcome.BROKEN, f"the file of term {term} was changed where it lies"


def _sealed(term: AcceptanceTerm, trust: Trust) -> Iterator[tuple[Outcome, str]]:
    from apps.stages.acceptance.sealing import verification as files  # pyHanko is slow to import.

    assert term.sealed is not None  # noqa: S101 - asked before
    try:
        with term.sealed.content.open("rb") as file:
            findings = files.examine(file.read(), trust)
    except (OSError, ValueError):
        return  # Said of the file already.
    if findings.outcome is Outcome.BROKEN:
        yield Outcome.BROKEN, f"term {term}: {'; '.join(findings.problems)}"
    elif findings.outcome is Outcome.UNTRUSTED:
        yield Outcome.UNTRUSTED, f"term {term}: {findings.why_untrusted()}"
