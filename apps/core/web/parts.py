"""Views that answer a part of a page, which a script of that page asks for."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

View = Callable[..., HttpResponse]


def part_of(page: Callable[..., str]) -> Callable[[View], View]:
    """A view whose answer is a part of the page at the address ``page``, a function of what its own address holds. A browser
    that opens it by itself (a new tab, a kept link) is led to that page; who may not see the part is told so as ever."""

    def mark(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            response = view(request, **kwargs)
            is_whole_page = response.status_code not in (200, 204)  # a refusal, or a way elsewhere
            if is_whole_page or request.htmx:  # type: ignore[attr-defined]
                return response
            return redirect(page(**kwargs))

        return answer

    return mark
