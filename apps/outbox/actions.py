"""Put e-mails into the outbox, and take them out. Whoever sends one does it through here: a request never waits for a mail
server (docs/notices.md).

A message is either written when it is sent (``expect`` beside what causes it, ``deliver`` and ``settle`` in the worker), or
written at once and kept until then (``post``, and whatever calls ``EmailMessage.send``).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.background import queue, work
from apps.core.database import conflicts
from apps.core.jobs import Job
from apps.core.mails import PAUSES, MailKind
from apps.core.models import UnfinishedWork
from apps.outbox.models import Mail, MailQuerySet

SEND = Job(
    "outbox.mail",
    _("Envio de um e-mail"),
    _("Não foi possível enviar este e-mail"),
    task="apps.outbox.tasks.send_mail",
    model="outbox.Mail",
    pauses_while_away=PAUSES,
    reaches_people=True,
)
OTHER = MailKind("outbox.other", _("E-mail"))
"""What code that knows nothing of kinds sends: a library's."""

AUTOMATIC = {"Auto-Submitted": "auto-generated"}
"""Programs that answer by themselves leave a message with this header alone."""
FAILURES_PER_RUN = 5
"""A mail server that is away costs ten seconds a message: after so many failures the rest waits for the next run."""
OF_THE_MESSAGE = {"SMTPRecipientsRefused", "SMTPSenderRefused", "SMTPDataError"}
"""What a mail server says of one message: errors of Python's library, which only ``core.network.outbound`` may import."""


# --- Written when it is sent ----------------------------------------------------------------------------


def expect(job: Job, people: Iterable[tuple[int, str, Any]]) -> None:
    """Note messages that the work ``job`` will write and send, each the key of what it is written from, the address and the
    account (None: nobody's), in the transaction that causes them. One that waits already waits on."""
    Mail.objects.bulk_create(
        (Mail(kind=job.name, work=job.name, key=str(key), address=address, user=user) for key, address, user in people),
        ignore_conflicts=True,
    )


def deliver(message: EmailMessage) -> None:
    """Send ``message`` now, over the mail server. For workers only; raises what the connection raises."""
    message.connection = get_connection(settings.MAIL_TRANSPORT)
    message.send()


def settle(job: Job, key: int | str, *, sent: bool) -> None:
    """Note that the message of ``key`` was sent, or is of no use any more. What notes a sending is called through
    ``conflicts.do_again``: nothing else of the work is done anew."""
    _let_go(job.name, [str(key)], sent=sent)


def _let_go(work_name: str, keys: Collection[str], *, sent: bool) -> None:
    """The waiting messages of the work ``work_name`` with these keys are over: sent, or dropped. Their words and their
    attempts go; why the last attempt failed stays with what is dropped."""
    attempts = UnfinishedWork.objects.filter(kind=work_name, key__in=keys)
    over: dict[str, Any] = {"sent_at": clock.now()}
    if not sent:
        last_error = attempts.filter(key=OuterRef("key")).exclude(failed_at=None).values("error")[:1]
        over = {"dropped_at": clock.now(), "error": Coalesce(Subquery(last_error), Value(""))}
    with transaction.atomic(savepoint=False):
        Mail.objects.waiting().filter(work=work_name, key__in=keys).update(**over, subject="", body="")
        attempts.delete()


def _drop(job: Job, mails: MailQuerySet) -> int:
    """Let go of those of ``mails``, of ``job``, that still wait; how many."""
    with transaction.atomic():
        waiting = mails.waiting().filter(work=job.name).select_for_update(skip_locked=True, no_key=True)
        keys = list(waiting.values_list("key", flat=True))
        if keys:
            _let_go(job.name, keys, sent=False)
    return len(keys)


def erase(mails: MailQuerySet) -> int:
    """Delete the rows of ``mails``, and the attempts at those that still wait; how many rows."""
    with transaction.atomic():
        keys_by_work = defaultdict(list)
        for work_name, key in mails.waiting().values_list("work", "key"):
            keys_by_work[work_name].append(key)
        for work_name, keys in keys_by_work.items():
            _let_go(work_name, keys, sent=False)
        return mails.delete()[0]


# --- Written at once --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Envelope:
    """What the outbox knows of a message besides its words."""

    kind: MailKind
    user: Any = None


