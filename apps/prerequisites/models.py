from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from apps.accounts.models import name_as_signed
from apps.core import clock, workdays
from apps.core.database.rows import embedded_first, row_of
from apps.core.localized import Localized, LocalizedField
from apps.core.process import Gate, PartyRole
from apps.files.models import StoredFile
from apps.files.queries import preview_pages
from apps.rollouts import planning, reminders
from apps.rollouts.models import Event, Rollout
from apps.vault.models import Secret


class Prerequisite(models.Model):
    """Something a party must deliver for one rollout, copied from the blueprint when it started.

    ``since`` is the instant from which whoever must act next has owed it: the owner while it is pending or rejected,
    Presence while it waits for review.

    One that ``is_own`` was asked by the project manager for this rollout alone. It is due ``days_before`` business days
    before the stage behind its gate is planned to start, unless ``due_set`` names the day (see ``due_by``).
    """

    class Kind(models.TextChoices):
        DOCUMENT = "document", gettext_lazy("Documento")
        LINK = "link", gettext_lazy("Link")
        STATEMENT = "statement", gettext_lazy("Declaração")
        CREDENTIAL = "credential", gettext_lazy("Credencial")
        CONTACT = "contact", gettext_lazy("Contatos")
        ENVIRONMENT = "environment", gettext_lazy("Ambiente")

    class State(models.TextChoices):
        PENDING = "pending", gettext_lazy("A entregar")
        SUBMITTED = "submitted", gettext_lazy("Em conferência")
        ACCEPTED = "accepted", gettext_lazy("Aceito")
        REJECTED = "rejected", gettext_lazy("Devolvido")
        WITHDRAWN = "withdrawn", gettext_lazy("Retirado")

    class Environment(models.TextChoices):
        HOMOLOGATION = "homologation", gettext_lazy("Homologação")
        PRODUCTION = "production", gettext_lazy("Produção")

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="prerequisites")
    key = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField()
    title = LocalizedField()
    help = LocalizedField()
    where = LocalizedField()
    example = LocalizedField()
    owner = models.CharField(max_length=12, choices=PartyRole)
    gate = models.CharField(max_length=24, choices=Gate)
    kind = models.CharField(max_length=12, choices=Kind)
    environment = models.CharField(max_length=14, choices=Environment, blank=True)
    waivable = models.BooleanField(default=False)
    fields = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    since = models.DateTimeField(default=clock.now)
    days_before = models.PositiveSmallIntegerField(default=2)
    due_set = models.DateField(null=True)
    due_reason = models.TextField(blank=True)
    is_own = models.BooleanField(default=False)
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = gettext_lazy("pré-requisito")
        verbose_name_plural = gettext_lazy("pré-requisitos")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "key"], name="prerequisite_once_per_rollout"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "submitted", "accepted", "rejected", "withdrawn"]),
                name="prerequisite_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | (Q(is_own=True) & ~Q(withdrawn_reason="")),
                name="prerequisite_withdrawn_is_own_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def is_due(self) -> bool:
        """Its owner must act: nothing was delivered, or what was delivered came back."""
        return self.state in (self.State.PENDING, self.State.REJECTED)

    @property
    def requirement_key(self) -> str:
        """The key of the requirement that it is; waivers refer to it."""
        return f"prerequisite:{self.key}"

    @property
    def is_open(self) -> bool:
        return self.state not in (self.State.ACCEPTED, self.State.WITHDRAWN)

    def due_by(self, starts: dict[str, date]) -> date | None:
        """The day on which it is due, given the planned day of each stage; None without a plan. It is never before the first
        business day after the rollout was opened: nobody is late before they could act."""
        opens = planning.opening_of(self.gate, starts)
        if self.due_set or opens is None:
            return self.due_set
        due = workdays.shift(opens, -self.days_before)
        opened = planning.opened_on(starts)
        return max(due, workdays.shift(opened, 1)) if opened else due

    @property
    def due(self) -> date | None:
        return self.due_by(planning.starts(self.rollout))

    @property
    def next_reminder(self) -> date | None:
        """When its owner is reminded of it again; None when nothing is owed or no day is known."""
        due = self.due if self.is_due else None
        return reminders.next_reminder(due, clock.today()) if due else None

    @property
    def last(self) -> "Submission | None":
        return max(self.submissions.all(), key=lambda submission: submission.number, default=None)

    @property
    def asked_again(self) -> list[str]:
        """The parts (``kinds``) that its owner must deliver again; empty when all of it, or nothing, is asked."""
        last = self.last
        return last.wrong if last and self.state == self.State.REJECTED else []

    def specs(self) -> list[dict[str, Any]]:
        """The credential's fields: name, label, help, example (in the reader's language) and whether secret."""
        return [
            {**row, **{name: Localized.of(row.get(name)) for name in ("label", "help", "example")}}
            for row in self.fields
        ]


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def as_shown(self) -> "SubmissionQuerySet":
        """With what a page shows of a delivery, in two queries: its people, its files with the pages that have a picture
        (``preview_pages``), which of its fields are in the vault, and the newest of what was found out about it."""
        files = SubmissionFile.objects.select_related("file").annotate(preview_pages=preview_pages())
        secrets = Submission.secrets.through.objects.filter(submission=models.OuterRef("pk")).order_by("pk")
        probes = Probe.objects.filter(submission=models.OuterRef("pk")).order_by("-pk")
        checks = EnvironmentCheck.objects.filter(submission=models.OuterRef("pk")).order_by("-pk")
        return (
            self.select_related("submitted_by", "decided_by")
            .prefetch_related(models.Prefetch("attached", files))
            .annotate(
                shown_secrets=ArraySubquery(secrets.values("secret__field")),
                shown_probe=embedded_first(probes),
                shown_check=embedded_first(checks),
            )
        )


