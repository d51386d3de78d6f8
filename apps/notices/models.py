from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.rollouts.models import Event, Rollout


class Outgoing(models.Model):
    """An e-mail to one person: it waits until it was sent, or dropped because it is of no use any more, or not wanted."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sent_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def sent(self) -> None:
        self.sent_at = clock.now()
        self.save(update_fields=["sent_at"])

    def drop(self) -> None:
        self.dropped_at = clock.now()
        self.save(update_fields=["dropped_at"])


WAITING = Q(sent_at=None, dropped_at=None)


def _sent_or_dropped(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(sent_at=None) | Q(dropped_at=None), name=name)


class Beginning(models.Model):
    """Since when events are told of: what happened before this app was installed is nobody's news. There is one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("início dos avisos")
        verbose_name_plural = _("início dos avisos")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="beginning_is_one")]

    def __str__(self) -> str:
        return str(self.at)


class Consumption(models.Model):
    """That the notices of an event were made. An event of a told kind without it is still to be told."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="consumption")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("evento avisado")
        verbose_name_plural = _("eventos avisados")

    def __str__(self) -> str:
        return str(self.event)


class Notice(Outgoing):
    """That a person is told of an event. The words are made when it is sent, from the event and the kind's table."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="notices")

    class Meta:
        verbose_name = _("aviso")
        verbose_name_plural = _("avisos")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "user"], name="notice_once_per_event_and_person"),
            _sent_or_dropped("notice_sent_or_dropped"),
        ]
        indexes = [models.Index(fields=["id"], name="notice_waiting", condition=WAITING)]

    def __str__(self) -> str:
        return f"{self.event} → {self.user}"

    @property
    def rollout(self) -> Rollout:
        return self.event.rollout


class ReminderRun(models.Model):
    """Reminders of one day as they are being made, rollout by rollout: ``through`` is the key of the last one that was gone
    through, 0 before the first. One that was interrupted goes on from there; what it made is sent once it is finished."""

    day = models.DateField()
    through = models.PositiveBigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("preparação dos lembretes do dia")
        verbose_name_plural = _("preparações dos lembretes do dia")
        constraints = [
            models.UniqueConstraint(fields=["day"], condition=Q(finished_at=None), name="reminder_run_one_at_a_time")
        ]

    def __str__(self) -> str:
        return str(self.day)


class Digest(Outgoing):
    """One day's reminder of all that a person's rollouts wait for from them, and of their meetings, made by ``run``."""

    day = models.DateField()
    run = models.ForeignKey(ReminderRun, on_delete=models.SET_NULL, null=True, related_name="digests")

    class Meta:
        verbose_name = _("lembrete do dia")
        verbose_name_plural = _("lembretes do dia")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day"),
            _sent_or_dropped("digest_sent_or_dropped"),
        ]
        indexes = [models.Index(fields=["id"], name="digest_waiting", condition=WAITING)]

    def __str__(self) -> str:
        return f"{self.day} → {self.user}"


class Reminder(models.Model):
    """One matter of a digest, by the key of its requirement, or a meeting by its own (``queries.OF_A_MEETING``). Its words
    are read from the gates, or from the meeting, when it is sent."""

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="reminders")
    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="+")
    requirement = models.CharField(max_length=120)

    class Meta:
        verbose_name = _("lembrete")
        verbose_name_plural = _("lembretes")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["digest", "rollout", "requirement"], name="reminder_once_a_day")]

    def __str__(self) -> str:
        return self.requirement


class AskedReminder(Outgoing):
    """A reminder that somebody of Presence asked for at ``asked_at``, of what one person owes in projects that they chose, be
    it due or not. ``matters``: the keys of the requirements by the key of their rollout. ``asked_by`` is None once their
    account was erased."""

    asked_at = models.DateTimeField(default=clock.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    matters = models.JSONField()

    class Meta:
        verbose_name = _("lembrete pedido")
        verbose_name_plural = _("lembretes pedidos")
        ordering = ["pk"]
        constraints = [_sent_or_dropped("asked_reminder_sent_or_dropped")]
        indexes = [models.Index(fields=["id"], name="asked_reminder_waiting", condition=WAITING)]

    def __str__(self) -> str:
        return f"{self.asked_at} → {self.user}"


class Preference(models.Model):
    """What a person wants to be told. Without a row: everything. Obligatory notices ask nobody."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preference")
    events = models.BooleanField(_("Avisos do que acontece nos projetos"), default=True)
    reminders = models.BooleanField(_("Lembretes de prazos e reuniões"), default=True)

    class Meta:
        verbose_name = _("preferência de avisos")
        verbose_name_plural = _("preferências de avisos")

    def __str__(self) -> str:
        return str(self.user)
