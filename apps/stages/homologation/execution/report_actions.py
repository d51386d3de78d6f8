"""The report on paper is asked for by whoever reads the homologation, and drawn by a worker."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from apps.core import clock
from apps.core.background import queue
from apps.files import actions as files
from apps.files.models import StoredFile
from apps.stages.homologation.execution import report as document
from apps.stages.homologation.models import Evidence, Report, Script

PATIENCE = timedelta(minutes=10)
"""So long a report waits for the pictures of what was attached; it is drawn without those that are not there by then."""


@transaction.atomic
def ask(script: Script) -> Report:
    """Have the report of ``script`` drawn as the homologation stands now. One that waits to be drawn, or that shows the
    present already, stays."""
    Report.objects.get_or_create(script=script, defaults={"version": script.rollout.version})
    reports = Report.objects.select_for_update(of=("self",), no_key=True)
    report = reports.select_related("script__rollout", "pdf").get(script=script)
    shown, version = report.pdf, report.rollout.version
    if shown is not None and report.version != version:
        report.pdf, report.version, report.asked_at = None, version, clock.now()
        report.save(update_fields=["pdf", "version", "asked_at"])
        shown.delete()  # Its bytes go with the next sweep of files without an owner.
    if report.pdf is None:
        waiting = Report.objects.filter(pk=report.pk, pdf=None)
        queue.after_commit("apps.stages.homologation.tasks.draw_report", report.pk, when=waiting.exists)
    return report


def draw(report_pk: int) -> None:
    """Draw a report that was asked for. One whose pictures are still being made waits for the next sweep."""
    report = Report.objects.select_related("script__rollout").get(pk=report_pk)
    if report.pdf_id or report_pk not in waiting():
        return
    rollout = report.rollout
    content = document.render(rollout, report.script)
    with transaction.atomic():
        report = Report.objects.select_for_update(no_key=True).get(pk=report_pk)
        if report.pdf_id is None:
            report.pdf = files.store_bytes(content, f"homologacao-{rollout.code}.pdf")
            report.version = rollout.version
            report.save(update_fields=["pdf", "version"])


def waiting() -> list[int]:
    """The keys of the reports to be drawn: all pictures are there, or were awaited long enough."""
    undrawn = Evidence.objects.filter(
        result__case__script=OuterRef("script"), file__drawn=StoredFile.Drawn.WAITING
    ).exclude(file__scan=StoredFile.Scan.INFECTED)
    reports = Report.objects.filter(pdf=None).filter(~Exists(undrawn) | Q(asked_at__lte=clock.now() - PATIENCE))
    return list(reports.order_by("asked_at").values_list("pk", flat=True))
