from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from apps.api import reference, views
from apps.api.api import api, body_limits, nothing_there
from apps.core.refusals import problem
from apps.core.untrusted import bodies


def without_login_page(patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """The API answers 401 in JSON by its own authentication instead of redirecting to the sign-in page."""
    limits = body_limits()
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = login_not_required(with_problem_answers(pattern.callback))
            if pattern.name in limits:
                bodies.takes(limits[pattern.name])(pattern.callback)
    return patterns


def with_problem_answers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """``view`` whose 404 has the shape of every other refusal."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Http404 as error:
            return nothing_there(request, error)

    return answer


@csrf_exempt  # It does nothing but answer, in JSON, that there is nothing here.
@login_not_required
def unknown_address(request: HttpRequest) -> HttpResponse:
    """Any other address of the API. Those that exist end in a slash."""
    return problem(_("Este endereço não existe. Os da API terminam em “/”; veja /api/docs."), status=404)


_patterns, _application, _namespace = api.urls
tokens = [
    path("projetos/<int:pk>/api/", views.tokens, name="tokens"),
    path("projetos/<int:pk>/api/<int:token_pk>/revogar/", views.revoke, name="revoke"),
    re_path(r"^api/docs/?$", reference.page, name="reference"),
]
urlpatterns = [
    path("", include((tokens, "api"))),
    path("api/", (without_login_page(_patterns), _application, _namespace)),
    re_path(r"^api/[\s\S]*$", unknown_address, name="api_nowhere"),
]
