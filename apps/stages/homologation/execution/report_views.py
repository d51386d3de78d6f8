from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.http import SignedInRequest
from apps.files.http import attachment
from apps.stages.homologation.execution import report_actions as reports
from apps.stages.homologation.http import script_of
from apps.stages.homologation.models import Report


@require_GET
def report(request: SignedInRequest, pk: int) -> FileResponse | HttpResponseRedirect:
    """The report as it was last asked for, for whoever sees the rollout; the room, where none is drawn yet."""
    _rollout, script = script_of(request, pk, framed=False)
    drawn = Report.objects.filter(script=script).exclude(pdf=None).select_related("pdf").first()
    return attachment(drawn.pdf) if drawn and drawn.pdf else redirect(_place(pk))


@require_http_methods(["GET", "POST"])
def ask_report(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for the report as things stand. A GET answers where the one that was asked for is, for the room, which asks every
    few seconds while it is drawn."""
    rollout, script = script_of(request, pk)
    if request.method == "GET":
        if not request.htmx:  # type: ignore[attr-defined]
            return redirect(_place(pk))
        last_report = Report.objects.filter(script=script).select_related("pdf").first()
        return render(request, "homologation/report.html", {"rollout": rollout, "report": last_report})
    reports.ask(script)
    return redirect(_place(pk))


def _place(pk: int) -> str:
    return reverse("homologation:room", args=[pk]) + "#relatorio"
