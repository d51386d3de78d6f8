from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext as _

from apps.api import reference, views
from apps.api.api import api
from apps.core.refusals import problem


def without_login_page(patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """The API answers 401 in JSON by its own authentication instead of redirecting to the sign-in page."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = login_not_required(in_one_shape(pattern.callback))
    return patterns


def in_one_shape(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A method that is not there is refused as everything else is."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        refusal = problem(_("Este endereço não aceita %(method)s.") % {"method": request.method}, status=405)
        refusal["Allow"] = response["Allow"]
        return refusal

    return answer


_patterns, _application, _namespace = api.urls
tokens = [
    path("projetos/<int:pk>/api/", views.tokens, name="tokens"),
    path("projetos/<int:pk>/api/<int:token_pk>/revogar/", views.revoke, name="revoke"),
    path("api/docs/", reference.page, name="reference"),
]
urlpatterns = [
    path("", include((tokens, "api"))),
    path("api/", (without_login_page(_patterns), _application, _namespace)),
]
