from django.http import HttpResponse
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.core.exports.downloads import download
from apps.stages.homologation.execution import report as homologation_report
from apps.stages.homologation.http import script_of


@require_GET
def report(request: SignedInRequest, pk: int) -> HttpResponse:
    """The report as it stands now, for whoever sees the rollout."""
    rollout, script = script_of(request, pk, framed=False)
    return download(homologation_report.render(rollout, script), f"homologacao-{rollout.code}.pdf")
