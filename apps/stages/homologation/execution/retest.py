"""Which cases a round executes."""

from apps.stages.homologation.models import Case
from apps.stages.homologation.queries import CaseStatus


def cases(statuses: list[CaseStatus], *, first: bool) -> list[Case]:
    """All that apply in the first round. In a later one those that have not passed, or not since a correction, and what
    depends on one of those, however far. A case with an agreed reservation, or of which Presence says that it does not apply,
    stays out.
    """
    applicable = [status for status in statuses if status.case.applies]
    if first:
        return [status.case for status in applicable]
    again = {
        status.case.code for status in applicable if not (status.passed or _stays_out(status)) or status.awaits_retest
    }
    grew = True
    while grew:
        reached = {status.case.code for status in applicable if again & set(status.case.depends)}
        grew = bool(reached - again)
        again |= reached
    return [status.case for status in applicable if status.case.code in again and not _stays_out(status)]


def _stays_out(status: CaseStatus) -> bool:
    return status.reserved or status.not_applicable or status.awaits_agreement
