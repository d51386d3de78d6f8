"""How each case stands, kept with the case (``Case.standing``) by the actions that change it, so that neither the gate nor a
summary goes through every result ever recorded. ``differences`` proves it."""

import logging
from collections.abc import Iterable

from django.db.models import Case as Choice
from django.db.models import F, Value, When

from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.models import Case, Result, Script

Standing = Case.Standing
logger = logging.getLogger(__name__)


def note_result(result: Result) -> None:
    """Keep what the newest ``result``, of a case of the open round, makes of the case. Within the transaction that records
    it."""
    case = Case.objects.filter(pk=result.case_id)
    if result.awaits_confirmation:
        is_settled = When(standing__in=[Standing.PASSED, Standing.NOT_APPLICABLE], then=F("standing"))
        awaited = Standing.TO_AGREE if result.awaits_agreement else Standing.TO_CONFIRM
        case.update(standing=Choice(is_settled, default=Value(awaited.value)), standing_at=result.at)
    else:
        case.update(standing=result.outcome, standing_at=result.at)


def write(cases: Iterable[Case]) -> None:
    """Work out anew how ``cases``, of one script, stand, and keep it. Within the transaction of what changed it."""
    changed = []
    for status in queries.statuses_of(cases):
        if (status.case.standing, status.case.standing_at) != (status.standing, status.standing_at):
            status.case.standing, status.case.standing_at = status.standing, status.standing_at
            changed.append(status.case)
    Case.objects.bulk_update(changed, ["standing", "standing_at"])


def write_all(rollout: Rollout) -> None:
    """``write`` for every case of ``rollout``; the log names those that were kept wrongly."""
    script = Script.objects.filter(rollout=rollout).first()
    if script is None:
        return
    for difference in differences(script):
        logger.error("%s: %s.", rollout.code, difference)
    write(script.cases.all())


def differences(script: Script) -> list[str]:
    """What is kept of the cases of ``script`` and is not what their results say."""
    return [
        f"{status.case.code} is kept as {status.case.standing}, its results say {status.standing}"
        for status in queries.case_statuses(script, bare=True)
        if (status.case.standing, status.case.standing_at) != (status.standing, status.standing_at)
    ]
