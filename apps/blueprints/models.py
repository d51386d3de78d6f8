from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.companies.models import Company
from apps.core import clock
from apps.core.database.unaccented import by_name


class Platform(models.Model):
    """An e-commerce platform a client may be connected to; its details are its blueprint's. ``companies`` answer for it in
    projects, as project managers said when they opened one; none while nobody did."""

    slug = models.SlugField(_("identificador"), max_length=40, unique=True)
    name = models.CharField(_("nome"), max_length=80)
    website = models.URLField(_("site"), blank=True)
    position = models.PositiveSmallIntegerField(_("posição"), default=0)
    companies = models.ManyToManyField(Company, related_name="platforms", blank=True, verbose_name=_("empresas"))

    class Meta:
        verbose_name = _("plataforma")
        verbose_name_plural = _("plataformas")
        ordering = ["position", *by_name("name")]

    def __str__(self) -> str:
        return self.name


class BlueprintQuerySet(models.QuerySet["Blueprint"]):
    def current(self, kind: str, key: str = "default") -> "Blueprint":
        """The newest version loaded. Raises ``Blueprint.DoesNotExist`` before ``manage.py load_blueprints`` ran."""
        return self.filter(kind=kind, key=key).order_by("-version")[:1].get()

    def current_of(self, *names: tuple[str, str]) -> "list[Blueprint]":
        """The newest version of each of ``names`` (kind and key), in one query. Raises as ``current`` does."""
        any_name = Q()
        for kind, key in names:
            any_name |= Q(kind=kind, key=key)
        rows = self.filter(any_name).order_by("kind", "key", "-version").distinct("kind", "key")
        rows_by_name = {(row.kind, row.key): row for row in rows}
        if missing := [name for name in names if name not in rows_by_name]:
            raise self.model.DoesNotExist(missing)
        return [rows_by_name[name] for name in names]

    def newest(self) -> list["Blueprint"]:
        """The newest version of each blueprint."""
        latest: dict[tuple[str, str], Blueprint] = {}
        for row in self.order_by("version"):
            latest[row.kind, row.key] = row
        return list(latest.values())


class Blueprint(models.Model):
    """One version of one data file, or of the script or the term as Presence edited it. It never changes (a trigger refuses
    it): a rollout remembers the version it was copied from.

    What is under the key ``default`` is what new rollouts start from. A shipped file that came after Presence edited its
    own waits under ``SHIPPED``. ``read_by_another`` is False when the only one who wrote an edition published it.
    """

    SHIPPED = "shipped"

    class Origin(models.TextChoices):
        FILE = "file", _("Arquivo do sistema")
        EDITED = "edited", _("Editada pela Presence")

    class Kind(models.TextChoices):
        PLATFORM = "platform", _("Plataforma")
        PREREQUISITES = "prerequisites", _("Pré-requisitos")
        SCRIPT = "script", _("Roteiro de homologação")
        KICKOFF = "kickoff", _("Reunião inaugural")
        TRAINING = "training", _("Treinamento")
        GOLIVE = "golive", _("Entrada em produção")
        PRESENCE_API = "presence_api", _("Presence API")
        HOURS = "hours", _("Política de horas")
        TERM = "term", _("Termo de aceite")
        PLAN = "plan", _("Plano das etapas")

    kind = models.CharField(_("tipo"), max_length=16, choices=Kind)
    key = models.SlugField(_("chave"), max_length=40, default="default")
    version = models.PositiveIntegerField(_("versão"))
    content = models.JSONField(_("conteúdo"))
    checksum = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(default=clock.now, editable=False)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.FILE)
    note = models.TextField(_("o que mudou"), blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    read_by_another = models.BooleanField(default=False)

    objects = BlueprintQuerySet.as_manager()

    class Meta:
        verbose_name = _("modelo")
        verbose_name_plural = _("modelos")
        ordering = ["kind", "key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "version"], name="blueprint_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="blueprint_version_from_one"),
            models.CheckConstraint(
                condition=Q(origin="file", published_by=None)
                | Q(origin="edited", published_by__isnull=False) & ~Q(note=""),
                name="blueprint_edited_with_note_and_publisher",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.key} · v{self.version}"

    @property
    def title(self) -> str:
        """The platform's name, or what the blueprint is for."""
        return str(self.content["name"] if self.kind == self.Kind.PLATFORM else self.get_kind_display())


class Draft(models.Model):
    """The next version of a template while it is being written; of each kind there is one at a time.

    ``content`` is as the data file has it, but may still lack a language. ``revision`` counts its changes, so that what is
    published is what was read.
    """

    KIND: Blueprint.Kind

    base = models.ForeignKey(Blueprint, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    authors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    started_at = models.DateTimeField(default=clock.now, editable=False)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)
    only = models.BooleanField(default=True, editable=False, unique=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self._meta.verbose_name).capitalize()


class ScriptDraft(Draft):
    """The next version of the homologation script."""

    KIND = Blueprint.Kind.SCRIPT

    class Meta:
        verbose_name = _("rascunho do roteiro")
        verbose_name_plural = _("rascunhos do roteiro")
        constraints = [models.CheckConstraint(condition=Q(only=True), name="script_draft_one_at_a_time")]

    def case(self, code: str) -> dict[str, Any] | None:
        return next((case for case in self.content["cases"] if case["code"] == code), None)


class TermDraft(Draft):
    """The next version of the acceptance term's clauses."""

    KIND = Blueprint.Kind.TERM

    class Meta:
        verbose_name = _("rascunho do termo de aceite")
        verbose_name_plural = _("rascunhos do termo de aceite")
        constraints = [models.CheckConstraint(condition=Q(only=True), name="term_draft_one_at_a_time")]

    def clause(self, key: str) -> dict[str, Any] | None:
        return next((clause for clause in self.content["clauses"] if clause["key"] == key), None)
