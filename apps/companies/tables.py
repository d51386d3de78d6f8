"""Companies and the people of one as files."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from apps.companies.models import Company, Kind, Person
from apps.core.exports import tables
from apps.core.exports.tables import Column, Export

COMPANIES = (
    Column("trade_name", _("Empresa"), width=28, wraps=True),
    Column("legal_name", _("Razão social"), width=36, wraps=True),
    Column("kind", _("Tipo"), labels=dict(Kind.choices), width=14),
    Column("cnpj", "CNPJ", tables.Kind.CNPJ, width=20),
    Column("city", _("Cidade"), width=20),
    Column("state", _("UF"), width=6),
    Column("id", kind=tables.Kind.NUMBER, for_importers=True),
)
PEOPLE = (
    Column("name", _("Nome"), width=28, wraps=True),
    Column("position", _("Cargo"), width=24, wraps=True),
    Column("purposes", _("Para quê"), width=28, wraps=True),
    Column("emails", _("E-mails"), width=34, wraps=True),
    Column("phones", _("Telefones"), width=26, wraps=True),
)


def companies(rows: Iterable[Company]) -> Export:
    """``rows``, which the reader may see, in their order."""
    return Export(
        "empresas",
        COMPANIES,
        [
            {
                "trade_name": company.trade_name,
                "legal_name": company.legal_name,
                "kind": company.kind,
                "cnpj": company.cnpj,
                "city": company.city,
                "state": company.state,
                "id": company.pk,
            }
            for company in rows
        ],
        sheet=_("Empresas"),
        title=_("Empresas"),
    )


def people(company: Company, rows: Iterable[Person]) -> Export:
    """``rows`` of the directory of ``company``, with their ways to be reached."""
    return Export(
        f"pessoas-{company.trade_name}",
        PEOPLE,
        [
            {
                "name": str(person),
                "position": person.position,
                "purposes": ", ".join(map(str, person.purpose_labels)),
                "emails": ", ".join(person.addresses),
                "phones": ", ".join(str(phone) for phone in person.phones.all()),
            }
            for person in rows
        ],
        sheet=_("Pessoas"),
        title=str(company),
    )
