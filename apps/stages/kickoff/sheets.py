"""What the integration worksheet is made of: its sheets and their columns. Every cell is text; its kind says which."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.process import PartyRole
from apps.core.refusals import Invalid

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST = 300
SITTING = timedelta(minutes=30)
"""Writing of one person within so long after their last event is one event; each cell has its own history."""
NO_WORDS = ("", "0", "não", "nao", "n", "no", "false", "falso")
"""What people write into a column of yes and no for a no."""
DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


class Direction(models.TextChoices):
    ERP_TO_PLATFORM = "erp_to_platform", gettext_lazy("ERP → plataforma")
    PLATFORM_TO_ERP = "platform_to_erp", gettext_lazy("Plataforma → ERP")


class Master(models.TextChoices):
    """The system of record of a datum."""

    PRESENCE = "presence", "ERP"
    PLATFORM = "platform", gettext_lazy("Plataforma")


@dataclass(frozen=True)
class Column:
    """``choices`` make it a choice; ``kind`` is text, date (ISO), or flag ("1" or empty). What stands in one that ``binds``
    is agreed; in another (a question, who answers it) anybody writes as before once the minutes are published."""

    name: str
    label: "StrOrPromise"
    kind: str = "text"
    choices: Sequence[tuple[str, "StrOrPromise"]] = ()
    binds: bool = True

    def keyed(self, text: str) -> str:
        """What a spreadsheet shows in a cell of this column, as ``clean`` takes it: labels in place of keys, days as the
        reader writes them. What is neither stays as it is, for ``clean`` to judge."""
        text = text.strip()
        if self.choices:
            return next((key for key, label in self.choices if str(label).casefold() == text.casefold()), text)
        if self.kind == "flag":
            return "" if text.casefold() in NO_WORDS else text
        if self.kind == "date" and (parts := DAY.fullmatch(text)):
            day, month, year = parts.groups()
            return f"{year}-{int(month):02}-{int(day):02}"
        return text

    def clean(self, value: str) -> str:
        """``value`` as it is kept. Raises ``Invalid`` (422)."""
        value = re.sub(r"[\s\x00-\x1f\x7f]+", " ", value).strip()
        if len(value) > LONGEST:
            raise Invalid(_("“%(column)s”: no máximo %(most)d caracteres.") % {"column": self.label, "most": LONGEST})
        if self.choices and value and value not in dict(self.choices):
            raise Invalid(_("“%(column)s”: escolha um valor da lista.") % {"column": self.label})
        if self.kind == "flag":
            return "1" if value else ""
        if self.kind == "date" and value:
            day = clock.meant_day(value)
            if day is None:
                raise Invalid(_("“%(column)s”: informe uma data válida.") % {"column": self.label})
            return day.isoformat()
        return value


@dataclass(frozen=True)
class Sheet:
    """``conducted``: only Presence writes it; the others are filled by any of the four companies. ``sides`` are the roles
    between which its rows are agreed: the first that is another company than the proposer's answers an amendment."""

    key: str
    title: "StrOrPromise"
    help: "StrOrPromise"
    columns: Sequence[Column]
    conducted: bool = False
    sides: Sequence[PartyRole] = (PartyRole.CLIENT, PartyRole.INTEGRATOR)

    def column(self, name: str) -> Column:
        """Raises ``Invalid`` (422) for a name that the sheet does not have."""
        column = next((column for column in self.columns if column.name == name), None)
        if column is None:
            raise Invalid(_("Esta coluna não existe na ficha."))
        return column

    def label_of(self, name: str) -> "StrOrPromise":
        """The title of the column ``name``; empty where there is none, as for a row that came or went."""
        return next((column.label for column in self.columns if column.name == name), "")

    def worded(self, name: str, value: str) -> "StrOrPromise":
        """``value`` of the column ``name`` as a reader sees it: its label, a word for a flag, ``31/12/2026``."""
        column = next((column for column in self.columns if column.name == name), None)
        if column is None:
            return value
        if column.kind == "date" and value:
            return f"{date.fromisoformat(value):%d/%m/%Y}"
        words: dict[str, StrOrPromise] = {"1": _("sim")} if column.kind == "flag" else dict(column.choices)
        return words.get(value, value)


