from apps.core import clock
from apps.portfolio.models import StatusReport
from apps.portfolio.reports import actions, facts
from apps.rollouts.models import Rollout

WORDS = {"light": "on_course", "reason": "", "summary": "Tudo certo por aqui.", "hidden": []}
"""What a manager says of a project on which nothing is wrong."""


def a_draft(rollout: Rollout) -> StatusReport:
    return actions.start(rollout, by=rollout.project_manager)


def a_sent_report(rollout: Rollout, **words) -> StatusReport:
    """A report that was sent; its project goes on."""
    return actions.send(a_draft(rollout), by=rollout.project_manager, **{**WORDS, **words})


def a_report_of_before(rollout: Rollout) -> StatusReport:
    """One that was sent, as a row: also of a project that is over."""
    since = rollout.started_at
    record = facts.gather(rollout, since, facts.happened(rollout, since))
    return StatusReport.objects.create(
        rollout=rollout, number=1, state="sent", since=since, light="on_course", summary="x",
        facts={**record, "names_somebody": False}, ended_at=clock.now(), ended_by=rollout.project_manager,
    )  # fmt: skip
