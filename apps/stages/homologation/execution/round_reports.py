"""A report that speaks for a whole round: of a load test, of a run of the integrator's own suite."""

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.refusals import Invalid, require
from apps.files import actions as files
from apps.rollouts import timeline
from apps.stages.homologation import events
from apps.stages.homologation.access import refuse_outside_homologation
from apps.stages.homologation.models import Round, RoundReport


def add(round_: Round, *, by: User, title: str, file: files.FormFile) -> RoundReport:
    """Add a report to ``round_``, open or closed, while the homologation lasts. Raises what ``files.store`` raises."""
    require(by, "homologation.execute", round_.script)
    with timeline.changing(round_.script.rollout) as rollout:
        refuse_outside_homologation(rollout)
        if not title.strip():
            raise Invalid(_("Dê um título ao relatório."), field="title")
        report = RoundReport.objects.create(
            round=round_, file=files.store(file, by=by), title=title.strip()[:120], by=by
        )
        timeline.record(rollout, events.RoundReportAdded(number=round_.number, title=report.title), by)
        return report
