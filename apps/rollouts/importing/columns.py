"""The columns of the spreadsheet: the template that is downloaded, and how a file's headings are recognised."""

from collections.abc import Sequence
from operator import itemgetter

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from apps.core.database.unaccented import unaccented
from apps.core.exports.tables import Column, Export, Kind
from apps.core.localized import LANGUAGES
from apps.core.process import Stage
from apps.core.refusals import Invalid

COLUMNS = (
    Column("client_cnpj", _("CNPJ do cliente"), Kind.CNPJ, width=20),
    Column("client", _("Cliente"), width=28),
    Column("platform", _("Plataforma"), width=16),
    Column("platform_cnpj", _("CNPJ da plataforma"), Kind.CNPJ, width=20),
    Column("platform_company", _("Empresa da plataforma"), width=28),
    Column("integrator_cnpj", _("CNPJ do integrador"), Kind.CNPJ, width=20),
    Column("integrator", _("Integrador"), width=28),
    Column("manager", _("E-mail do gerente"), width=30),
    Column("stage", _("Etapa"), labels=dict(Stage.choices), width=22),
    Column("target_date", _("Entrada em produção prevista"), Kind.DAY, width=16),
    Column("scope", _("Escopo"), width=50, wraps=True),
)
REQUIRED = ("client_cnpj", "platform", "platform_cnpj", "integrator_cnpj", "manager")
EXAMPLE = {
    "client_cnpj": "11222333000181",
    "client": "Loja Exemplo",
    "platform": "VTEX",
    "platform_cnpj": "11444777000161",
    "platform_company": "VTEX",
    "integrator_cnpj": "19131243000197",
    "integrator": "Integra Exemplo",
    "manager": "gerente@presence.example",
    "stage": Stage.DEVELOPMENT.value,
    "target_date": "2027-03-15",
    "scope": "Pedidos, estoque e preços",
}


def template() -> Export:
    """The spreadsheet to fill in, with one row as an example."""
    return Export("projetos-a-importar", COLUMNS, [EXAMPLE], sheet=_("Projetos"), title=_("Projetos a importar"))


def labels() -> dict[str, str]:
    """What each column is called in the reader's language."""
    return {column.name: str(column.heading) for column in COLUMNS}


def only_recognised(lines: Sequence[Sequence[str]]) -> list[list[str]]:
    """``lines`` with the cells of the recognised columns alone, whose names are the first line; an empty one stays so, for
    the numbers of those behind it. Raises ``Invalid`` as ``recognised`` does."""
    if not lines:
        return []
    places = sorted(recognised(lines[0]).items(), key=itemgetter(1))
    cells = [[line[place] if place < len(line) else "" for _name, place in places] for line in lines[1:]]
    return [[name for name, _place in places], *(line if any(line) else [] for line in cells)]


def recognised(headings: Sequence[str]) -> dict[str, int]:
    """The place of each column by its name, its heading in either language, with or without accents. Raises ``Invalid``
    (422), on ``file``, for one that is required and missing."""
    names_by_heading: dict[str, str] = {}
    for column in COLUMNS:
        names_by_heading[column.name] = column.name
        for language in LANGUAGES.values():
            with translation.override(language):
                names_by_heading[unaccented(str(column.heading))] = column.name
    words = [unaccented(heading).strip() for heading in headings]
    places = {
        names_by_heading[word]: place for place, word in reversed(list(enumerate(words))) if word in names_by_heading
    }
    if missing := [labels()[name] for name in REQUIRED if name not in places]:
        raise Invalid(
            _("Faltam colunas na primeira linha: %(columns)s. Comece do modelo desta página.")
            % {"columns": ", ".join(missing)},
            field="file",
        )
    return places
