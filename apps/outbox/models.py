from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.models import UnfinishedWork
from apps.outbox import kinds

WAITING = Q(sent_at=None, dropped_at=None)


class MailQuerySet(models.QuerySet["Mail"]):
    def waiting(self) -> "MailQuerySet":
        """What is still to be sent, or was given up."""
        return self.filter(WAITING)

    def failed(self) -> "MailQuerySet":
        """What nobody tries to send any more until a person asks for it."""
        return self.waiting().filter(Exists(_given_up()))

    def queued(self) -> "MailQuerySet":
        """What is sent as soon as its turn comes."""
        return self.waiting().exclude(Exists(_given_up()))


class Mail(models.Model):
    """An e-mail to one person, from the transaction that causes it on.

    ``kind`` names a ``core.mails.MailKind``, or is ``work`` itself. Attempts, their pauses, errors and giving up are those of
    the ``UnfinishedWork`` of ``work`` (the name of a ``Job``) and ``key``. A message whose words are written when it is sent
    has the key of what it is written from (a notice, an invitation), and neither ``subject`` nor ``body``. One that was
    written within a request has its words here, its own primary key as ``key``, and loses the words once it is over: they may
    hold a code or a link. After ``expires_at`` it is not sent; ``error`` is then the
    name of the class of the error that the last attempt ended with.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=60)
    work = models.CharField(max_length=60)
    key = models.CharField(max_length=180)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    address = models.CharField(max_length=320)
    subject = models.TextField(blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=80, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering = ["-created_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(sent_at=None) | Q(dropped_at=None), name="mail_sent_or_dropped"),
            models.CheckConstraint(condition=WAITING | Q(subject="", body=""), name="mail_over_without_words"),
            models.UniqueConstraint(fields=["work", "key"], condition=WAITING, name="mail_waits_once_per_item"),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="mail_waiting", condition=WAITING),
            models.Index(fields=["-created_at"], name="mail_newest"),
            models.Index(fields=["address"], name="mail_address"),
        ]

    def __str__(self) -> str:
        return f"{kinds.title_of(self.kind)} → {self.address}"

    @property
    def is_over(self) -> bool:
        """It was sent, or is not to be sent any more."""
        return self.sent_at is not None or self.dropped_at is not None


def _given_up() -> models.QuerySet[UnfinishedWork]:
    return UnfinishedWork.objects.filter(kind=OuterRef("work"), key=OuterRef("key"), given_up_at__isnull=False)
