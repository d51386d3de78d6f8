"""What client and Presence agree on: extra hours asked for beforehand, and lines that the client contests."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock, moments
from apps.core.process import PartyRole
from apps.hours.classification import Activity, HourClass

MOST_MINUTES = 6000
"""The most that one request asks for: 100 hours."""

AGREED_ACTIVITIES = (Activity.TRAINING, Activity.FOLLOW_UP, Activity.HOMOLOGATION)
"""What may become billable, and so is asked for."""


class ExtraHoursRequest(models.Model):
    """Billable minutes of one activity that Presence asks the client for: open → approved, declined or withdrawn.

    ``hourly_rate`` and ``price`` (centavos) are what the client was shown. ``already_worked`` of the ``minutes`` had been
    worked without approval when it was sent. ``client_since`` and ``lapsed_at`` (UTC) are when the client that approved came
    to the rollout, null for its first client, and left it: the approval covers the hours of its months, and of no other's.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Aguarda o cliente")
        APPROVED = "approved", _("Aprovado")
        DECLINED = "declined", _("Recusado")
        WITHDRAWN = "withdrawn", _("Retirado")

    rollout = models.ForeignKey("rollouts.Rollout", on_delete=models.CASCADE, related_name="extra_requests")
    number = models.PositiveIntegerField()
    activity = models.CharField(_("atividade"), max_length=14, choices=Activity)
    purpose = models.CharField(_("para quê"), max_length=300)
    minutes = models.PositiveIntegerField(_("duração"))
    already_worked = models.PositiveIntegerField(default=0)
    hourly_rate = models.PositiveIntegerField(_("valor da hora"))
    price = models.PositiveIntegerField(_("preço"))
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=clock.now)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    note = models.CharField(_("motivo"), max_length=300, blank=True)
    client_since = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("pedido de horas extras")
        verbose_name_plural = _("pedidos de horas extras")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="extra_request_number_once"),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=MOST_MINUTES, already_worked__lte=models.F("minutes")),
                name="extra_request_minutes",
            ),
            models.CheckConstraint(
                condition=Q(activity__in=[activity.value for activity in AGREED_ACTIVITIES]),
                name="extra_request_activity_can_be_billed",
            ),
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None, answered_by=None)
                | Q(
                    state__in=["approved", "declined", "withdrawn"],
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                ),
                name="extra_request_answered_with_its_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined", note=""), name="extra_request_declined_with_a_reason"
            ),
            # Who asks does not answer; Presence takes its own request back.
            models.CheckConstraint(
                condition=Q(state="withdrawn") | ~Q(answered_by=models.F("sent_by")),
                name="extra_request_answered_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(lapsed_at=None) | Q(state="approved"), name="extra_request_lapsed_after_approval"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rollout.code} +{self.number}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class Contest(models.Model):
    """The client disagrees with a part of an entry: open → kept, corrected (Presence) or withdrawn (client).

    It belongs to the entry and to the class of the part, so it survives a reclassification; ``line`` is the fixed line
    once the month is closed. ``content`` is what was contested, as it stood (minutes, centavos). While it is open it waits
    for ``waits_for`` since ``since``. ``correction`` is the adjustment that corrected it, where there is one.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Em aberto")
        UPHELD = "kept", _("Mantida")
        CORRECTED = "corrected", _("Corrigida")
        WITHDRAWN = "withdrawn", _("Retirada pelo cliente")

    rollout = models.ForeignKey("rollouts.Rollout", on_delete=models.CASCADE, related_name="contests")
    number = models.PositiveIntegerField()
    entry = models.ForeignKey("hours.TimeEntry", on_delete=models.PROTECT, related_name="contests")
    hour_class = models.CharField(_("classe"), max_length=10, choices=HourClass)
    line = models.ForeignKey("hours.Line", on_delete=models.PROTECT, null=True, related_name="contests")
    content = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    waits_for = models.CharField(max_length=12, choices=PartyRole, default=PartyRole.PRESENCE)
    since = models.DateTimeField(default=clock.now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True)
    correction = models.ForeignKey("hours.TimeEntry", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("contestação")
        verbose_name_plural = _("contestações")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="contest_number_once"),
            models.UniqueConstraint(
                fields=["entry", "hour_class"], condition=Q(state="open"), name="contest_one_open_a_part"
            ),
            models.CheckConstraint(condition=Q(waits_for__in=["presence", "client"]), name="contest_waits_for_a_side"),
            models.CheckConstraint(
                condition=Q(state="open", resolved_at=None, resolved_by=None)
                | Q(state__in=["kept", "corrected", "withdrawn"], resolved_at__isnull=False, resolved_by__isnull=False),
                name="contest_resolved_with_its_state",
            ),
            models.CheckConstraint(
                condition=Q(correction=None) | Q(state="corrected"), name="contest_correction_when_corrected"
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn") | ~Q(resolved_by=models.F("opened_by")),
                name="contest_resolved_by_somebody_else",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rollout.code} ?{self.number}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class ContestMessage(models.Model):
    """One message of a contest's thread, written for ``party``. Its text stands here only, never in an event."""

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    party = models.CharField(max_length=12, choices=PartyRole)
    text = models.TextField(_("mensagem"), max_length=2000)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("mensagem de contestação")
        verbose_name_plural = _("mensagens de contestação")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(party__in=["presence", "client"]), name="contest_message_of_a_side"),
            models.CheckConstraint(condition=~Q(text=""), name="contest_message_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.contest} {moments.show(self.at)}"
