"""What takes something from others is told before it is done, and done when whoever asks for it says so."""

from collections.abc import Callable, Sequence
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core.own_pages import own_page, page_above
from apps.core.refusals import NotDone
from apps.core.web import form_keys

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


class NeedsConfirmation(NotDone):
    """Whoever asks must be told first what it takes from others (409).

    The same request is done with ``receipt`` under ``name``: in the browser the page that tells it sends both back with all
    that was typed, a program repeats its request with ``?name=receipt``. ``title`` is that page's, ``button`` says what is
    done all the same.
    """

    def __init__(
        self, message: str, *, name: str, receipt: str, title: str, button: str, details: Sequence[str] = ()
    ) -> None:
        super().__init__(message, details=details)
        self.name = name
        self.receipt = receipt
        self.title = title
        self.button = button


class ConfirmationMiddleware:
    """Knows the request for ``receipts_of_request``, and shows what a person must confirm."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(token)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NeedsConfirmation) and not request.path.startswith("/api/"):
            return _page(request, exception)
        return None


def receipts_of_request(name: str) -> set[str] | None:
    """The receipts under ``name`` that came with the request; None where nobody can be asked: in a worker, in a command."""
    request = _request.get()
    if request is None:
        return None
    return {part for value in (*request.GET.getlist(name), *request.POST.getlist(name)) for part in value.split(",")}


def _page(request: HttpRequest, refusal: NeedsConfirmation) -> HttpResponse:
    """What is to be confirmed, with all that was typed; for htmx the same without a page around it, in the form's place."""
    hidden = [
        (key, value)
        for key, values in request.POST.lists()
        if key not in ("csrfmiddlewaretoken", form_keys.FIELD, refusal.name)
        for value in values
    ]
    # What was confirmed before stays so.
    receipts = filter(None, {refusal.receipt, *(receipts_of_request(refusal.name) or ())})
    context = {
        "refusal": refusal,
        "hidden": [*hidden, (refusal.name, ",".join(sorted(receipts)))],
        "action": request.get_full_path(),
        "back": own_page(request, request.headers.get("Referer", ""), otherwise=page_above(request.path)),
        "files": [(name, [file.name for file in files]) for name, files in request.FILES.lists()],
    }
    htmx = getattr(request, "htmx", False)
    return render(request, "core/confirm_form.html" if htmx else "core/confirm.html", context, status=409)
