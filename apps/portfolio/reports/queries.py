from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, QuerySet, Window

from apps.accounts.models import User
from apps.portfolio.models import ReportLink, StatusReport
from apps.portfolio.reports import links
from apps.rollouts.models import Party, Rollout


@dataclass(frozen=True)
class LinkLine:
    """A link as the page shows it; ``ended`` says why it lets nobody in, empty while it does."""

    link: ReportLink
    last_day: date
    ended: str


def link_lines(rollout: Rollout) -> list[LinkLine]:
    """All links of ``rollout``."""
    return [LinkLine(link, links.last_day(link), links.why_ended(link)) for link in links.of_rollout(rollout)]


def drafts_for(user: User, *, everybodys: bool) -> QuerySet[StatusReport]:
    """The drafts of the open rollouts that ``user`` manages, or of all that they may see; the oldest first."""
    rollouts = Rollout.objects.visible_to(user).open()
    rollouts = rollouts if everybodys else rollouts.filter(project_manager=user)
    parties = Prefetch("rollout__parties", Party.objects.select_related("company"))
    drafts = StatusReport.objects.drafts().filter(rollout__in=rollouts.values("pk"))
    return drafts.select_related("rollout__platform").prefetch_related(parties).order_by("made_at", "pk")


def counted_drafts(user: User) -> QuerySet[StatusReport]:
    """The same of the rollouts that ``user`` manages, each with how many there are (``all_rows``)."""
    return drafts_for(user, everybodys=False).annotate(all_rows=Window(Count("pk")))


def newest_sent(rollout: Rollout) -> StatusReport | None:
    """The report that was sent last."""
    return rollout.status_reports.sent().order_by("-number").first()
