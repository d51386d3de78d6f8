from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User, name_as_signed
from apps.companies.models import Person
from apps.core import clock
from apps.core.localized import LocalizedField
from apps.core.process import PartyRole
from apps.files.models import StoredFile
from apps.rollouts.models import Rollout

ON_CALL = "on_call"
"""The key of the point that is answered with people of the parties."""


class ChecklistItem(models.Model):
    """A point of the go-live checklist, copied from the blueprint. ``evidence`` is what the application found out itself
    when the point was ticked: of a ``probe`` the platform's answer, as ``outcome``, ``status`` and ``at``. ``people`` are who
    is on call, of the point ``ON_CALL``."""

    class Proof(models.TextChoices):
        NOTE = "note", _("anotação de quem fez")
        PROBE = "probe", _("resposta da plataforma")

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="golive_items")
    position = models.PositiveSmallIntegerField()
    key = models.SlugField(max_length=60)
    title = LocalizedField()
    help = LocalizedField()
    owner = models.CharField(max_length=12, choices=PartyRole)
    mandatory = models.BooleanField(default=True)
    proof = models.CharField(max_length=8, choices=Proof, blank=True)
    note = models.CharField(_("anotação"), max_length=300, blank=True)
    people = models.ManyToManyField(Person, related_name="+")
    evidence = models.JSONField(default=dict)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("item da entrada em produção")
        verbose_name_plural = _("itens da entrada em produção")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["rollout", "key"], name="golive_item_once")]

    def __str__(self) -> str:
        return str(self.title)


class Release(models.Model):
    """The release to unassisted operation: confirmed by the client, recorded by Presence. ``names`` is how companies (by
    role) and people (by the account's key) were called then (``names.at_release``)."""

    rollout = models.OneToOneField(Rollout, on_delete=models.CASCADE, related_name="release")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)
    note = models.TextField(_("observações"), blank=True)
    names = models.JSONField(default=dict, db_default={})

    class Meta:
        verbose_name = _("liberação")
        verbose_name_plural = _("liberações")
        constraints = [
            models.CheckConstraint(
                condition=Q(recorded_at=None) | Q(confirmed_at__isnull=False),
                name="release_recorded_after_confirmation",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rollout}"

    @property
    def confirmer(self) -> str:
        return self._name_of(self.confirmed_by)

    @property
    def recorder(self) -> str:
        return self._name_of(self.recorded_by)

    def _name_of(self, user: User | None) -> str:
        return name_as_signed(self.names.get("people", {}).get(str(user.pk), ""), user) if user else ""


class Window(models.Model):
    """When the shop is to go live, as Presence proposed it. The newest one of a rollout counts; a new one asks anew. One that
    was undone, or that the rollout left behind when it went back, has ``lapsed_at`` (UTC): it is history.

    ``warnings`` are words for what speaks against its days (``days.WARNINGS``), ``reason`` why it is worth it all the same.
    """

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="golive_windows")
    number = models.PositiveSmallIntegerField(_("número"))
    starts_at = models.DateTimeField(_("início"))
    ends_at = models.DateTimeField(_("fim"))
    warnings = models.JSONField(default=list)
    reason = models.CharField(_("por que nesta data"), max_length=300, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("janela de entrada")
        verbose_name_plural = _("janelas de entrada")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="golive_window_number_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="golive_window_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return _("Janela %(number)d") % {"number": self.number}

    @property
    def is_over(self) -> bool:
        return self.ends_at <= clock.now()


class WindowAnswer(models.Model):
    """What a party says of a window: go, or no-go with its reason and ``owner``, the party that has to settle it."""

    class Answer(models.TextChoices):
        GO = "go", _("Pode entrar")
        NO_GO = "no_go", _("Ainda não")

    window = models.ForeignKey(Window, on_delete=models.CASCADE, related_name="answers")
    role = models.CharField(_("parte"), max_length=12, choices=PartyRole)
    answer = models.CharField(_("resposta"), max_length=6, choices=Answer)
    reason = models.CharField(_("motivo"), max_length=300, blank=True)
    owner = models.CharField(_("quem resolve"), max_length=12, choices=PartyRole, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("resposta à janela")
        verbose_name_plural = _("respostas às janelas")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["window", "role"], name="golive_one_answer_a_party"),
            models.CheckConstraint(
                condition=Q(answer="go", owner="") | Q(answer="no_go") & ~Q(owner="") & ~Q(reason=""),
                name="golive_no_go_says_why_and_who",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.get_answer_display()}"

    @property
    def rollout(self) -> Rollout:
        return self.window.rollout


class Incident(models.Model):
    """Something that went wrong in production while the shop was accompanied. An open severe one holds the release.

    ``until`` is when it was over; then ``resolution`` says how.
    """

    class Severity(models.TextChoices):
        SEVERE = "severe", _("Grave")
        MODERATE = "moderate", _("Moderado")
        MINOR = "minor", _("Leve")

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="incidents")
    number = models.PositiveSmallIntegerField()
    what = models.TextField(_("o que aconteceu"))
    severity = models.CharField(_("gravidade"), max_length=10, choices=Severity)
    owner = models.CharField(_("quem resolve"), max_length=12, choices=PartyRole)
    since = models.DateTimeField(_("desde"))
    until = models.DateTimeField(_("até"), null=True)
    resolution = models.TextField(_("como foi resolvido"), blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=clock.now)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("incidente")
        verbose_name_plural = _("incidentes")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="incident_number_once"),
            models.CheckConstraint(
                condition=Q(until=None, resolution="", resolved_by=None)
                | Q(until__gte=F("since"), resolved_by__isnull=False) & ~Q(resolution=""),
                name="incident_resolved_says_how",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"INC-{self.number}"


class Dossier(models.Model):
    """The archived rollout as ZIP files, made by the worker once it is completed; the database keeps the row as it is.

    It holds the timeline up to the event ``through``. ``whole`` is for Presence and the client; ``shared`` is the same
    without what the hours cost, for the others.
    """

    rollout = models.ForeignKey(Rollout, on_delete=models.PROTECT, related_name="dossiers")
    number = models.PositiveSmallIntegerField()
    through = models.PositiveIntegerField()
    whole = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    shared = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("dossiê")
        verbose_name_plural = _("dossiês")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="dossier_number_once"),
            models.UniqueConstraint(fields=["rollout", "through"], name="dossier_once_an_event"),
        ]

    def __str__(self) -> str:
        return f"{self.rollout.code}-D{self.number}"
