"""How the installation is: its periodic tasks and its e-mails."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from celery.schedules import crontab
from django.conf import settings
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.background import work
from apps.core.models import ScheduledRun, UnfinishedWork
from apps.outbox import kinds
from apps.outbox.models import Mail, MailQuerySet

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LATE = timedelta(minutes=10)
"""How long after its time a periodic task counts as late: nobody asks for it, or nobody does it."""


@dataclass(frozen=True)
class PeriodicTask:
    """An entry of the schedule, its latest run (None before the first) and when the next one is due."""

    title: "StrOrPromise"
    run: ScheduledRun | None
    next_at: datetime

    @property
    def is_running(self) -> bool:
        """A run began and did not end, and may still go on."""
        return self.run is not None and not self.run.finished_at and clock.now() < self.run.started_at + work.lease()

    @property
    def was_interrupted(self) -> bool:
        """The latest run ended with its process."""
        return self.run is not None and not self.run.finished_at and not self.is_running

    @property
    def is_late(self) -> bool:
        return self.run is not None and not self.is_running and self.next_at < clock.now() - LATE

    @property
    def has_failed(self) -> bool:
        """The latest finished run ended with an error, or some of its items did."""
        return self.run is not None and bool(self.run.finished_at) and bool(self.run.error or self.run.failed)

    @property
    def needs_attention(self) -> bool:
        return self.is_late or self.was_interrupted or self.has_failed

    @property
    def duration(self) -> str:
        """How long the latest finished run took, for a reader."""
        milliseconds = self.run.milliseconds if self.run else 0
        if milliseconds < 1000:
            return _("%(count)d ms") % {"count": milliseconds}
        return _("%(count)d s") % {"count": round(milliseconds / 1000)}


def periodic_tasks() -> list[PeriodicTask]:
    """Every entry of the schedule, those that need attention first."""
    runs = ScheduledRun.objects.in_bulk()
    tasks = [
        PeriodicTask(
            settings.SCHEDULE_TITLES.get(entry, entry), runs.get(entry), _next_at(options["schedule"], runs.get(entry))
        )
        for entry, options in settings.CELERY_BEAT_SCHEDULE.items()
    ]
    return sorted(tasks, key=lambda task: (not task.needs_attention, str(task.title)))


def _next_at(schedule: Any, run: ScheduledRun | None) -> datetime:
    last = run.started_at if run else clock.now()
    if not isinstance(schedule, crontab):
        return last + timedelta(seconds=schedule)
    last, interval, _now = schedule.remaining_delta(last)
    return last + interval


@dataclass(frozen=True)
class ListedMail:
    """A message of the outbox with its attempts, None where none has failed. What it says is shown nowhere."""

    mail: Mail
    attempts: UnfinishedWork | None

    @property
    def title(self) -> "StrOrPromise":
        return kinds.title_of(self.mail.kind)

    @property
    def may_be_sent_now(self) -> bool:
        """It waits for its next attempt, or was given up, and no worker is at it."""
        row = self.attempts
        if row is None or self.mail.is_over:
            return False
        waits = row.next_try_at is not None and row.next_try_at > clock.now()
        return not (waits and row.reason == UnfinishedWork.Reason.INTERRUPTED)

    @property
    def error(self) -> str:
        """Why the latest attempt failed, for a reader; empty where none did."""
        if self.mail.error:
            return ERRORS[self.mail.error]() if self.mail.error in ERRORS else self.mail.error
        if self.attempts is None or self.attempts.failed_at is None:
            return ""
        return ERRORS[self.attempts.error]() if self.attempts.error in ERRORS else self.attempts.get_reason_display()


ERRORS = {
    "SMTPRecipientsRefused": lambda: _("o servidor de e-mail recusou o destinatário"),
    "SMTPSenderRefused": lambda: _("o servidor de e-mail recusou o remetente"),
    "SMTPDataError": lambda: _("o servidor de e-mail recusou a mensagem"),
    "SMTPAuthenticationError": lambda: _("o servidor de e-mail recusou o usuário ou a senha"),
    "ConnectionRefusedError": lambda: _("o servidor de e-mail recusou a conexão"),
    "TimeoutError": lambda: _("o servidor de e-mail não respondeu a tempo"),
}
"""What the commonest errors of a mail server mean, by the name of their class; the others go by their reason."""

STATES = {
    "failed": lambda: Mail.objects.failed(),
    "waiting": lambda: Mail.objects.queued(),
    "sent": lambda: Mail.objects.exclude(sent_at=None),
    "dropped": lambda: Mail.objects.exclude(dropped_at=None),
}
"""The mails of each list of the page."""


def mails(state: str) -> MailQuerySet:
    """The mails of a list of the page, the newest first."""
    return STATES[state]().select_related("user").order_by("-created_at", "pk")


def mail_counts() -> dict[str, int]:
    """How many mails were given up and how many wait, by their state; those that are over are many, and asked of nobody."""
    return {state: STATES[state]().count() for state in ("failed", "waiting")}


def with_attempts(mails: Iterable[Mail]) -> list[ListedMail]:
    """``mails`` with their attempts, in one query."""
    listed = list(mails)
    waiting = [mail for mail in listed if not mail.is_over]
    rows = UnfinishedWork.objects.filter(
        kind__in={mail.work for mail in waiting}, key__in={mail.key for mail in waiting}
    )
    attempts = {(row.kind, row.key): row for row in rows}
    return [ListedMail(mail, None if mail.is_over else attempts.get((mail.work, mail.key))) for mail in listed]
