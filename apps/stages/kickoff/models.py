from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.localized import Localized, LocalizedField
from apps.core.process import PartyRole
from apps.files.models import StoredFile
from apps.rollouts.models import Rollout
from apps.stages.kickoff import sheets
from apps.stages.kickoff.sheets import Direction

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Kickoff(models.Model):
    """What the kickoff of one rollout agrees; its meeting is one of ``meetings``. ``offered_models`` are the integration
    models on offer; ``model`` is the key of the chosen one. ``statuses`` are the platform's own order statuses, to choose
    from. ``minutes_published_at`` is empty while what was agreed has changed since the last version of the minutes
    (``Minutes``)."""

    rollout = models.OneToOneField(Rollout, on_delete=models.CASCADE, related_name="kickoff")
    offered_models = models.JSONField(default=list)
    model = models.CharField(_("modelo de integração"), max_length=40, blank=True)
    model_note = models.TextField(_("frequência, volume e observações"), blank=True)
    minutes = models.TextField(_("ata"), blank=True)
    minutes_published_at = models.DateTimeField(null=True)
    minutes_published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    statuses = models.JSONField(default=list)

    class Meta:
        verbose_name = _("reunião inaugural")
        verbose_name_plural = _("reuniões inaugurais")
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes_published_at=None) | ~Q(minutes=""), name="kickoff_published_minutes_are_written"
            )
        ]

    def __str__(self) -> str:
        return str(_("Reunião inaugural"))


class AgendaItem(models.Model):
    kickoff = models.ForeignKey(Kickoff, on_delete=models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField()
    title = LocalizedField()
    hint = LocalizedField()
    notes = models.TextField(_("o que ficou combinado"), blank=True)

    class Meta:
        verbose_name = _("item da pauta")
        verbose_name_plural = _("itens da pauta")
        ordering = ["position"]

    def __str__(self) -> str:
        return str(self.title)


class AgreedMethod(models.Model):
    """A method of the Presence API on offer; ``agreed`` once the meeting chose it."""

    kickoff = models.ForeignKey(Kickoff, on_delete=models.CASCADE, related_name="methods")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(_("método"), max_length=60)
    process = models.CharField(max_length=20)
    title = LocalizedField()
    direction = models.CharField(max_length=16, choices=Direction)
    fields = models.JSONField(default=list)
    agreed = models.BooleanField(_("adotado"), default=False)

    class Meta:
        verbose_name = _("método")
        verbose_name_plural = _("métodos")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["kickoff", "code"], name="method_once_per_kickoff")]

    def __str__(self) -> str:
        return self.code


class Row(models.Model):
    """A row of the integration worksheet. ``cells`` are the texts by column (``sheets``); every change of one is kept in
    ``CellChange``. ``key`` names what a row of the catalogue is about; such a row is never removed."""

    kickoff = models.ForeignKey(Kickoff, on_delete=models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=10, choices=sheets.KEYS)
    method = models.ForeignKey(AgreedMethod, on_delete=models.CASCADE, null=True, related_name="rows")
    key = models.CharField(max_length=80, blank=True)
    position = models.PositiveIntegerField(default=0)
    cells = models.JSONField(default=dict)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("linha da ficha")
        verbose_name_plural = _("linhas da ficha")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(sheet__in=[*sheets.SHEETS]), name="row_sheet_is_known"),
            models.CheckConstraint(
                condition=Q(sheet="fields", method__isnull=False) | ~Q(sheet="fields") & Q(method=None),
                name="row_of_a_method_in_the_fields",
            ),
            models.CheckConstraint(condition=Q(key="") | Q(removed_at=None), name="row_of_the_catalogue_stays"),
            models.UniqueConstraint(
                fields=["method", "key"], condition=~Q(key="") & Q(method__isnull=False), name="row_once_per_field"
            ),
            models.UniqueConstraint(
                fields=["kickoff", "sheet", "key"], condition=~Q(key="") & Q(method=None), name="row_once_per_key"
            ),
        ]

    def __str__(self) -> str:
        return next((text for column in self.spec.columns[:2] if (text := self.cell(column.name))), f"#{self.pk}")

    @property
    def rollout(self) -> Rollout:
        return self.kickoff.rollout

    @property
    def spec(self) -> sheets.Sheet:
        return sheets.SHEETS[self.sheet]

    def cell(self, column: str) -> str:
        return self.cells.get(column, "")

    @property
    def label(self) -> Localized:
        """What the catalogue says of the field."""
        catalogue_fields = self.method.fields if self.method else []
        return Localized.of(next((row["label"] for row in catalogue_fields if row["name"] == self.key), None))

    @property
    def is_agreed(self) -> bool:
        """A field that has its place on the platform."""
        return bool(self.cell("platform_field")) and not self.cell("unused")

    @property
    def is_open_question(self) -> bool:
        return bool(self.cell("question")) and not self.cell("settled")


class CellChange(models.Model):
    """Who wrote what into a cell, over what. The database refuses to change or delete one.

    A row that came or went has a change too, with ADDED or REMOVED in place of a column.
    """

    ADDED = "+row"
    REMOVED = "-row"

    row = models.ForeignKey(Row, on_delete=models.PROTECT, related_name="changes")
    column = models.CharField(max_length=20)
    before = models.CharField(max_length=sheets.LONGEST, blank=True)
    after = models.CharField(max_length=sheets.LONGEST, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("alteração da ficha")
        verbose_name_plural = _("alterações da ficha")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.row_id}.{self.column}"

    @property
    def column_label(self) -> "StrOrPromise":
        """The column's title; empty for a row that came or went."""
        return next((column.label for column in self.row.spec.columns if column.name == self.column), "")

    @property
    def in_words(self) -> "tuple[StrOrPromise, StrOrPromise]":
        """``(before, after)`` as a reader sees them: a choice by its label, a flag as a word."""
        column = next((column for column in self.row.spec.columns if column.name == self.column), None)
        if column is None:
            return self.before, self.after
        words = {"1": _("sim")} if column.kind == "flag" else dict(column.choices)
        return words.get(self.before, self.before), words.get(self.after, self.after)


class Minutes(models.Model):
    """A published version of the minutes. ``snapshot`` is the worksheet as it was agreed (``queries.worksheet``); the PDF is
    made from it and from ``text``, and nothing else."""

    kickoff = models.ForeignKey(Kickoff, on_delete=models.CASCADE, related_name="published")
    number = models.PositiveSmallIntegerField(_("versão"))
    text = models.TextField(_("ata"))
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    pdf = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("ata")
        verbose_name_plural = _("atas")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["kickoff", "number"], name="minutes_number_once")]

    def __str__(self) -> str:
        return f"{self.kickoff.rollout.code}-ata-{self.number}"

    @property
    def rollout(self) -> Rollout:
        return self.kickoff.rollout


class MinutesAnswer(models.Model):
    """What a party says of a version of the minutes: confirmed, or an objection with its reason."""

    minutes = models.ForeignKey(Minutes, on_delete=models.CASCADE, related_name="answers")
    party = models.CharField(max_length=12, choices=PartyRole)
    objection = models.TextField(_("objeção"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("resposta à ata")
        verbose_name_plural = _("respostas à ata")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["minutes", "party"], name="minutes_one_answer_a_party")]

    def __str__(self) -> str:
        return f"{self.minutes}: {self.get_party_display()}"
