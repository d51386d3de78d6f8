"""Draft, write, send and skip the status report of a rollout."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core import canonical, clock
from apps.core.background import queue
from apps.core.jobs import Job
from apps.core.refusals import Invalid, Refusal, require
from apps.files import actions as files
from apps.portfolio.models import StatusReport
from apps.portfolio.reports import events, facts, names, paper
from apps.portfolio.reports.reading import SECTIONS
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.rollouts.numbering import next_number

Light = StatusReport.Light
State = StatusReport.State

DRAFT = Job(
    "portfolio.report_draft",
    gettext_lazy("Rascunho do relatório da semana"),
    gettext_lazy("Não foi possível preparar o relatório desta semana"),
    task="apps.portfolio.tasks.draft_report",
    model="rollouts.Rollout",
)
DRAW = Job(
    "portfolio.report_pdf",
    gettext_lazy("PDF de um relatório de situação"),
    gettext_lazy("Não foi possível gerar o PDF deste relatório"),
    task="apps.portfolio.tasks.draw_report",
    model="portfolio.StatusReport",
)


def week_began() -> datetime:
    """The first instant of this week's Monday, in Presence's time zone."""
    today = clock.today()
    return clock.instant_of(today - timedelta(days=today.weekday()))


def without_report_of_the_week() -> QuerySet[Rollout]:
    """The open rollouts that began before this week, have no draft, and of which none was made, sent or skipped this week."""
    reports = StatusReport.objects.filter(rollout=OuterRef("pk"))
    rollouts = Rollout.objects.open().filter(started_at__lt=week_began()).order_by("pk")
    of_this_week = reports.filter(Q(made_at__gte=week_began()) | Q(ended_at__gte=week_began()))
    return rollouts.exclude(Exists(reports.drafts())).exclude(Exists(of_this_week))


def draft_of_the_week(rollout_pk: int) -> None:
    """Make this week's draft for a rollout that is ``without_report_of_the_week``; the second time makes none."""
    with transaction.atomic():
        rollout = Rollout.objects.select_for_update(of=("self",), no_key=True).get(pk=rollout_pk)
        if without_report_of_the_week().filter(pk=rollout_pk).exists():
            _draft(rollout, None)


def start(rollout: Rollout, *, by: User) -> StatusReport:
    """A draft on demand; the one that there is, where there is one already. Raises ``Refusal`` for a closed rollout."""
    require(by, "portfolio.write_report", rollout)
    with timeline.changing(rollout) as locked:
        return locked.status_reports.drafts().first() or _draft(locked, by)


def write(
    report: StatusReport,
    *,
    by: User,
    light: str,
    reason: str,
    summary: str,
    hidden: Sequence[str],
    seen_version: int | None = None,
) -> None:
    """Keep the manager's words of a draft, without sending it: whatever ``seen_version`` of the rollout they were written
    beside. Raises ``Refusal`` where it was sent or skipped meanwhile."""
    require(by, "portfolio.write_report", report)
    with timeline.changing(report.rollout) as locked:
        draft = _locked_draft(locked, report)
        _take_words(draft, light, reason, summary, hidden)
        draft.save(update_fields=["light", "reason", "summary", "hidden"])


