"""A refusal is an answer, not a crash: one sentence that says what to do, and a status that fits.

Actions raise ``Refusal``; a view with a form shows it on the form (``core.web.forms.attempt``); anything left
over becomes a page, an htmx toast or a JSON body here.
"""

import json
from collections.abc import Callable, Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.core.own_pages import own_page, page_above


class NotDone(Exception):
    """What was asked for was not done. ``message`` is for the reader; ``details`` are further lines of the same answer.

    ``field`` names the form field at fault, where there is one. ``status`` is the HTTP status: 409 when
    the state of the record is in the way, 422 when what was typed is. ``way_out`` is a button of the page that says so:
    its label and the address where the matter is settled.

    It is a ``Refusal``, or a question to be confirmed (``core.web.confirmations.NeedsConfirmation``): whoever catches
    refusals to say them in their own way never swallows the question.
    """

    status = 409
    code = ""
    """What the REST door calls it; the name of the status (``CODES``) where it has none of its own."""

    def __init__(
        self,
        message: str,
        *,
        details: Sequence[str] = (),
        field: str | None = None,
        status: int | None = None,
        way_out: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = list(details)
        self.field = field
        self.way_out = way_out
        if status is not None:
            self.status = status


class Refusal(NotDone):
    """The record says no."""


class Invalid(Refusal):
    """What was typed cannot be accepted (422)."""

    status = 422


class TooMany(Refusal):
    """It was done as often as it may be (429); ``wait`` is in seconds, and the answer carries it as ``Retry-After``."""

    status = 429

    def __init__(self, message: str, *, wait: int, details: Sequence[str] = ()) -> None:
        super().__init__(message, details=details)
        self.wait = wait


class NotAllowed(PermissionDenied):
    """The person may see this but not do it (403)."""

    code = ""


def require(user, permission: str, obj=None) -> None:
    """Raise ``NotAllowed`` (403) unless ``user`` holds ``permission`` on ``obj``. Rules live in each ``access.py``."""
    if not user.has_perm(permission, obj):
        raise NotAllowed(_("Seu papel neste projeto não permite esta ação."))


def stated(reason: str) -> str:
    """``reason`` without the spaces around it. Raises ``Invalid`` (422) on the field ``reason`` where there is none."""
    if not reason.strip():
        raise Invalid(_("Diga o motivo."), field="reason")
    return reason.strip()


class RefusalMiddleware:
    """Turn a ``NotDone`` that no view caught into a response in the reader's language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            return method_refused(request, response["Allow"])
        refusal = getattr(request, "refusal", None)  # By a form (``core.web.forms.attempt``).
        return with_waiting_time(response, refusal) if response.status_code == 429 and refusal else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotDone):
            return answer_to(request, exception)
        if isinstance(exception, NotAllowed):
            return refusal_response(request, str(exception), [], 403)
        return None


def answer_to(request: HttpRequest, refusal: NotDone) -> HttpResponse:
    """What ``refusal`` is for whoever asked: a page, an htmx toast or a JSON body."""
    if request.path.startswith("/api/"):
        return problem_of(refusal)
    response = refusal_response(request, refusal.message, refusal.details, refusal.status, refusal.way_out)
    return with_waiting_time(response, refusal)


def with_waiting_time(response: HttpResponse, refusal: NotDone) -> HttpResponse:
    """``response``, which says when to ask again where ``refusal`` knows it."""
    if isinstance(refusal, TooMany):
        response["Retry-After"] = str(refusal.wait)
    return response


def refusal_response(
    request: HttpRequest,
    message: str,
    details: Sequence[str],
    status: int,
    way_out: tuple[str, str] | None = None,
) -> HttpResponse:
    """A page, an htmx toast or a JSON body that says ``message`` and ``details``, with ``status``; the page has a button to
    ``way_out``."""
    if request.path.startswith("/api/"):
        return problem(message, status=status, details=details)
    if getattr(request, "htmx", False):
        response = HttpResponse(status=status)
        response["HX-Trigger"] = json.dumps({"toast": {"text": " ".join([message, *details]), "tone": "danger"}})
        response["HX-Reswap"] = "none"
        return response
    context = {"message": message, "details": details, "way_out": way_out}
    return render(request, "core/refusal.html", context, status=status)


def method_refused(request: HttpRequest, allowed: str) -> HttpResponse:
    """What answers 405, which Django leaves bare: a form's address was opened as a page, or the reverse. A browser that opens
    the address of a form is led to the page above it, which has the form."""
    if request.method == "GET" and "POST" in allowed and "text/html" in request.headers.get("Accept", ""):
        return redirect(page_above(request.path))
    message = _("Este endereço não aceita %(method)s.") % {"method": request.method}
    if request.path.startswith("/api/") or getattr(request, "htmx", False):
        response = refusal_response(request, message, [], 405)
    else:
        response = render(request, "405.html", status=405)
    response["Allow"] = allowed
    return response


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What answers a form without the token of this browser's session, as a page has that was opened before somebody signed
    in again: the page comes back, the browser puts back what was typed (static/js/app.js), and nothing was done. 403 where
    it came from another site, or from nowhere."""
    if request.path.startswith("/api/"):
        return problem(_("Este pedido veio sem a proteção do formulário."), status=403, code="csrf")
    htmx = getattr(request, "htmx", False)
    page = own_page(request, request.headers.get("Referer", ""), otherwise="")
    if not page or not request.COOKIES:  # Without cookies no page could say what happened, nor be sent again.
        return render(request, "403_csrf.html", {"reason": reason}, status=403)
    messages.warning(
        request,
        _("Esta página tinha vencido e nada foi gravado. Confira o que você digitou e envie de novo."),
        extra_tags="not-sent",
    )
    if htmx:
        return HttpResponse(status=403, headers={"HX-Redirect": page})
    return redirect(page)


CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    411: "length_required",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    500: "server_error",
    503: "unavailable",
    507: "no_room",
}


def problem(
    message: str, *, status: int, code: str = "", field: str | None = None, details: Sequence[str] = ()
) -> JsonResponse:
    """The one shape in which the REST door says no. ``code`` is for programs, ``message`` for people."""
    shape = {"code": code or CODES[status], "message": str(message), "field": field, "details": list(details)}
    return JsonResponse(shape, status=status, json_dumps_params={"ensure_ascii": False})


def problem_of(refusal: NotDone) -> HttpResponse:
    """``refusal`` in the JSON shape of the REST door."""
    response = problem(
        refusal.message, status=refusal.status, code=refusal.code, field=refusal.field, details=refusal.details
    )
    return with_waiting_time(response, refusal)
