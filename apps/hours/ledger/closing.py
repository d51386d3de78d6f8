"""Close a month: of one rollout, or of a client over all of its rollouts. What is closed never changes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.models import Company, Kind
from apps.core import canonical
from apps.core.background import queue
from apps.core.process import PartyRole
from apps.core.refusals import Refusal, require
from apps.hours import closing_warnings, events, queries
from apps.hours.agreement import coverage as agreement
from apps.hours.agreement.records import Records, open_points, records_of, records_of_many
from apps.hours.closing_warnings import Warning
from apps.hours.ledger import statements, sums
from apps.hours.models import ClientStatement, Line, Statement
from apps.rollouts import numbering, timeline
from apps.rollouts.anchors import anchoring
from apps.rollouts.models import Rollout


def negative_total(records: Records, month: date) -> Iterator[Warning]:
    """The month as a whole gives money back to the client."""
    if sum(row.amount for row in records.sums if row.month == month) < 0:
        yield {"warning": closing_warnings.NEGATIVE_TOTAL}


def work_past_the_end(records: Records, month: date) -> Iterator[Warning]:
    """Entries that began in the month and ended in the next one: they belong to the month they began in."""
    for number, began in records.past_the_end.items():
        if began == month:
            yield {"warning": closing_warnings.PAST_THE_END, "number": number}


CHECKS: tuple[Callable[[Records, date], Iterable[Warning]], ...] = (
    negative_total,
    work_past_the_end,
    open_points,
)
"""What is looked at before a month is closed; each gives the warnings that whoever closes must acknowledge."""


def warnings_of(rollout: Rollout, month: date) -> list[Warning]:
    """What must be acknowledged before ``month`` of ``rollout`` is closed; empty when nothing is in doubt."""
    return warnings_in(records_of(rollout), month)


def warnings_in(records: Records, month: date) -> list[Warning]:
    """The same, of a rollout with these ``records``."""
    month = month.replace(day=1)
    return [warning for check in CHECKS for warning in check(records, month)]


def receipt(warnings: list[Warning]) -> str:
    """What an acknowledgement sends back: it stands for exactly these warnings; empty for none."""
    return canonical.sha256(warnings) if warnings else ""


def close_month(rollout: Rollout, *, by: User, month: date, acknowledged: str = "") -> Statement:
    """Close the month of ``month`` for ``rollout``: its lines are fixed and its statement never changes.

    The month must be over, and every earlier month with hours closed before it. ``acknowledged`` is the ``receipt`` of
    the warnings that were shown; Refusal (409) names them when there are any that it does not stand for.
    """
    require(by, "hours.close", rollout)
    month = month.replace(day=1)
    with timeline.changing(rollout, even_closed=True) as rollout:
        _check_over(month)
        if queries.is_month_closed(rollout, queries.month_starts(month)):
            raise Refusal(_("Este mês já foi fechado."))
        if not queries.lines_of_month(rollout, month).filter(statement=None).exists():
            _check_order(rollout, month)
            raise Refusal(_("Não há horas a fechar neste mês."))
        warnings = warnings_of(rollout, month)
        _check_acknowledged(warnings, acknowledged)
        return _close(rollout, by, month, warnings)


def close_client_month(client: Company, *, by: User, month: date, acknowledged: str = "") -> ClientStatement:
    """Close the month of ``month`` for ``client``: each rollout with hours that is still open, then all as one statement.

    Raises as ``close_month``. The number is the next of the installation.
    """
    require(by, "hours.close_client")
    month = month.replace(day=1)
    with transaction.atomic(), ExitStack() as stack:
        # Numbers have no gaps: one closing at a time, in the whole installation.
        list(Company.objects.select_for_update(no_key=True).filter(kind=Kind.PRESENCE))
        client_rollouts = queries.rollouts_of(client, month).order_by("pk")
        rollouts = [stack.enter_context(timeline.changing(rollout, even_closed=True)) for rollout in client_rollouts]
        _check_over(month)
        if queries.client_statements_of(client).filter(month__gte=month).exists():
            raise Refusal(_("Este mês já foi fechado."))
        open_now = [
            rollout for rollout in rollouts if queries.lines_of_month(rollout, month).filter(statement=None).exists()
        ]
        for rollout in rollouts:
            _check_order(rollout, month)
        warnings = client_warnings(open_now, month)
        _check_acknowledged(warnings, acknowledged)
        number = (ClientStatement.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        for rollout in open_now:
            _close(rollout, by, month, warnings_of(rollout, month), client_statement=number)
        parts = queries.statements_of(client, month)
        if not parts:
            raise Refusal(_("Não há horas a fechar neste mês."))
        statement = ClientStatement(client=client, number=number, month=month, closed_by=by)
        statement.content = statements.client_content(statement, parts, warnings)
        statement.save(force_insert=True)
        gathered = [rollout for rollout in rollouts if rollout.pk in {part.rollout_id for part in parts}]
        _record_client_closing(statement, gathered, by)
        queue.after_commit("apps.hours.tasks.render_client_statement", statement.pk)
        return statement


def client_warnings(rollouts: Iterable[Rollout], month: date) -> list[Warning]:
    """What must be acknowledged before ``month`` is closed for a client; each warning names its rollout."""
    rollouts = list(rollouts)
    return client_warnings_in(rollouts, records_of_many(rollouts), month)


def client_warnings_in(rollouts: Iterable[Rollout], records: Mapping[int, Records], month: date) -> list[Warning]:
    """The same, of rollouts with these ``records``."""
    return [
        {**warning, "rollout": rollout.code}
        for rollout in rollouts
        for warning in warnings_in(records[rollout.pk], month)
    ]


def _check_over(month: date) -> None:
    if not queries.is_over(month):
        raise Refusal(_("O mês ainda não terminou."))


def _check_order(rollout: Rollout, month: date) -> None:
    if queries.open_lines(rollout).filter(entry__started_at__lt=queries.month_starts(month)).exists():
        raise Refusal(_("Feche primeiro os meses anteriores."), details=[str(rollout)])


def _check_acknowledged(warnings: list[Warning], acknowledged: str) -> None:
    if receipt(warnings) != acknowledged:
        if warnings:
            sentences = [closing_warnings.describe(warning) for warning in warnings]
            raise Refusal(_("Confirme que leu os avisos deste fechamento:"), details=sentences)
        raise Refusal(_("Os avisos deste fechamento mudaram. Confira de novo."))


def _record_client_closing(statement: ClientStatement, rollouts: list[Rollout], by: User) -> None:
    """Record ``statement`` once, on the first of the ``rollouts`` that it gathers (all locked) whose client still is its
    client: its people see that one, and the event brings them the statement."""
    visible_to_client = [rollout for rollout in rollouts if rollout.company(PartyRole.CLIENT).pk == statement.client_id]
    event = events.ClientMonthClosed(
        month=f"{statement.month:%Y-%m}",
        client_statement=statement.number,
        sha256=canonical.sha256(statement.content),
    )
    timeline.record((visible_to_client or rollouts)[0], event, by)


def _close(
    rollout: Rollout, by: User, month: date, warnings: list[Warning], *, client_statement: int | None = None
) -> Statement:
    """``rollout`` is locked; ``client_statement`` is the number of the client's statement that will gather this one."""
    _check_order(rollout, month)
    lines = list(queries.lines_of_month(rollout, month).filter(statement=None))
    agreement.record_coverage(rollout, lines)
    number = numbering.next_number(rollout, rollout.statements)
    statement = Statement(rollout=rollout, number=number, month=month, closed_by=by)
    statement.content = statements.content(statement, lines, warnings)
    statement.save(force_insert=True)
    Line.objects.filter(
        statement=None, entry__in=rollout.time_entries.filter(
            started_at__gte=queries.month_starts(month), started_at__lt=queries.month_starts(queries.following(month))
        )
    ).update(statement=statement)  # fmt: skip
    sums.close(rollout, month)
    event = events.MonthClosed(
        month=f"{month:%Y-%m}",
        **statement.content["totals"],
        acknowledged=warnings or None,
        statement=statement.number,
        sha256=canonical.sha256(statement.content),
        anchor=anchoring.newest_sheet_number(),
        client_statement=client_statement,
    )
    timeline.record(rollout, event, by)
    queue.after_commit("apps.hours.tasks.render_statement", statement.pk)
    return statement
