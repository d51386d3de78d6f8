from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import name_as_signed
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
    from. ``topics`` are those of the worksheet's data rows (key, title, help, sides). ``minutes_published_at`` is empty
    while what was agreed has changed since the last version of the minutes (``Minutes``)."""

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
    topics = models.JSONField(default=list)

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
    ``CellChange``, and ``versions`` counts them by column. ``key`` names what a row of the catalogue is about; such a row is
    never removed. ``topic`` groups the rows of data, ``title`` is what the catalogue calls them."""

    kickoff = models.ForeignKey(Kickoff, on_delete=models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=10, choices=sheets.KEYS)
    method = models.ForeignKey(AgreedMethod, on_delete=models.CASCADE, null=True, related_name="rows")
    topic = models.CharField(max_length=20, blank=True)
    key = models.CharField(max_length=80, blank=True)
    title = LocalizedField()
    position = models.PositiveIntegerField(default=0)
    cells = models.JSONField(default=dict)
    versions = models.JSONField(default=dict)
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
            models.CheckConstraint(
                condition=Q(sheet="data") & ~Q(topic="") | ~Q(sheet="data") & Q(topic=""),
                name="row_of_a_topic_in_the_data",
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

    def version(self, column: str) -> int:
        """How many changes and proposals there have been of the cell."""
        return self.versions.get(column, 0)

    def put(self, column: str, value: str) -> None:
        """Write the cell, and count it; the caller saves both and keeps the ``CellChange``."""
        self.cells[column] = value
        self.count_change(column)

    def count_change(self, column: str) -> None:
        """There is one ``CellChange`` more of this column."""
        self.versions[column] = self.version(column) + 1

    @property
    def label(self) -> Localized:
        """What the catalogue says of the field."""
        if self.title:
            return self.title
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

    A row that came or went has a change too, with ADDED or REMOVED in place of a column. So does each step of an
    ``amendment``; the cell itself holds ``after`` only where the step ``has_effect``.
    """

    ADDED = "+row"
    REMOVED = "-row"

    class Step(models.TextChoices):
        WRITTEN = "written", _("escreveu")
        PROPOSED = "proposed", _("propôs")
        ACCEPTED = "accepted", _("aceitou")
        DECLINED = "declined", _("recusou")
        WITHDRAWN = "withdrawn", _("retirou a proposta")

    row = models.ForeignKey(Row, on_delete=models.PROTECT, related_name="changes")
    column = models.CharField(max_length=20)
    before = models.CharField(max_length=sheets.LONGEST, blank=True)
    after = models.CharField(max_length=sheets.LONGEST, blank=True)
    step = models.CharField(max_length=9, choices=Step, default=Step.WRITTEN)
    amendment = models.ForeignKey("Amendment", on_delete=models.PROTECT, null=True, related_name="steps")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("alteração da ficha")
        verbose_name_plural = _("alterações da ficha")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.row_id}.{self.column}"

    @property
    def has_effect(self) -> bool:
        return self.step in (self.Step.WRITTEN, self.Step.ACCEPTED)

    @property
    def column_label(self) -> "StrOrPromise":
        """The column's title; empty for a row that came or went."""
        return self.row.spec.label_of(self.column)

    @property
    def in_words(self) -> "tuple[StrOrPromise, StrOrPromise]":
        """``(before, after)`` as a reader sees them."""
        return self.row.spec.worded(self.column, self.before), self.row.spec.worded(self.column, self.after)


class Amendment(models.Model):
    """A change of what the published minutes agreed: ``after`` in place of ``before`` in one cell, or a row that goes
    (``CellChange.REMOVED`` in place of a column). ``party`` is the role that proposes, ``concerned`` the one that answers."""

    class State(models.TextChoices):
        OPEN = "open", _("proposto")
        ACCEPTED = "accepted", _("aceito")
        DECLINED = "declined", _("recusado")
        WITHDRAWN = "withdrawn", _("retirado")

    kickoff = models.ForeignKey(Kickoff, on_delete=models.CASCADE, related_name="amendments")
    number = models.PositiveIntegerField(_("número"))
    row = models.ForeignKey(Row, on_delete=models.PROTECT, related_name="amendments")
    column = models.CharField(max_length=20)
    before = models.CharField(max_length=sheets.LONGEST, blank=True)
    after = models.CharField(max_length=sheets.LONGEST, blank=True)
    reason = models.CharField(_("motivo"), max_length=300, blank=True)
    party = models.CharField(_("quem propõe"), max_length=12, choices=PartyRole)
    concerned = models.CharField(_("quem responde"), max_length=12, choices=PartyRole)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(_("observação da resposta"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("aditivo da ficha")
        verbose_name_plural = _("aditivos da ficha")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["kickoff", "number"], name="amendment_number_once"),
            models.UniqueConstraint(
                fields=["row", "column"], condition=Q(state="open"), name="amendment_one_open_a_cell"
            ),
            models.CheckConstraint(condition=~Q(party=F("concerned")), name="amendment_of_two_sides"),
            models.CheckConstraint(
                condition=Q(state="open", decided_by=None, decided_at=None)
                | ~Q(state="open") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="amendment_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kickoff.rollout.code} · {self.number}"

    @property
    def rollout(self) -> Rollout:
        return self.kickoff.rollout

    @property
    def removes(self) -> bool:
        """The row goes."""
        return self.column == CellChange.REMOVED

    @property
    def column_label(self) -> "StrOrPromise":
        return self.row.spec.label_of(self.column)

    @property
    def in_words(self) -> "tuple[StrOrPromise, StrOrPromise]":
        """``(before, after)`` as a reader sees them."""
        return self.row.spec.worded(self.column, self.before), self.row.spec.worded(self.column, self.after)


class Minutes(models.Model):
    """A published version of the minutes. ``snapshot`` is the worksheet as it was agreed (``queries.worksheet``); the PDF is
    made from it and from ``text``, and nothing else. ``publisher_name`` is what who published it was called then."""

    kickoff = models.ForeignKey(Kickoff, on_delete=models.CASCADE, related_name="published")
    number = models.PositiveSmallIntegerField(_("versão"))
    text = models.TextField(_("ata"))
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    pdf = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(default=clock.now)
    publisher_name = models.CharField(max_length=120, blank=True, db_default="")

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

    @property
    def publisher(self) -> str:
        return name_as_signed(self.publisher_name, self.published_by)


class MinutesAnswer(models.Model):
    """What a party says of a version of the minutes: confirmed, or an objection with its reason. ``name`` is what who
    answered was called then."""

    minutes = models.ForeignKey(Minutes, on_delete=models.CASCADE, related_name="answers")
    party = models.CharField(max_length=12, choices=PartyRole)
    objection = models.TextField(_("objeção"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    name = models.CharField(max_length=120, blank=True, db_default="")

    class Meta:
        verbose_name = _("resposta à ata")
        verbose_name_plural = _("respostas à ata")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["minutes", "party"], name="minutes_one_answer_a_party")]

    def __str__(self) -> str:
        return f"{self.minutes}: {self.get_party_display()}"

    @property
    def who(self) -> str:
        return name_as_signed(self.name, self.by)
