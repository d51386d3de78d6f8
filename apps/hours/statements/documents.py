"""The PDF/A of a statement, from what was closed and nothing else; the worker makes it."""

import json
from typing import Any

from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils.dateparse import parse_date, parse_datetime

from apps.core import papers
from apps.core.papers import pdf
from apps.files import actions as files
from apps.hours import closing_warnings
from apps.hours.classification import Activity, HourClass, Rounding
from apps.hours.ledger import statements
from apps.hours.models import ClientStatement, Statement, StatementPdf


def html(statement: Statement | ClientStatement) -> str:
    """The document as HTML: Portuguese, whatever the reader's language, since it is what is billed."""
    with papers.on_paper():
        context = {"statement": statement, "created": statement.closed_at, **presented(statement.content)}
        return render_to_string("hours/statement_pdf.html", context)


def presented(content: dict[str, Any]) -> dict[str, Any]:
    """A content with labels and dates for a template, in the reader's language; adjustments under a heading of their own."""
    parts = content.get("rollouts", [content])
    return {
        "content": content,
        "charged": statements.charged(content),
        "client": content.get("client"),
        "issuer": content.get("issuer"),
        "due_on": parse_date(content.get("due_on", "")),
        "parts": [
            {
                **part,
                "charged": statements.charged(part),
                "acknowledged": [closing_warnings.describe(warning) for warning in part.get("acknowledged", [])],
                "policy_versions": [
                    {
                        **policy,
                        "effective_from": parse_date(policy["effective_from"]),
                        "rounding_label": Rounding(policy["rounding"]).label,
                    }
                    for policy in part.get("policies", [])
                ],
                "approvals": [
                    {
                        **approval,
                        "label": Activity(approval["activity"]).label,
                        "approved_at": parse_datetime(approval["approved_at"]),
                    }
                    for approval in part.get("approvals", [])
                ],
                **_tables(part["lines"]),
            }
            for part in parts
        ],
    }


def _tables(content_lines: list[dict[str, Any]]) -> dict[str, Any]:
    """The lines of the month's work, and those that adjust closed months, each with their sums; ``bills`` says whether any
    of them is charged for, for a table without empty columns of money."""
    lines = [_line_in_words(line) for line in content_lines]
    work = [line for line in lines if not line.get("adjusts")]
    adjustments = [line for line in lines if line.get("adjusts")]
    return {
        "work": work,
        "adjustments": adjustments,
        "work_sums": _sums(work),
        "adjustment_sums": _sums(adjustments),
    }


def _sums(lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "minutes": sum(line["minutes"] for line in lines),
        "charged": sum(line["charged"] for line in lines),
        "amount": sum(line["amount"] for line in lines),
        "bills": any(line["hour_class"] == HourClass.BILLABLE for line in lines),
    }


def _line_in_words(line: dict[str, Any]) -> dict[str, Any]:
    return {
        **line,
        "at": parse_datetime(line["started_at"]),
        "label": HourClass(line["hour_class"]).label,
        "activity_label": Activity(line["activity"]).label,
        "why": statements.why(line),
        "charged": line.get("charged_minutes", line["minutes"] if line["hour_class"] == HourClass.BILLABLE else 0),
        "unapproved": line["minutes"] - line["approved"] if _is_short(line) else 0,
    }


def _is_short(line: dict[str, Any]) -> bool:
    """Whether the client approved less than what is charged; what was closed before there were approvals does not say."""
    return (
        line["hour_class"] == HourClass.BILLABLE
        and line.get("approved") is not None
        and line["approved"] < line["minutes"]
    )


def render(statement: Statement | ClientStatement) -> bytes:
    """PDF/A-3u, the content attached as JSON."""
    attached = json.dumps(statement.content, ensure_ascii=False, sort_keys=True, indent=1).encode()
    record = pdf.Attachment(f"{statement.code}.json", attached, dated=statement.closed_at, description="Registro")
    return pdf.render(html(statement), attachments=[record])


def render_statement(statement_pk: int) -> None:
    """``store_pdf`` of a rollout's closed month."""
    store_pdf(Statement.objects.select_related("rollout").get(pk=statement_pk))


def render_client_statement(statement_pk: int) -> None:
    """``store_pdf`` of a client's closed month."""
    store_pdf(ClientStatement.objects.get(pk=statement_pk))


def store_pdf(statement: Statement | ClientStatement) -> None:
    """Render and keep the PDF of ``statement``; once there is one, it stays. Safe to run twice, or at once."""
    field = "statement" if isinstance(statement, Statement) else "client_statement"
    stored_pdfs = StatementPdf.objects.filter(**{field: statement})
    if stored_pdfs.exists():
        return
    rendered = render(statement)
    try:
        with transaction.atomic():
            stored = files.store_bytes(rendered, f"{statement.code}.pdf")
            StatementPdf.objects.create(**{field: statement}, file=stored)
    except IntegrityError:
        if not stored_pdfs.exists():
            raise
