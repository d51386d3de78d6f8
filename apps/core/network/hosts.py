"""A request to a host that is not ours is answered before anything else looks at it."""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from apps.core.refusals import problem


class HostMiddleware:
    """Refuse a ``Host`` that is none, or not of this installation (400). Static files and the API are no exception."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            with translation.override(translation.get_language_from_request(request)):
                message = _("Este endereço não é o desta instalação. Confira o endereço que você digitou.")
                if request.path.startswith("/api/"):
                    return problem(message, status=400)
                return HttpResponse(render_to_string("core/host.html", {"message": message}), status=400)
        return self.get_response(request)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What Django answers to a request that it cannot read: too many fields, a form that is none (``handler400``)."""
    if request.path.startswith("/api/"):
        return problem(_("O pedido não pôde ser lido."), status=400)
    return render(request, "400.html", status=400)
