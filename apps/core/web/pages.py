"""The pages of a list."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

ROWS_OF_A_PAGE = 50


def page_of(
    request: HttpRequest,
    rows: QuerySet[Any] | Sequence[Any],
    size: int = ROWS_OF_A_PAGE,
    *,
    parameter: str = "page",
    count: int | None = None,
    from_end: bool = False,
) -> Page:
    """The page of ``rows`` that ``?page=`` asks for, ``size`` rows on each; the first for no number, the last for one beyond.
    A conversation, whose newest rows stand last, begins ``from_end``: with the last page.
    ``<c-pager>`` leads from it to the others. The ``count`` of the rows is asked of the database unless it is given; of two
    lists on one page, one has another ``parameter``."""
    paginator = Paginator(rows, size)
    if count is not None:
        paginator.count = count
    first_shown = paginator.num_pages if from_end else 1
    return paginator.get_page(request.GET.get(parameter, first_shown))
