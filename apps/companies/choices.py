"""Companies where one of them is chosen: by name or CNPJ."""

import re

from django.db.models import Q

from apps.companies.models import Company, CompanyQuerySet
from apps.core import cnpj
from apps.core.web.search import SearchField

CNPJ = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{2}\.?[0-9A-Za-z]{3}\.?[0-9A-Za-z]{3}/?[0-9A-Za-z]{4}-?[0-9]{2}$")


def search(companies: CompanyQuerySet, text: str) -> CompanyQuerySet:
    """Those of ``companies`` whose name holds ``text``; the one whose CNPJ stands at its end."""
    if number := CNPJ.search(text.strip()):
        return companies.filter(cnpj=cnpj.compact(number.group()))
    return companies.filter(Q(trade_name__icontains=text) | Q(legal_name__icontains=text))


def wording(company: Company) -> str:
    """As a suggestion writes it: with the number that no other has."""
    return f"{company.trade_name} · {cnpj.show(company.cnpj)}"


class CompanyField(SearchField):
    """One of ``queryset``; ``kinds`` are those that the suggestions are of."""

    def __init__(self, queryset: CompanyQuerySet, *, kinds: tuple[str, ...] = (), **kwargs) -> None:
        query = "&".join(f"kind={kind}" for kind in kinds)
        super().__init__(
            queryset, search=search, wording=wording, url_name="companies:suggestions", query=query, **kwargs
        )
