"""What the timelines say of status reports and of the links that show them."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.events import EventData, Notice
from apps.portfolio.models import StatusReport
from apps.portfolio.reports import reading
from apps.rollouts import audiences
from apps.rollouts.models import Event


def _report_url(event: Event) -> str:
    return reverse("portfolio:report", args=[event.rollout_id, event.data["number"]])


def _text_of_report(event: Event) -> str:
    report = StatusReport.objects.select_related("rollout").filter(rollout=event.rollout_id)
    return reading.mail_text(report.get(number=event.data["number"]))


class ReportSent(
    EventData,
    kind="portfolio.report_sent",
    sentence=_("enviou o relatório de situação nº %(number)s (%(light)s)"),
    icon="send",
    settles_nothing=True,
    notice=Notice(
        to=audiences.the_four,
        subject=_("%(code)s: relatório de situação nº %(number)s (%(light)s)"),
        sentence=_("%(who)s %(what)s."),
        url=_report_url,
        text=_text_of_report,
    ),
):
    """``sha256`` is the hash of all that was sent (``StatusReport.content``)."""

    number: int
    light: StatusReport.Light
    sha256: str


class LinkMade(
    EventData,
    kind="portfolio.link_made",
    sentence=_("criou o link público nº %(number)s dos relatórios, válido até %(until)s"),
    icon="link",
    settles_nothing=True,
):
    """Whoever has the link reads the newest report without signing in; ``until`` is its last day."""

    number: int
    until: date


class LinkRevoked(
    EventData,
    kind="portfolio.link_revoked",
    sentence=_("encerrou o link público nº %(number)s dos relatórios"),
    icon="unlink",
    settles_nothing=True,
):
    number: int
