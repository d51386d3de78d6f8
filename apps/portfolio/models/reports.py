"""The status reports of a rollout, and the links by which its client reads the newest one without signing in."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.companies.models import Membership
from apps.core import clock
from apps.files.models import StoredFile
from apps.rollouts.models import Rollout


class StatusReportQuerySet(models.QuerySet["StatusReport"]):
    def sent(self) -> "StatusReportQuerySet":
        return self.filter(state=StatusReport.State.SENT)

    def drafts(self) -> "StatusReportQuerySet":
        return self.filter(state=StatusReport.State.DRAFT)


class StatusReport(models.Model):
    """What happened in a rollout since the report before, and how it stands, for its four parties.

    A draft holds the manager's words alone: what the record says is read when it is looked at, and kept as ``facts`` (keys
    and values of no language, ``reports.facts``) when it is sent, with its ``number`` among those of the rollout. From then
    on the database refuses any other change than its ``pdf``, which a worker draws. It tells of the time after ``since``, up
    to ``ended_at``. ``hidden`` are the keys of the sections that the manager left out. ``made_by`` is None where the
    application made it. A skipped one was never sent.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Rascunho")
        SENT = "sent", _("Enviado")
        SKIPPED = "skipped", _("Não enviado")

    class Light(models.TextChoices):
        ON_COURSE = "on_course", _("No rumo")
        ATTENTION = "attention", _("Atenção")
        LATE = "late", _("Atrasado")

    TONES = {Light.ON_COURSE: "success", Light.ATTENTION: "warning", Light.LATE: "danger"}

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="status_reports")
    number = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    since = models.DateTimeField()
    light = models.CharField(_("situação"), max_length=10, choices=Light, blank=True)
    reason = models.CharField(_("por quê"), max_length=300, blank=True)
    summary = models.TextField(_("resumo"), max_length=1_000, blank=True)
    hidden = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    pdf = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    objects = StatusReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("relatório de situação")
        verbose_name_plural = _("relatórios de situação")
        ordering = ["-number", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="status_report_number_once"),
            models.UniqueConstraint(
                fields=["rollout"], condition=Q(state="draft"), name="status_report_one_draft_per_rollout"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", number__isnull=False) & ~Q(light="") | ~Q(state="sent") & Q(number=None),
                name="status_report_sent_with_number_and_light",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", ended_at=None, ended_by=None)
                | ~Q(state="draft") & Q(ended_at__isnull=False, ended_by__isnull=False),
                name="status_report_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rollout.code}-relatorio-{self.number or 'rascunho'}"

    def get_absolute_url(self) -> str:
        if self.number is None:
            return reverse("portfolio:report_draft", args=[self.rollout_id])
        return reverse("portfolio:report", args=[self.rollout_id, self.number])

    @property
    def tone(self) -> str:
        """The tone of its light in the interface."""
        return self.TONES.get(self.Light(self.light), "neutral") if self.light else "neutral"

    def content(self) -> dict[str, Any]:
        """All that was sent, as its event's hash covers it."""
        return {
            "number": self.number,
            "light": self.light,
            "reason": self.reason,
            "summary": self.summary,
            "hidden": self.hidden,
            "facts": self.facts,
        }


class ReportLink(models.Model):
    """A link that shows the newest status report of a rollout to whoever has it, without signing in and without names.

    Only its digest is stored. It ends at ``expires_at``, when it is revoked, when another company takes the client's place,
    and with the place of who made it in their company (``membership`` is None from then on).
    """

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="report_links")
    number = models.PositiveSmallIntegerField()
    membership = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    digest = models.CharField(max_length=64, unique=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("link público dos relatórios")
        verbose_name_plural = _("links públicos dos relatórios")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="report_link_number_once"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="report_link_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rollout.code} #{self.number}"
