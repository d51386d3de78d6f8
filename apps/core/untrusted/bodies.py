"""How much a request may carry, decided before any of it is read.

An address takes in a form (``FORM``) unless its view says otherwise, beside its name: ``@takes_files`` or ``@takes(…)``. A
request that does not say how long it is (chunked) is refused: browsers and tools say it.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.core.numbers import whole_number
from apps.core.refusals import Refusal, answer_to
from apps.core.untrusted import encodings

FORM = 256 * 1024
"""Bytes. The longest form holds a script's case in two languages, far below it."""
FRAMING = 1024 * 1024
"""Bytes that a request with files may hold besides them."""

View = TypeVar("View", bound=Callable[..., Any])


def takes(most: Callable[[], int]) -> Callable[[View], View]:
    """The view takes in requests of up to ``most()`` bytes."""

    def mark(view: View) -> View:
        view.body_limit = most  # type: ignore[attr-defined]
        return view

    return mark


def with_files() -> int:
    """Bytes of a request with files: one of the largest, or several smaller ones. More come in parts (``files.uploads``)."""
    return settings.MAX_UPLOAD_BYTES + FRAMING


def takes_files(view: View) -> View:
    """The view takes in files."""
    return takes(with_files)(view)


def limit_of(view: Callable[..., Any]) -> int:
    """How many bytes a request to ``view`` may carry."""
    most = getattr(view, "body_limit", None)
    return most() if most else FORM


class BodyLimitMiddleware:
    """Refuse unread what is too large (413), does not say how large it is (411), is in no encoding that is read (415), or has
    an address that is no text (400).

    It stands before whatever reads a body: the protection against forged forms does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        refusal = refusal_of(request, limit_of(view))
        return answer_to(request, refusal) if refusal else None


def refusal_of(request: HttpRequest, most: int) -> Refusal | None:
    """Why the body of ``request`` is not read; None when it may be."""
    if encodings.NUL in request.path_info or encodings.NUL in unquote(request.META.get("QUERY_STRING", "")):
        return Refusal(_("O endereço tem um caractere inválido. Confira o link."), status=400)
    if charset := request.META.get(encodings.REFUSED):
        return Refusal(
            _("O pedido diz estar em “%(charset)s”. Envie-o em UTF-8.") % {"charset": charset[:40]}, status=415
        )
    announced = request.META.get("CONTENT_LENGTH")
    if not announced and request.META.get("HTTP_TRANSFER_ENCODING"):
        return Refusal(
            _("O pedido não diz o seu tamanho (Content-Length). Envie-o sem “Transfer-Encoding”."), status=411
        )
    if announced and (whole_number(announced) is None or int(announced) > most):
        size = f"{most // 1024**2} MB" if most >= 1024**2 else f"{most // 1024} KB"
        return Refusal(
            _("O que você enviou passa do limite desta página (%(size)s).") % {"size": size},
            details=[_("Envie menos de cada vez: textos mais curtos, ou arquivos menores ou em menor número.")],
            status=413,
        )
    return None
