from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.rollouts.models import Event, Rollout

# How long to wait after each failure to send; after the last one nobody tries again. Four days in all.
PAUSES = [timedelta(minutes=number) for number in (1, 5, 30, 2 * 60, 6 * 60, 12 * 60, 24 * 60, 24 * 60, 24 * 60)]


class Outgoing(models.Model):
    """An e-mail to one person. It is sent at ``next_try_at``; without it and without ``sent_at`` it never will be."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, default=clock.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def sent(self) -> None:
        self.next_try_at, self.sent_at = None, clock.now()
        self._save()

    def drop(self) -> None:
        """It is of no use any more, or not wanted."""
        self.next_try_at = None
        self._save()

    def failed(self) -> None:
        """Try again after a pause that grows; give up after the last one."""
        pause = PAUSES[self.attempts] if self.attempts < len(PAUSES) else None
        self.attempts += 1
        self.next_try_at = clock.now() + pause if pause else None
        self._save()

    def _save(self) -> None:
        self.save(update_fields=["attempts", "next_try_at", "sent_at"])


def _sent_or_waiting(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(sent_at=None) | Q(next_try_at=None), name=name)


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
            _sent_or_waiting("notice_sent_or_waiting"),
        ]
        indexes = [models.Index(fields=["next_try_at"], name="notice_next_try")]

    def __str__(self) -> str:
        return f"{self.event} → {self.user}"


class Digest(Outgoing):
    """One day's reminder of all that a person's rollouts wait for from them."""

    day = models.DateField()

    class Meta:
        verbose_name = _("lembrete do dia")
        verbose_name_plural = _("lembretes do dia")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day"),
            _sent_or_waiting("digest_sent_or_waiting"),
        ]
        indexes = [models.Index(fields=["next_try_at"], name="digest_next_try")]

    def __str__(self) -> str:
        return f"{self.day} → {self.user}"


class Reminder(models.Model):
    """One matter of a digest, by the key of its requirement. Its words are read from the gates when it is sent."""

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


class Preference(models.Model):
    """What a person wants to be told. Without a row: everything. Obligatory notices ask nobody."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preference")
    events = models.BooleanField(_("Avisos do que acontece nos projetos"), default=True)
    reminders = models.BooleanField(_("Lembretes de prazos"), default=True)

    class Meta:
        verbose_name = _("preferência de avisos")
        verbose_name_plural = _("preferências de avisos")

    def __str__(self) -> str:
        return str(self.user)
