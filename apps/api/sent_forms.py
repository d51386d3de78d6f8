"""A form that the browser sends twice is done once: a double click, "back" and "send", a connection that broke off.

As the REST door does with an ``Idempotency-Key`` and in the same table: the key (``core.web.form_keys``) is written before
the view runs and in its transaction, so that of two that come at once the second waits for the first, and an answer exists
exactly where something was done. The second leads to where the first led. A form that was refused leaves no key behind:
corrected or not, it may be sent again.
"""

import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.contrib import messages
from django.db import Error, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from apps.api.models import Answer
from apps.core import clock
from apps.core.database import conflicts
from apps.core.own_pages import own_page, page_above
from apps.core.refusals import Refusal, answer_to
from apps.core.web import form_keys, retries
from apps.files.actions import sha256

NOT_CONTENT = {form_keys.FIELD, "csrfmiddlewaretoken"}


class SentFormMiddleware:
    """Runs the view of a form with a key in one transaction with the key. It stands within ``RetryMiddleware``: both are done
    again together."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or request.path.startswith("/api/"):
            return self.get_response(request)
        try:
            with ExitStack() as stack:
                request.sent_form = sent = SentForm(stack)  # type: ignore[attr-defined]
                response = self.get_response(request)
                if sent.answer_pk is not None:
                    _settle(sent.answer_pk, request, response)
        except Error as error:
            answer = retries.answer(request, error)  # What the database refuses as late as at the commit.
            if answer is None:
                raise
            return answer
        return response

    def process_view(self, request: HttpRequest, view: object, args: Any, kwargs: Any) -> HttpResponse | None:
        """After everything that may refuse the request unread."""
        sent: SentForm | None = getattr(request, "sent_form", None)
        if sent is None or not request.user.is_authenticated or not (key := form_keys.key_of(request)):
            return None
        digest = fingerprint(request)
        sent.stack.enter_context(transaction.atomic())
        try:
            sent.answer_pk = _claim(request.user.pk, key, digest)
        except OperationalError as error:
            if not conflicts.waited_too_long(error):
                raise
            return _still_running(request, sent)
        if sent.answer_pk is not None:
            return None
        earlier = Answer.objects.filter(person=request.user.pk, key=key, request=digest).first()
        return None if earlier is None else _answer_again(request, earlier)


class SentForm:
    """A form on its way: ``stack`` holds its transaction, ``answer_pk`` is the key of its ``Answer``; None before."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.answer_pk: int | None = None


def fingerprint(request: HttpRequest) -> str:
    """The keyed digest of a form: where it was sent, its fields in order, its files by their content. Without the
    installation's secret nobody finds a password or a code again from a row."""
    fields = [[name, values] for name, values in request.POST.lists() if name not in NOT_CONTENT]
    files = [[name, file.name, sha256(file)] for name, files in request.FILES.lists() for file in files]
    return salted_hmac("form", json.dumps([request.get_full_path(), fields, files]), algorithm="sha256").hexdigest()


def _claim(person_pk: int, key: str, digest: str) -> int | None:
    """Write the key, and wait for whoever writes it in the same instant; None where it is there already."""
    table = connection.ops.quote_name(Answer._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (person_id, key, request, status, body, at) VALUES (%s, %s, %s, 0, '', %s) "  # noqa: S608 - no value is in the text
            "ON CONFLICT (person_id, key, request) DO NOTHING RETURNING id",
            [person_pk, key, digest, clock.now()],
        )
        row = cursor.fetchone()
    return row and row[0]


def _still_running(request: HttpRequest, sent: SentForm) -> HttpResponse:
    """For whoever sent it again while the first takes longer than anybody may wait: that one may still be done."""
    transaction.set_rollback(True)
    sent.stack.close()
    message = _("Seu envio anterior ainda está sendo processado; confira antes de enviar de novo.")
    return answer_to(request, Refusal(message))


def _settle(answer_pk: int, request: HttpRequest, response: HttpResponse) -> None:
    """Keep where the form led, or forget the key where nothing was done. Nothing of a failure remains."""
    if response.status_code >= 500:
        transaction.set_rollback(True)
    elif _is_done(request, response):
        location = response.headers.get("Location") or response.headers.get("HX-Redirect") or ""
        Answer.objects.filter(pk=answer_pk).update(status=response.status_code, location=location)
    else:
        Answer.objects.filter(pk=answer_pk).delete()


def _is_done(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the form was accepted. A page that answers it (a secret, a preview) is shown anew each time, never kept."""
    if getattr(request, "not_done", False):
        return False
    return 300 <= response.status_code < 400 or (_is_htmx(request) and response.status_code < 300)


def _answer_again(request: HttpRequest, earlier: Answer) -> HttpResponse:
    """Where the first led, for whoever sent it twice."""
    messages.info(request, _("Este formulário já tinha sido enviado; nada foi feito de novo. Este é o resultado."))
    location = earlier.location
    if _is_htmx(request):
        return HttpResponse(headers={"HX-Redirect": location} if location else {"HX-Refresh": "true"})
    if not location:
        location = own_page(request, request.headers.get("Referer", ""), otherwise=page_above(request.path))
    return redirect(location)


def _is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))