PARTY = PartyRole.choices
NAMES_A_PARTY = ("party", "role", "owner", "question_owner")
"""The keys under which a role stands."""
PLATFORM_FIELD = Column("platform_field", gettext_lazy("Campo na plataforma"))
TERMS = (
    Column("direction", gettext_lazy("Direção"), choices=Direction.choices),
    Column("master", gettext_lazy("Mestre do dado"), choices=Master.choices),
    Column("rule", gettext_lazy("Regra")),
    Column("example", gettext_lazy("Exemplo")),
    Column("unused", gettext_lazy("Não se usa"), "flag"),
    Column("question", gettext_lazy("Dúvida em aberto"), binds=False),
    Column("question_owner", gettext_lazy("Quem responde"), choices=PARTY, binds=False),
    Column("settled", gettext_lazy("Resolvida"), "flag", binds=False),
)
"""What is agreed about a datum, wherever it stands."""
FIELDS = Sheet(
    "fields",
    gettext_lazy("Campos"),
    gettext_lazy("Cada campo dos métodos adotados: onde fica na plataforma, quem manda no dado e com que regra."),
    (Column("presence_field", gettext_lazy("Campo na Presence API")), PLATFORM_FIELD, *TERMS),
    sides=(PartyRole.PRESENCE, PartyRole.INTEGRATOR),
)
DATA = Sheet(
    "data",
    gettext_lazy("Pedidos, preços e cadastros"),
    gettext_lazy(
        "O que nenhum método da lista diz: o pedido que entra no ERP, preços, SKU e EAN, categorias, clientes."
    ),
    (
        Column("datum", gettext_lazy("Dado")),
        PLATFORM_FIELD,
        Column("presence_field", gettext_lazy("Onde fica no ERP")),
        *TERMS,
    ),
    sides=(PartyRole.PRESENCE, PartyRole.INTEGRATOR),
)
STATUSES = Sheet(
    "statuses",
    gettext_lazy("Situações do pedido"),
    gettext_lazy("Qual situação da plataforma corresponde a cada situação do ERP, e o que acontece nela."),
    (
        Column("erp_status", gettext_lazy("Situação no ERP")),
        Column("platform_status", gettext_lazy("Situação na plataforma")),
        Column("direction", gettext_lazy("Direção"), choices=Direction.choices),
        Column("note", gettext_lazy("O que acontece")),
    ),
    sides=(PartyRole.PRESENCE, PartyRole.INTEGRATOR),
)
PAYMENTS = Sheet(
    "payments",
    gettext_lazy("Pagamentos"),
    gettext_lazy("A forma de pagamento como a plataforma a chama, e a condição que a recebe no Presence Domain."),
    (
        Column("platform_code", gettext_lazy("Código na plataforma")),
        Column("presence_condition", gettext_lazy("Condição no Presence Domain")),
        Column("note", gettext_lazy("Observação")),
    ),
)
CARRIERS = Sheet(
    "carriers",
    gettext_lazy("Transportadoras"),
    gettext_lazy("A transportadora ou o serviço como a plataforma o chama, e o cadastro no Presence Domain."),
    (
        Column("platform_code", gettext_lazy("Código na plataforma")),
        Column("presence_carrier", gettext_lazy("Transportadora no Presence Domain")),
        Column("note", gettext_lazy("Observação")),
    ),
)
DECISIONS = Sheet(
    "decisions",
    gettext_lazy("Decisões"),
    gettext_lazy("O que ficou decidido, por qual parte e quando."),
    (
        Column("text", gettext_lazy("Decisão")),
        Column("party", gettext_lazy("Quem decidiu"), choices=PARTY),
        Column("date", gettext_lazy("Data"), "date"),
    ),
    conducted=True,
    sides=(PartyRole.CLIENT, PartyRole.PRESENCE),
)
ACTIONS = Sheet(
    "actions",
    gettext_lazy("Ações"),
    gettext_lazy("O que alguém ficou de fazer. Aparece na página inicial da parte responsável até ser feito."),
    (
        Column("text", gettext_lazy("Ação")),
        Column("party", gettext_lazy("Responsável"), choices=PARTY),
        Column("due", gettext_lazy("Prazo"), "date"),
        Column("done", gettext_lazy("Feita"), "flag"),
    ),
    conducted=True,
    sides=(PartyRole.CLIENT, PartyRole.PRESENCE),
)
SHEETS = {sheet.key: sheet for sheet in (FIELDS, DATA, STATUSES, PAYMENTS, CARRIERS, DECISIONS, ACTIONS)}
KEYS = [(sheet.key, sheet.title) for sheet in SHEETS.values()]


def in_words(content: Any, key: str = "") -> Any:
    """What a worksheet says as JSON, with labels in the reader's language in place of keys; ``key`` is the one that
    ``content`` stands under."""
    if isinstance(content, dict):
        return {name: in_words(value, name) for name, value in content.items()}
    if isinstance(content, list):
        return [in_words(value) for value in content]
    if isinstance(content, bool):
        return _("sim") if content else ""
    choices = {"direction": Direction, "master": Master} | dict.fromkeys(NAMES_A_PARTY, PartyRole)
    if key in choices and content in choices[key].values:
        return str(choices[key](content).label)
    return content