def marked(message: EmailMessage, kind: MailKind, user: Any = None) -> EmailMessage:
    """``message`` as one of ``kind``, for whoever sends it. ``user`` is whom it concerns where that may not be seen from the
    address, which may have been theirs until now."""
    message.envelope = Envelope(kind, user)  # type: ignore[attr-defined]
    return message


def post(message: EmailMessage, kind: MailKind) -> None:
    """Send ``message`` as soon as this transaction is through, for as long as its kind lives."""
    marked(message, kind).send()


def keep(message: EmailMessage) -> list[Mail]:
    """Keep ``message`` until a worker sends it, a row for each address. Raises ``TypeError`` for what is more than text: it
    is to be written when it is sent. Nor is a sender, an address for answers or a header of its own kept."""
    if message.attachments or getattr(message, "alternatives", None) or message.cc or message.bcc:
        raise TypeError("A message that is more than text to its recipients is written when it is sent.")
    if message.content_subtype != "plain":
        raise TypeError("A message in HTML is written when it is sent.")
    if message.from_email != settings.DEFAULT_FROM_EMAIL or message.reply_to:
        raise TypeError("Every message comes from DEFAULT_FROM_EMAIL, and answers go there.")
    if message.extra_headers.items() - AUTOMATIC.items():
        raise TypeError(f"A message that is kept has no headers of its own: {', '.join(message.extra_headers)}.")
    envelope = getattr(message, "envelope", Envelope(OTHER))
    users = {}
    if envelope.user is None:
        users = {user.email: user for user in get_user_model()._default_manager.filter(email__in=message.to)}
    now = clock.now()
    mails = [
        Mail(
            kind=envelope.kind.name, work=SEND.name, address=address, user=envelope.user or users.get(address),
            subject=str(message.subject), body=str(message.body), created_at=now,
            expires_at=now + envelope.kind.lifetime,
        )
        for address in message.to
    ]  # fmt: skip
    for mail in mails:
        mail.key = str(mail.pk)
    Mail.objects.bulk_create(mails)
    for mail in mails:
        queue.after_commit(SEND.task, mail.key)
    return mails


def send(key: str) -> None:
    """Send a kept message; one that is over is not sent again. Raises what the mail server's connection raises."""
    mail = Mail.objects.waiting().filter(pk=key).first()
    if mail is None:
        return
    if mail.expires_at and mail.expires_at <= clock.now():
        settle(SEND, key, sent=False)
        return
    deliver(EmailMessage(mail.subject, mail.body, to=[mail.address], headers=AUTOMATIC))
    conflicts.do_again(lambda: settle(SEND, key, sent=True))


def send_waiting() -> None:
    """Send what is kept and whose turn it is, what ends first before the others; drop what has ended."""
    drop_expired()
    waiting = Mail.objects.waiting().filter(work=SEND.name).order_by("expires_at", "pk")
    send_in_turn((SEND, [str(pk) for pk in waiting.values_list("pk", flat=True)], send))


def drop_expired() -> int:
    """Let go of the kept messages whose time is over, with their words and their attempts; how many. Why the last attempt
    failed stays with them."""
    return _drop(SEND, Mail.objects.filter(expires_at__lte=clock.now()))


def drop_unneeded(job: Job, keys: Iterable[Any]) -> None:
    """Drop the messages of ``job`` of yesterday and before that are not among ``keys``, all that still wait: an invitation
    was taken back, a notice is no more."""
    before = clock.now() - timedelta(days=1)
    _drop(job, Mail.objects.filter(created_at__lt=before).exclude(key__in=map(str, keys)))


def send_in_turn(*batches: tuple[Job, list[Any], Callable[[Any], object]]) -> None:
    """``work.do_all`` of each batch (its kind of work, all keys that wait, its action), until the mail server does not answer
    any more: a run does not wait for it without end. An address that it refuses keeps no other waiting."""
    failures = 0

    def counted(action: Callable[[Any], object]) -> Callable[[Any], None]:
        def count(key: Any) -> None:
            nonlocal failures
            try:
                action(key)
            except OSError as error:
                failures += type(error).__name__ not in OF_THE_MESSAGE
                raise

        return count

    for job, keys, action in batches:
        drop_unneeded(job, keys)
        work.do_all(job, keys, counted(action), stop=lambda: failures >= FAILURES_PER_RUN)


def forget(before: datetime) -> int:
    """Drop the rows of messages that are over since before an instant, and of those of then that were given up; how many."""
    over = Mail.objects.filter(created_at__lt=before)
    return erase(over.exclude(pk__in=over.queued()))