class Submission(models.Model):
    """One delivery of a prerequisite and what was decided of it. Deliveries are kept for ever.

    ``evidence`` is what the application found out about a document by itself (``gathering.read_document``).
    ``wrong`` names the parts (``kinds``) a reviewer pointed at; empty is all of it.
    ``reason`` is the reviewer's; ``stopped`` says why the application itself sent an accepted credential back.
    ``purged`` says of each secret that is no longer kept (by field) when it was destroyed, in ISO 8601 (see ``purge``).
    ``next_probe_at`` is when the application looks at it by itself; None once nobody relies on it (see ``schedule``).
    """

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", gettext_lazy("Aceito")
        REJECTED = "rejected", gettext_lazy("Devolvido")

    class Stopped(models.TextChoices):
        """What the platform answers to a credential that it took before, by ``Probe.Outcome``; or that another company took
        the place of one that had a part in it."""

        WRONG = "wrong", gettext_lazy("A plataforma deixou de aceitar esta credencial.")
        LACKING = (
            "lacking",
            gettext_lazy(
                "A plataforma deixou de dar permissão de leitura a esta credencial. Devolva a permissão e entregue de novo."
            ),
        )
        PURGED = (
            "purged",
            gettext_lazy("A credencial foi destruída quando uma empresa deixou o projeto. Entregue outra."),
        )
        REPLACED = "replaced", gettext_lazy("A empresa que entregou isto deixou o projeto. Entregue o da nova.")

    prerequisite = models.ForeignKey(Prerequisite, on_delete=models.CASCADE, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    link = models.URLField(max_length=500, blank=True)
    values = models.JSONField(default=dict)
    secrets = models.ManyToManyField(Secret, related_name="+")
    purged = models.JSONField(default=dict)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(default=clock.now)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    reason = models.TextField(blank=True)
    stopped = models.CharField(max_length=10, choices=Stopped, blank=True)
    wrong = models.JSONField(default=list)
    evidence = models.JSONField(default=dict)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    next_probe_at = models.DateTimeField(null=True, default=clock.now, editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("entrega")
        verbose_name_plural = gettext_lazy("entregas")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["prerequisite", "number"], name="submission_number_once"),
            models.CheckConstraint(
                condition=~Q(decision="rejected") | ~Q(reason="") | ~Q(stopped=""),
                name="submission_rejected_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_probe_at"], name="submission_next_probe", condition=Q(next_probe_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.prerequisite} #{self.number}"

    @property
    def rollout(self) -> Rollout:
        return self.prerequisite.rollout

    @property
    def why_returned(self) -> str:
        """Why it was sent back: the reviewer's words, or what the platform answers by now; empty when it was not."""
        return self.reason or self.get_stopped_display()

    @property
    def files(self) -> list[StoredFile]:
        """Its files, in the order in which they were given."""
        return [row.file for row in self.attached.all()]

    @property
    def fields_in_vault(self) -> list[str]:
        """The fields of which the vault holds the value."""
        if hasattr(self, "shown_secrets"):
            return self.shown_secrets
        return [secret.field for secret in self.secrets.all()]

    @property
    def last_probe(self) -> "Probe | None":
        if hasattr(self, "shown_probe"):
            return row_of(Probe, self.shown_probe)
        return max(self.probes.all(), key=lambda probe: probe.pk, default=None)

    @property
    def last_check(self) -> "EnvironmentCheck | None":
        if hasattr(self, "shown_check"):
            return row_of(EnvironmentCheck, self.shown_check)
        return max(self.environment_checks.all(), key=lambda check: check.pk, default=None)

    def contacts(self) -> list[dict[str, Any]]:
        return self.values.get("contacts", [])


class SubmissionFile(models.Model):
    """A file of a delivery; one that stays from an earlier delivery is the same file again."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="attached")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    twin = ""
    """Where the same file was delivered before, for a page (``attachments.note_duplicates``)."""

    class Meta:
        verbose_name = gettext_lazy("arquivo de uma entrega")
        verbose_name_plural = gettext_lazy("arquivos de entregas")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "position"], name="submission_file_position_once"),
            models.UniqueConstraint(fields=["submission", "file"], name="submission_file_once"),
        ]

    def __str__(self) -> str:
        return f"{self.submission}: {self.file}"


class Probe(models.Model):
    """What the platform answered when a delivered credential was tried. Every answer is kept; the newest counts.

    ``why`` is a word for the reason (``showing.REASONS``), never what was sent or received.
    """

    class Outcome(models.TextChoices):
        VALID = "valid", gettext_lazy("Funciona na plataforma")
        WRONG = "wrong", gettext_lazy("Recusada pela plataforma")
        LACKING = "lacking", gettext_lazy("Falta permissão na plataforma")
        ELSEWHERE = "elsewhere", gettext_lazy("Parece ser do outro ambiente")
        UNREACHABLE = "unreachable", gettext_lazy("A plataforma não respondeu")
        UNCLEAR = "unclear", gettext_lazy("Resposta inesperada da plataforma")
        WITHHELD = "withheld", gettext_lazy("Não foi enviada: o destino não confere")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="probes")
    at = models.DateTimeField(default=clock.now)
    outcome = models.CharField(max_length=12, choices=Outcome)
    status = models.PositiveSmallIntegerField(null=True)
    why = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = gettext_lazy("prova de credencial")
        verbose_name_plural = gettext_lazy("provas de credencial")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.submission}: {self.get_outcome_display()}"

    @property
    def tone(self) -> str:
        """The badge tone that goes with the outcome."""
        tones = {
            "valid": "success",
            "wrong": "danger",
            "withheld": "danger",
            "lacking": "warning",
            "elsewhere": "warning",
        }
        return tones.get(self.outcome, "neutral")


class EnvironmentCheck(models.Model):
    """What was found at the address of a delivered environment. Every look is kept; the newest counts.

    ``findings`` are the words of ``environments`` (``same_host``, ``asks_password``…), each with what it rests on.
    ``status`` is the HTTP status, None when there was no answer; ``certificate_until`` the end of its certificate.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="environment_checks")
    at = models.DateTimeField(default=clock.now)
    status = models.PositiveSmallIntegerField(null=True)
    certificate_until = models.DateTimeField(null=True)
    findings = models.JSONField(default=list)

    class Meta:
        verbose_name = gettext_lazy("verificação de ambiente")
        verbose_name_plural = gettext_lazy("verificações de ambiente")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.submission}: {self.status or '-'}"


class PurgeCertificate(models.Model):
    """How what a purge's certificate names was called then, and its document: a worker draws the ``pdf`` (None until then).
    The certificate itself is the ``event``, which carries no name of a person."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="purge_certificate")
    title = models.CharField(max_length=200)
    client_legal_name = models.CharField(gettext_lazy("razão social"), max_length=160)
    client_cnpj = models.CharField(gettext_lazy("CNPJ"), max_length=14)
    purged_by_name = models.CharField(gettext_lazy("nome"), max_length=120, blank=True)
    pdf = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = gettext_lazy("certificado de expurgo")
        verbose_name_plural = gettext_lazy("certificados de expurgo")

    def __str__(self) -> str:
        return f"{self.rollout.code}-expurgo-{self.event.sequence}"

    @property
    def rollout(self) -> Rollout:
        return self.event.rollout

    @property
    def purged_by(self) -> str:
        """Who had it done; what a timeline says of the application where it did it itself."""
        return name_as_signed(self.purged_by_name, self.event.actor) if self.event.actor else self.event.who