def send(
    report: StatusReport,
    *,
    by: User,
    light: str,
    reason: str,
    summary: str,
    hidden: Sequence[str],
    seen_version: int | None = None,
) -> StatusReport:
    """Send a draft to the four parties, with what the record says now; from then on it does not change.

    Raises ``Invalid`` without a light, or without a reason where the light is another than the record suggests; ``Refusal``
    where the rollout changed after the version ``seen_version``, which ``by`` looked at, and for a draft that was sent or
    skipped meanwhile.
    """
    require(by, "portfolio.write_report", report)
    with timeline.changing(report.rollout) as locked:
        draft = _locked_draft(locked, report)
        if seen_version is not None and seen_version != locked.version:
            raise Refusal(
                _("O projeto mudou depois que você abriu esta página. Confira os dados atualizados e envie de novo.")
            )
        record = facts.gather(locked, draft.since, facts.happened(locked, draft.since))
        _take_words(draft, light, reason, summary, hidden)
        _refuse_unexplained(draft, facts.suggested_light(record))
        names_somebody = bool(names.personal_data_in(locked, f"{draft.summary}\n{draft.reason}"))
        draft.facts = {**record, "names_somebody": names_somebody}
        draft.number = next_number(locked, locked.status_reports)
        draft.state, draft.ended_at, draft.ended_by = State.SENT, clock.now(), by
        draft.save()
        digest = canonical.sha256(draft.content())
        timeline.record(locked, events.ReportSent(number=draft.number, light=Light(light), sha256=digest), by)
        queue.after_commit("apps.portfolio.tasks.draw_report", draft.pk)
        return draft


def skip(report: StatusReport, *, by: User) -> None:
    """Send no report this time: the next one tells of this time too."""
    require(by, "portfolio.write_report", report)
    with timeline.changing(report.rollout) as locked:
        draft = _locked_draft(locked, report)
        draft.state, draft.ended_at, draft.ended_by = State.SKIPPED, clock.now(), by
        draft.save(update_fields=["state", "ended_at", "ended_by"])


def draw(report_pk: int) -> None:
    """Draw the PDF of a report that was sent; twice draws one."""
    report = StatusReport.objects.sent().select_related("rollout__platform").get(pk=report_pk)
    if report.pdf_id:
        return
    content = paper.render(report)
    with transaction.atomic():
        report = StatusReport.objects.select_for_update(of=("self",), no_key=True).get(pk=report_pk)
        if report.pdf_id is None:
            report.pdf = files.store_bytes(content, f"{report}.pdf")
            report.save(update_fields=["pdf"])


def undrawn() -> list[int]:
    """The keys of the reports without a PDF, the oldest first."""
    return list(StatusReport.objects.sent().filter(pdf=None).order_by("pk").values_list("pk", flat=True))


def _draft(rollout: Rollout, by: User | None) -> StatusReport:
    last = rollout.status_reports.sent().order_by("-number").first()
    since = last.ended_at if last and last.ended_at else rollout.started_at - timedelta(seconds=1)
    words = {"hidden": last.hidden} if last else {}
    return StatusReport.objects.create(rollout=rollout, since=since, made_by=by, made_at=clock.now(), **words)


def _locked_draft(locked: Rollout, report: StatusReport) -> StatusReport:
    """The draft ``report`` as it stands under the lock of its rollout."""
    draft: StatusReport = locked.status_reports.select_related(None).get(pk=report.pk)
    if draft.state == State.SENT:
        raise Refusal(_("Este relatório já foi enviado. Para contar algo mais, comece outro."))
    if draft.state == State.SKIPPED:
        raise Refusal(_("Este relatório já foi deixado de lado. Se for preciso, comece outro."))
    draft.rollout = locked
    return draft


def _take_words(draft: StatusReport, light: str, reason: str, summary: str, hidden: Sequence[str]) -> None:
    draft.light, draft.reason, draft.summary = light, reason.strip(), summary.strip()
    draft.hidden = [key for key in SECTIONS if key in hidden]


def _refuse_unexplained(draft: StatusReport, suggested: Light) -> None:
    if not draft.light:
        raise Invalid(_("Escolha a situação do projeto."), field="light")
    if draft.light != suggested and not draft.reason:
        raise Invalid(
            _("Pelo registro, a situação seria “%(light)s”. Diga por que é outra.") % {"light": suggested.label},
            field="reason",
        )
    if draft.light != Light.ON_COURSE and "risks" in draft.hidden and not draft.reason:
        raise Invalid(_("Diga por quê, ou mostre os riscos."), field="reason")
