"""What the go-live itself gives to the dossier: the checklist, the windows, the incidents and the release, in Portuguese; as
data, and as one paper."""

from collections.abc import Iterator
from typing import Any

from django.template.loader import render_to_string

from apps.accounts.models import User
from apps.core import clock, papers
from apps.core.canonical import instant, readable
from apps.core.papers import pdf
from apps.core.process import PartyRole
from apps.rollouts.models import Rollout
from apps.stages.golive import days
from apps.stages.golive.dossier import archive
from apps.stages.golive.models import Release


def files(rollout: Rollout) -> Iterator[tuple[str, bytes]]:
    yield "producao/lista.json", readable(list(_checklist(rollout)))
    yield archive.WINDOWS, readable(list(_windows(rollout)))
    yield archive.INCIDENTS, readable(list(_incidents(rollout)))
    yield archive.RELEASE, readable(_release(rollout))
    with papers.on_paper():
        yield "producao/producao.pdf", pdf.render(render_to_string("golive/production_pdf.html", _context(rollout)))


def _context(rollout: Rollout) -> dict[str, Any]:
    return {
        "rollout": rollout,
        "created": clock.now(),
        "items": rollout.golive_items.select_related("done_by"),
        "windows": rollout.golive_windows.select_related("proposed_by").prefetch_related("answers__by"),
        "incidents": rollout.incidents.select_related("noted_by", "resolved_by"),
        "release": Release.objects.filter(rollout=rollout).select_related("confirmed_by", "recorded_by").first(),
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
