"""What stands in a dossier, gathered from the rooms below. Nothing but the record goes in: no clock, no reader's language."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from pyhanko.sign.signers import Signer

from apps.accounts.models import User
from apps.core import canonical, clock
from apps.core.canonical import instant
from apps.core.process import PartyRole
from apps.files.models import StoredFile
from apps.hours.models import StatementPdf
from apps.hours.statements import exports
from apps.rollouts.models import Event, Rollout
from apps.seals import signatures
from apps.stages.acceptance import queries as acceptance
from apps.stages.golive import days
from apps.stages.golive.dossier import archive
from apps.stages.golive.models import Release
from apps.stages.homologation.execution import report
from apps.stages.homologation.models import Result, Script
from apps.stages.kickoff.models import Minutes
from apps.stages.training import queries as training


def is_ready(rollout: Rollout) -> bool:
    """Every document that the dossier takes has been made: minutes, sealed term, statements."""
    term = acceptance.term_in_force(rollout)
    waits_for_seal = term is not None and term.envelope and term.sealed is None
    without_pdf = rollout.statements.filter(pdf=None).exists() or _minutes(rollout).filter(pdf=None).exists()
    return not waits_for_seal and not without_pdf


@dataclass(frozen=True)
class Contents:
    """The files of a dossier by their path, and what its manifest says of it."""

    files: dict[str, bytes]
    facts: dict[str, Any]


def whole(rollout: Rollout, number: int, through: int) -> Contents:
    """The dossier of a completed rollout as its ``number``-th edition, with the timeline up to the event ``through``."""
    with (
        clock.at(rollout.closed_at or rollout.stage_entered_at),
        clock.read_in(clock.installation_zone()),
        translation.override("pt-br"),
    ):
        files = dict(_files(rollout))
    return _described(rollout, files, number, archive.WHOLE, list(_events(rollout, through)))


def shared(rollout: Rollout, whole: Contents, number: int, through: int) -> Contents:
    """The same without statements, and with the hashes alone of the events that tell of hours."""
    left_out = (archive.README, archive.TIMELINE)
    files = {
        name: content
        for name, content in whole.files.items()
        if name not in left_out and not name.startswith(archive.STATEMENTS)
    }
    events = [_without_money(event) for event in _events(rollout, through)]
    return _described(rollout, files, number, archive.SHARED, events)


def sealed(contents: Contents, anchor: dict[str, Any], signer: Signer) -> bytes:
    """``contents`` as an archive, with what proves the anchor of its last event and Presence's seal on its manifest.

    Raises ``TimestampRequestError`` when the configured authority gives no time.
    """
    files = contents.files | {archive.ANCHOR: archive.as_json(anchor)}
    facts = {
        **contents.facts,
        "anchor": {"number": anchor["sheet"]["number"], "sha256": canonical.sha256(anchor["sheet"])},
        "seal": signatures.described(signer),
    }
    manifest = archive.manifest(files, **facts)
    return archive.written(
        files | {archive.MANIFEST: manifest, archive.SEAL: signatures.sign(manifest, signer)},
    )


def _described(
    rollout: Rollout, files: dict[str, bytes], number: int, variant: str, events: list[dict[str, Any]]
) -> Contents:
    files[archive.TIMELINE] = archive.as_json(events)
    term = acceptance.term_in_force(rollout)
    path = _term_path(term) if term and term.sealed else ""
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
    files[archive.README] = render_to_string("golive/dossier_readme.txt", facts).encode()
    return Contents(files, facts)


def _events(rollout: Rollout, through: int) -> Iterator[dict[str, Any]]:
    for event in Event.objects.filter(rollout=rollout, sequence__lte=through).order_by("sequence"):
        yield {**event.hashed(), "hash": event.hash}


def _without_money(event: dict[str, Any]) -> dict[str, Any]:
    if not event["kind"].startswith(archive.WITHHELD):
        return event
    return {key: event[key] for key in ("sequence", "previous", "hash")} | {"withheld": True}


def _files(rollout: Rollout) -> Iterator[tuple[str, bytes]]:
    if (term := acceptance.term_in_force(rollout)) and (pdf := term.sealed or term.pdf):
        yield _term_path(term), _bytes(pdf)
    for minutes in _minutes(rollout).select_related("pdf"):
        yield f"ata/{minutes}.pdf", _bytes(minutes.pdf)
    for statement in rollout.statements.order_by("number"):
        name = f"{archive.STATEMENTS}{statement.code}"
        lines = exports.export(statement.code, exports.rows(statement.content))
        yield f"{name}.pdf", _bytes(StatementPdf.objects.select_related("file").get(statement=statement).file)
        yield f"{name}.csv", lines.as_csv()
        yield f"{name}.json", archive.as_json(statement.content)
    if script := Script.objects.filter(rollout=rollout).first():
        yield f"homologacao/{rollout.code}-homologacao.pdf", report.render(rollout, script)
        yield archive.RESULTS, archive.as_json(list(_results(script)))
    yield "treinamento/presenca.json", archive.as_json(training.summary_for_term(rollout))
    yield "producao/lista.json", archive.as_json(list(_checklist(rollout)))
    yield archive.WINDOWS, archive.as_json(list(_windows(rollout)))
    yield archive.INCIDENTS, archive.as_json(list(_incidents(rollout)))
    yield archive.RELEASE, archive.as_json(_release(rollout))


def _term_path(term: Any) -> str:
    return f"termo/{term}.pdf"


def _minutes(rollout: Rollout) -> Any:
    return Minutes.objects.filter(kickoff__rollout=rollout).order_by("number")


def _results(script: Script) -> Iterator[dict[str, Any]]:
    results = Result.objects.filter(case__script=script).select_related("case", "round", "by", "confirmed_by")
    for result in results.order_by("pk"):
        yield {
            "case": result.case.code,
            "round": result.round.number,
            "outcome": result.outcome,
            "note": result.note,
            "machine": result.machine,
            "by": _name(result.by),
            "at": _at(result.at),
            "confirmed_by": _name(result.confirmed_by),
            "confirmed_at": _at(result.confirmed_at),
        }


def _checklist(rollout: Rollout) -> Iterator[dict[str, Any]]:
    for item in rollout.golive_items.select_related("done_by"):
        yield {
            "key": item.key,
            "title": item.title["pt"],
            "owner": item.owner,
            "mandatory": item.mandatory,
            "proof": item.proof,
            "done_at": _at(item.done_at),
            "done_by": _name(item.done_by),
            "note": item.note,
            "evidence": item.evidence,
        }


def _windows(rollout: Rollout) -> Iterator[dict[str, Any]]:
    for window in rollout.golive_windows.select_related("proposed_by").prefetch_related("answers__by"):
        yield {
            "number": window.number,
            "starts_at": _at(window.starts_at),
            "ends_at": _at(window.ends_at),
            "warnings": [str(days.WARNINGS.get(key, key)) for key in window.warnings],
            "reason": window.reason,
            "proposed_by": _name(window.proposed_by),
            "proposed_at": _at(window.proposed_at),
            "answers": [
                {
                    "party": answer.role,
                    "answer": answer.answer,
                    "reason": answer.reason,
                    "owner": answer.owner,
                    "by": _name(answer.by),
                    "at": _at(answer.at),
                }
                for answer in window.answers.all()
            ],
        }


def _incidents(rollout: Rollout) -> Iterator[dict[str, Any]]:
    for incident in rollout.incidents.select_related("noted_by", "resolved_by"):
        yield {
            "label": incident.label,
            "what": incident.what,
            "severity": incident.severity,
            "owner": incident.owner,
            "since": _at(incident.since),
            "until": _at(incident.until),
            "resolution": incident.resolution,
            "noted_by": _name(incident.noted_by),
            "resolved_by": _name(incident.resolved_by),
        }


def _release(rollout: Rollout) -> dict[str, Any]:
    release = Release.objects.filter(rollout=rollout).select_related("confirmed_by", "recorded_by").first()
    return {
        "project": rollout.code,
        "title": rollout.title,
        "parties": {role: rollout.company(role).legal_name for role in PartyRole.values},
        "confirmed_at": _at(release.confirmed_at) if release else None,
        "confirmed_by": _name(release.confirmed_by) if release else "",
        "recorded_at": _at(release.recorded_at) if release else None,
        "recorded_by": _name(release.recorded_by) if release else "",
        "note": release.note if release else "",
        "completed_at": _at(rollout.closed_at),
    }


def _at(moment: Any) -> str | None:
    return instant(moment) if moment else None


def _name(user: User | None) -> str:
    return str(user) if user else ""


def _bytes(stored: StoredFile | None) -> bytes:
    if stored is None:
        return b""
    with stored.content.open("rb") as file:
        return file.read()
