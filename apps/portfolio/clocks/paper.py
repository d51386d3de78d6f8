"""The clocks on one page of paper: for the dossier, and of any project for whoever asks, drawn by a worker."""

from django.db import transaction
from django.template.loader import render_to_string

from apps.core import clock, papers
from apps.core.background import queue
from apps.core.papers import pdf
from apps.core.process import PartyRole
from apps.files import actions as files
from apps.portfolio.clocks import queries
from apps.portfolio.clocks.queries import Report
from apps.portfolio.models import ClocksPaper
from apps.rollouts.models import Rollout

ON_THE_PAGE = "a página “Dias por parte” do projeto"


def document(report: Report, *, all_spans: str = ON_THE_PAGE) -> bytes:
    """The PDF of ``report``, in Portuguese; ``all_spans`` is where the spans are that find no place on it."""
    with papers.on_paper():
        context = {
            "rollout": report.rollout,
            "report": report,
            "roles": PartyRole.choices,
            "created": clock.now(),
            "all_spans": all_spans,
        }
        return pdf.render(render_to_string("portfolio/clocks_pdf.html", context))


@transaction.atomic
def ask(rollout: Rollout) -> ClocksPaper:
    """Have the clocks of ``rollout`` drawn as they stand today. A paper that waits to be drawn, or that shows today's
    already, stays."""
    fresh = {"version": rollout.version, "day": clock.today()}
    ClocksPaper.objects.get_or_create(rollout=rollout, defaults=fresh)
    papers_of_rollout = ClocksPaper.objects.select_for_update(of=("self",), no_key=True)
    row = papers_of_rollout.select_related("rollout", "pdf").get(rollout=rollout)
    shown = row.pdf
    if shown is not None and not row.is_current:
        row.pdf, row.version, row.day, row.asked_at = None, row.rollout.version, clock.today(), clock.now()
        row.save(update_fields=["pdf", "version", "day", "asked_at"])
        shown.delete()  # Its bytes go with the next sweep of files without an owner.
    if row.pdf is None:
        waiting_row = ClocksPaper.objects.filter(pk=row.pk, pdf=None)
        queue.after_commit("apps.portfolio.tasks.draw_clocks", row.pk, when=waiting_row.exists)
    return row


def draw(paper_pk: int) -> None:
    """Draw a paper that was asked for, as the project stands now; one that is drawn stays."""
    row = ClocksPaper.objects.select_related("rollout").get(pk=paper_pk)
    if row.pdf_id:
        return
    rollout, today = row.rollout, clock.today()
    content = document(queries.report(rollout))
    with transaction.atomic():
        row = ClocksPaper.objects.select_for_update(of=("self",), no_key=True).get(pk=paper_pk)
        if row.pdf_id is None:
            row.pdf = files.store_bytes(content, f"{rollout.code}-dias-por-parte.pdf")
            row.version, row.day = rollout.version, today
            row.save(update_fields=["pdf", "version", "day"])


def waiting() -> list[int]:
    """The keys of the papers to be drawn, those that wait longest first."""
    return list(ClocksPaper.objects.filter(pdf=None).order_by("asked_at").values_list("pk", flat=True))
