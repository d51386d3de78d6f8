from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock


class UnfinishedWork(models.Model):
    """Work that a worker began for one item and did not finish (``work``). The row is written before the work begins and
    deleted when it is done, so an attempt counts even if it kills the process.

    ``kind`` is the name of a ``Job`` and ``key`` the item's primary key, or a name of our own. ``error`` is the name of
    an exception's class: what the exception says may hold a stranger's text or a secret, and is only logged.
    While ``next_try_at`` lies ahead nobody tries: a worker is at it, or the last attempt failed. Once ``given_up_at`` is set,
    nobody tries until a person asks for it.
    """

    class Reason(models.TextChoices):
        INTERRUPTED = "interrupted", _("o processo foi interrompido")
        TIME = "time", _("passou do limite de tempo")
        MEMORY = "memory", _("passou do limite de memória")
        AWAY = "away", _("um serviço de que depende não respondeu")
        REFUSED = "refused", _("o registro do projeto não permite")
        ERROR = "error", _("erro inesperado")

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=180)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=12, choices=Reason, default=Reason.INTERRUPTED)
    error = models.CharField(max_length=80, blank=True)
    begun_at = models.DateTimeField(default=clock.now)
    failed_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True, default=clock.now)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("trabalho não concluído")
        verbose_name_plural = _("trabalhos não concluídos")
        ordering = ["begun_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="unfinished_once_per_item"),
            models.CheckConstraint(
                condition=Q(next_try_at=None, given_up_at__isnull=False)
                | Q(next_try_at__isnull=False, given_up_at=None),
                name="unfinished_waits_or_is_given_up",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["interrupted", "time", "memory", "away", "refused", "error"]),
                name="unfinished_reason_is_known",
            ),
        ]
        indexes = [models.Index(fields=["given_up_at"], name="unfinished_given_up")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Installation(models.Model):
    """The one row that says which installation this database is. It travels with the database, into a backup and back."""

    ONLY = 1

    identity = models.UUIDField(default=uuid4, editable=False)

    class Meta:
        verbose_name = _("instalação")
        verbose_name_plural = _("instalações")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="installation_is_one")]

    def __str__(self) -> str:
        return str(self.identity)

    @classmethod
    def current_identity(cls) -> UUID:
        """The identity of this database, given when it is first asked for."""
        return cls.objects.get_or_create(pk=cls.ONLY)[0].identity


class ScheduledRun(models.Model):
    """How the latest run of a scheduled task went, a row for each entry of the schedule (``background.runs`` writes it).

    While ``finished_at`` is None a run is going on, or its process was killed. ``done`` and ``failed`` count the items of the
    latest finished run; ``error`` is the name of the exception's class that ended it, empty where it came to its end.
    ``failed_at`` is when a run last failed or had an item that did.
    """

    entry = models.CharField(max_length=80, primary_key=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    milliseconds = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=80, blank=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("execução de uma tarefa periódica")
        verbose_name_plural = _("execuções das tarefas periódicas")
        ordering = ["entry"]

    def __str__(self) -> str:
        return self.entry
