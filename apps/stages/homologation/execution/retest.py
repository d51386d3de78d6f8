"""Which cases a round executes."""

from collections.abc import Collection, Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.stages.homologation.models import Case
from apps.stages.homologation.queries import CaseStatus


class Scope(models.TextChoices):
    """What a later round takes."""

    PENDING = "pending", _("O que não passou e o que depende disso")
    ALL = "all", _("Todos os casos")
    PROCESS = "process", _("Um processo")
    CASES = "cases", _("Os casos escolhidos")
    DEPENDENTS = "dependents", _("Os casos escolhidos e o que depende deles")


def cases(
    statuses: list[CaseStatus],
    *,
    first: bool,
    scope: Scope = Scope.PENDING,
    process: str = "",
    codes: Collection[str] = (),
) -> list[Case]:
    """All that apply in the first round; in a later one those of ``scope``.

    What is pending has not passed, or not since a correction. A case with an agreed reservation, or of which Presence says
    that it does not apply, stays out unless it was chosen itself.
    """
    applicable = [status for status in statuses if status.case.applies]
    if first:
        return [status.case for status in applicable]
    chosen = {status.case.code for status in applicable} & set(codes)
    if scope == Scope.CASES:
        again, named = chosen, chosen
    elif scope == Scope.DEPENDENTS:
        again, named = with_dependents(chosen, applicable), chosen
    elif scope == Scope.PENDING:
        again, named = with_dependents(_pending(applicable), applicable), set()
    else:
        again = {status.case.code for status in applicable if scope == Scope.ALL or status.case.process == process}
        named = set()
    return [
        status.case
        for status in applicable
        if status.case.code in again and (status.case.code in named or not _stays_out(status))
    ]


def with_dependents(codes: Iterable[str], applicable: list[CaseStatus]) -> set[str]:
    """``codes`` and those of the cases that depend on one of them, however far."""
    again = set(codes)
    grew = True
    while grew:
        reached = {status.case.code for status in applicable if again & set(status.case.depends)}
        grew = bool(reached - again)
        again |= reached
    return again


def _pending(applicable: list[CaseStatus]) -> set[str]:
    not_passed = {status.case.code for status in applicable if not (status.passed or _stays_out(status))}
    return not_passed | {status.case.code for status in applicable if status.awaits_retest}


def _stays_out(status: CaseStatus) -> bool:
    return status.reserved or status.not_applicable or status.awaits_agreement
