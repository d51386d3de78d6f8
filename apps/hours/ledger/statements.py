"""What a statement says, as plain JSON: minutes, centavos, instants in UTC, keys. Everything printed or exported is made of
it, and words only then."""

from datetime import date, datetime, timedelta

from django.conf import settings

from apps.companies.models import Company, Kind
from apps.core import canonical, clock, papers
from apps.hours import classification, queries
from apps.hours.closing_warnings import Warning
from apps.hours.models import ClientStatement, Line, Statement
from apps.rollouts import timeline
from apps.rollouts.models import Rollout

FORMAT = 4


def content(statement: Statement, lines: list[Line], warnings: list[Warning]) -> dict[str, object]:
    """What closing ``statement`` fixes. Adjustments name the statement that their entry was closed in."""
    rollout = statement.rollout
    client = queries.client_of(rollout, statement.month)
    originals = dict(
        Line.objects.filter(entry__in={line.entry.adjusts_id for line in lines if line.entry.adjusts_id})
        .values_list("entry__number", "statement__number")
        .distinct()
    )
    # Whoever closes it, it is Portuguese: so is the name under which somebody stands whose account was erased.
    with papers.on_paper():
        line_contents = [line_content(line, originals) for line in lines]
    return {
        "format": FORMAT,
        **_payment(statement.closed_at),
        "rollout": {"id": rollout.pk, "code": rollout.code, "title": rollout.title},
        "client": {"legal_name": client.legal_name, "cnpj": client.cnpj},
        "number": statement.number,
        "month": statement.month.isoformat(),
        "totals": queries.totals(lines),
        "charged_minutes": sum(line.charged_minutes for line in lines),
        "policies": [
            {"number": policy.number, "effective_from": policy.effective_from.isoformat(), **policy.terms()}
            for policy in queries.policies(rollout)
        ],
        "acknowledged": warnings,
        "approvals": _approvals(rollout, statement.month, lines),
        "lines": line_contents,
        # The timeline as it stood before the closing, whose own event names the hash of all this.
        "timeline": timeline.head(rollout),
    }


def line_content(line: Line, originals: dict[int, int]) -> dict[str, object]:
    entry = line.entry
    adjusts = entry.adjusts.number if entry.adjusts else None
    return {
        "entry": entry.number,
        "position": line.position,
        "started_at": entry.started_at.isoformat(),
        "person": str(entry.person),
        "activity": entry.activity,
        "note": entry.note,
        "nonconformity": entry.nonconformity.label if entry.nonconformity else "",
        "adjusts": adjusts,
        "adjusts_statement": originals.get(adjusts) if adjusts else None,
        "minutes": line.minutes,
        "hour_class": line.hour_class,
        "charged_minutes": line.charged_minutes,
        "rate": line.rate,
        "amount": line.amount,
        "reason": line.reason,
        "params": line.params,
        "approved": line.approved,
    }


def client_content(statement: ClientStatement, parts: list[Statement], warnings: list[Warning]) -> dict[str, object]:
    """The contents of the statements of a client's rollouts, and their sum."""
    totals: dict[str, int] = {}
    for part in parts:
        for name, value in part.content["totals"].items():
            totals[name] = totals.get(name, 0) + value
    return {
        "format": FORMAT,
        **_payment(statement.closed_at),
        "client": {"legal_name": statement.client.legal_name, "cnpj": statement.client.cnpj},
        "number": statement.number,
        "month": statement.month.isoformat(),
        "totals": totals,
        "charged_minutes": sum(charged(part.content) for part in parts),
        "acknowledged": warnings,
        "rollouts": [
            {**part.content, "rollout": rollout_of(part), "number": part.number, "month": part.month.isoformat()}
            for part in parts
        ],
    }


def _payment(closed_at: datetime) -> dict[str, object]:
    """Who bills, and until which day it is paid, where the installation says how many days the client has."""
    presence = Company.objects.filter(kind=Kind.PRESENCE).first()
    issuer: dict[str, object] = (
        {"issuer": {"legal_name": presence.legal_name, "cnpj": presence.cnpj}} if presence else {}
    )
    if not settings.STATEMENT_DUE_DAYS:
        return issuer
    day = clock.day_of(closed_at) + timedelta(days=settings.STATEMENT_DUE_DAYS)
    return {**issuer, "due_on": day.isoformat()}


def _approvals(rollout: Rollout, month: date, lines: list[Line]) -> list[dict[str, object]]:
    """What the client of ``month`` approved of the activities that ``lines`` bill, when and by whom, in the order of its
    answers."""
    billed = {line.entry.activity for line in lines if line.hour_class == classification.HourClass.BILLABLE}
    if not billed:
        return []
    return [
        {
            "number": request.number,
            "activity": request.activity,
            "minutes": request.minutes,
            "rate": request.hourly_rate,
            "price": request.price,
            "approved_by": str(request.answered_by),
            "approved_at": canonical.instant(request.answered_at),
        }
        for request in queries.approvals_of_client(rollout, month).filter(activity__in=billed)
        if request.answered_at
    ]


def rollout_of(statement: Statement) -> dict[str, object]:
    rollout = statement.rollout
    return {"id": rollout.pk, "code": rollout.code, "title": rollout.title}


def why(line: dict) -> str:
    """Why a line of a content has its class, in the reader's language."""
    return classification.explain(line["reason"], line["params"], line["minutes"])


def charged(content: dict) -> int:
    """Charged minutes of a content; those closed before there was rounding charge what is billable."""
    return content.get("charged_minutes", content["totals"]["billable"])
