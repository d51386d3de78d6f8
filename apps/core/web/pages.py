"""Addresses of our own pages, and the pages of a list."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import is_valid_path
from django.utils.http import url_has_allowed_host_and_scheme

ROWS_OF_A_PAGE = 50


def own_page(request: HttpRequest, url: str, otherwise: str) -> str:
    """``url`` where it is one of our own pages, else ``otherwise``, so that no link leads elsewhere through us."""
    is_ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if is_ours else otherwise


def page_above(path: str) -> str:
    """The nearest address above ``path`` that there is, ``/`` at last: where somebody belongs who opens the address of a form
    as a page, for example with "reload" or after signing in again."""
    steps = path.strip("/").split("/")
    addresses = (f"/{'/'.join(steps[:count])}/" for count in range(len(steps) - 1, 0, -1))
    return next((address for address in addresses if is_valid_path(address)), "/")


def page_of(
    request: HttpRequest,
    rows: QuerySet[Any] | Sequence[Any],
    size: int = ROWS_OF_A_PAGE,
    *,
    parameter: str = "page",
    count: int | None = None,
) -> Page:
    """The page of ``rows`` that ``?page=`` asks for, ``size`` rows on each; the first for no number, the last for one beyond.
    ``<c-pager>`` leads from it to the others. The ``count`` of the rows is asked of the database unless it is given; of two
    lists on one page, one has another ``parameter``."""
    paginator = Paginator(rows, size)
    if count is not None:
        paginator.count = count
    return paginator.get_page(request.GET.get(parameter))
