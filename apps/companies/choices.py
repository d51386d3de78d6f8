"""Companies where one of them is chosen: by name or CNPJ."""

import re

from django.db.models import Q

from apps.companies.models import Company, CompanyQuerySet
from apps.core import cnpj
from apps.core.database.unaccented import holds, narrowed
from apps.core.web.search import SearchField

CNPJ = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{2}\.?[0-9A-Za-z]{3}\.?[0-9A-Za-z]{3}/?[0-9A-Za-z]{4}-?[0-9]{2}$")

PART_OF_CNPJ = re.compile(r"[0-9A-Za-z]{8}[0-9A-Za-z]*|[0-9][0-9A-Za-z]*[./-][0-9A-Za-z./-]*")
"""The root of a CNPJ or more of it, or less with its punctuation: a few plain digits may be a key, or a part of a name."""


def search(companies: CompanyQuerySet, text: str) -> CompanyQuerySet:
    """Those of ``companies`` whose name or CNPJ holds ``text``; the one whose CNPJ stands at its end."""
    if number := CNPJ.search(text.strip()):
        return companies.filter(cnpj=cnpj.compact(number.group()))
    return narrowed(companies, text, _holds)


def _holds(text: str) -> Q:
    condition = holds(text, "trade_name", "legal_name")
    if PART_OF_CNPJ.fullmatch(text) and any(char.isdigit() for char in text):
        condition |= Q(cnpj__contains=cnpj.compact(text))
    return condition


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
