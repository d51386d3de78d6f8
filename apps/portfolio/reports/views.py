"""The pages of a rollout's status reports, and of those that wait to be sent."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.numbers import whole_number
from apps.core.refusals import require
from apps.core.web.edits import remember
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.files.http import attachment
from apps.portfolio.models import ReportLink, StatusReport
from apps.portfolio.reports import actions, facts, links, names, queries, reading
from apps.portfolio.reports.forms import LinkForm, ReportForm, words_of
from apps.portfolio.reports.reading import Reading
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout


@require_GET
def waiting(request: SignedInRequest) -> HttpResponse:
    """The drafts of the projects that somebody of Presence manages; of all projects with ``?scope=all``."""
    require(request.user, "portfolio.write_report")
    everybodys = request.GET.get("scope") == "all"
    page = page_of(request, queries.drafts_for(request.user, everybodys=everybodys))
    return render(request, "portfolio/reports/waiting.html", {"page": page, "everybodys": everybodys})


@require_GET
def reports(request: SignedInRequest, pk: int) -> HttpResponse:
    """The reports of a rollout, for all its parties."""
    return _reports(request, visible_rollout(request, pk))


@require_http_methods(["GET", "POST"])
def make_link(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make a public link, which is shown in the answer and nowhere else."""
    rollout = visible_rollout(request, pk)
    require(request.user, "portfolio.share_report", rollout)
    if request.method == "GET":  # Of who was asked to sign in again, or went back.
        return redirect("portfolio:reports", pk)
    form = LinkForm(request.POST)
    new_links: list[tuple[ReportLink, str]] = []
    if attempt(
        request, form, lambda **data: new_links.append(links.make(rollout, by=request.user, by_hand=True, **data))
    ):
        form = LinkForm()
    return _reports(request, rollout, form, new_links[0][1] if new_links else "")


@require_POST
def revoke_link(request: SignedInRequest, pk: int, link_number: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    link = get_object_or_404(ReportLink, rollout=rollout, number=link_number)
    links.revoke(link, by=request.user)
    messages.success(request, _("Link encerrado. Quem o tem não vê mais nada."))
    return redirect("portfolio:reports", pk)


@require_POST
def start(request: SignedInRequest, pk: int) -> HttpResponse:
    """A report on demand; where there is a draft already, it is that one."""
    actions.start(visible_rollout(request, pk), by=request.user)
    return redirect("portfolio:report_draft", pk)


@require_http_methods(["GET", "POST"])
def draft(request: SignedInRequest, pk: int) -> HttpResponse:
    """The draft as it would be read now, with the manager's words to be written: kept (``do=save``) or sent (``do=send``)."""
    rollout = visible_rollout(request, pk)
    require(request.user, "portfolio.write_report", rollout)
    report = rollout.status_reports.drafts().first()
    if report is None or not rollout.is_open:
        messages.info(request, _("Não há rascunho: ele já foi enviado ou deixado de lado."))
        return redirect("portfolio:reports", pk)
    report.rollout = rollout
    form = remember(ReportForm(request.POST), report, words_of) if request.method == "POST" else None
    is_sending = request.POST.get("do") == "send"
    if form and attempt(request, form, partial(actions.send if is_sending else actions.write, report), by=request.user):
        return _written(request, rollout, report, is_sent=is_sending)
    return _draft(request, rollout, report, form)


@require_POST
def skip(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send no report this time: of the draft whose key the form has, which may have been sent meanwhile."""
    rollout = visible_rollout(request, pk)
    require(request.user, "portfolio.write_report", rollout)
    report = get_object_or_404(rollout.status_reports.all(), pk=whole_number(request.POST.get("report")))
    if report.state == StatusReport.State.SKIPPED:  # A second click.
        messages.info(request, _("Não há rascunho: ele já foi enviado ou deixado de lado."))
    else:
        actions.skip(report, by=request.user)
        messages.success(request, _("Nenhum relatório desta vez. O próximo conta também este período."))
    return redirect("portfolio:reports", pk)


@require_GET
def report(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """A report that was sent, in the reader's language."""
    rollout = visible_rollout(request, pk)
    sent_report = get_object_or_404(
        StatusReport.objects.sent().select_related("ended_by", "pdf"), rollout=rollout, number=number
    )
    sent_report.rollout = rollout
    context = {
        "rollout": rollout,
        "room": "reports",
        "report": sent_report,
        "reading": reading.of_sent(sent_report),
    }
    return render(request, "portfolio/reports/report.html", context)


@require_GET
def report_pdf(request: SignedInRequest, pk: int, number: int) -> HttpResponseBase:
    """The report on paper; the page itself while a worker has not drawn it."""
    rollout = visible_rollout(request, pk, framed=False)
    sent_report = get_object_or_404(StatusReport.objects.sent().select_related("pdf"), rollout=rollout, number=number)
    if sent_report.pdf is None:
        messages.info(request, _("O PDF deste relatório está sendo gerado. Tente de novo em instantes."))
        return redirect("portfolio:report", pk, number)
    return attachment(sent_report.pdf)


def _written(request: SignedInRequest, rollout: Rollout, report: StatusReport, *, is_sent: bool) -> HttpResponse:
    if is_sent:
        messages.success(request, _("Relatório enviado às quatro partes."))
        return redirect("portfolio:reports", rollout.pk)
    report.refresh_from_db(fields=["summary", "reason"])
    if words := names.personal_data_in(rollout, f"{report.summary}\n{report.reason}"):
        text = _("O texto parece citar alguém (%(words)s). Assim, a página pública não o mostra.")
        messages.warning(request, text % {"words": ", ".join(words)})
    messages.success(request, _("Rascunho salvo."))
    return redirect("portfolio:report_draft", rollout.pk)


def _draft(request: SignedInRequest, rollout: Rollout, report: StatusReport, form: ReportForm | None) -> HttpResponse:
    events = facts.happened(rollout, report.since)
    record = facts.gather(rollout, report.since, events)
    suggested = facts.suggested_light(record)
    if form is None:
        words = words_of(report)
        initial = {**words, "light": report.light or suggested, "seen_version": rollout.version}
        form = remember(ReportForm(initial=initial), report, words_of, shown=words)
    else:
        # What was typed stays; the version becomes the one now shown, so that sending again is a decision made knowingly.
        form.data = request.POST.copy()
        form.data["seen_version"] = str(rollout.version)  # type: ignore[index]
    named = set(record["happened"]["events"])
    context = {
        "rollout": rollout,
        "room": "reports",
        "report": report,
        "form": form,
        "suggested": suggested,
        "reading": Reading(
            report,
            rollout,
            record,
            [event for event in events if event.sequence in named],
        ),
    }
    return render(request, "portfolio/reports/draft.html", context, status=refusal_status(form))


def _reports(
    request: SignedInRequest, rollout: Rollout, form: LinkForm | None = None, secret: str = ""
) -> HttpResponse:
    """The page of all reports. ``secret`` is that of a link that was made just now."""
    may_share = request.user.has_perm("portfolio.share_report", rollout)
    may_write = rollout.is_open and request.user.has_perm("portfolio.write_report", rollout)
    context = {
        "rollout": rollout,
        "room": "reports",
        "page": page_of(request, rollout.status_reports.sent().select_related("ended_by")),
        "may_write": may_write,
        "draft": rollout.status_reports.drafts().first() if may_write else None,
        "may_share": may_share,
        "links": queries.link_lines(rollout) if may_share else [],
        "link_form": form or LinkForm(),
        "link": request.build_absolute_uri(links.path_of(secret)) if secret else "",
    }
    response = render(request, "portfolio/reports/list.html", context, status=refusal_status(form))
    if secret:
        response["Cache-Control"] = "no-store"
    return response
