"""The same request sent twice is done once: a tool that lost an answer asks again with the same ``Idempotency-Key``."""

import hashlib
import re
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from apps.api.models import ANSWERS_LAST, Answer, ApiToken
from apps.core import canonical, clock
from apps.core.refusals import Invalid, Refusal
from apps.core.web import rest
from apps.files.actions import sha256

HEADER = "Idempotency-Key"


class OtherRequest(Refusal):
    """The key was used for something else (409)."""

    code = "idempotency_conflict"


def once(token: ApiToken, key: str, request: HttpRequest, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Run the request and store its answer, in one transaction; or repeat the answer that was stored.

    Of two that come at once with one key, the second waits for the first and gets its answer. A refusal changes nothing
    and is not stored. Raises ``OtherRequest`` (409), or ``Invalid`` (422) for a malformed key.
    """
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
        raise Invalid(_("A chave tem de 1 a 200 caracteres, sem espaços nem acentos."), field=HEADER)
    digest = fingerprint(request)
    Answer.objects.filter(token=token, key=key, at__lt=clock.now() - ANSWERS_LAST).delete()
    try:
        with transaction.atomic():
            answer = Answer.objects.create(token=token, key=key, request=digest)
            response = run()
            if response.status_code >= 400:
                transaction.set_rollback(True)
            else:
                answer.status, answer.body = response.status_code, response.content.decode()
                answer.save(update_fields=["status", "body"])
            return response
    except IntegrityError:
        earlier = Answer.objects.filter(token=token, key=key).first()
        if earlier is None:  # It was something else that the database refused.
            raise
    if earlier.request != digest:
        raise OtherRequest(_("Esta chave já foi usada para outro pedido. Use uma chave nova para cada pedido."))
    response = HttpResponse(earlier.body, status=earlier.status, content_type="application/json; charset=utf-8")
    response["Idempotent-Replayed"] = "true"
    return response


def fingerprint(request: HttpRequest) -> str:
    """The digest of ``request``, keyed: without the installation's secret nobody finds what was sent again from a row. A form
    is parsed, since its boundaries differ each time that it is sent."""
    form = rest.form_of(request)
    if form is None:
        content: object = hashlib.sha256(request.body).hexdigest()
    else:
        files = [
            [name, file.name, sha256(file)] for name in sorted(request.FILES) for file in request.FILES.getlist(name)
        ]
        content = [sorted(form.items()), files]
    text = canonical.dumps([request.method, request.get_full_path(), request.content_type, content])
    return salted_hmac("request", text, algorithm="sha256").hexdigest()


def delete_expired_answers() -> int:
    """Delete the answers that are no longer repeated; how many."""
    return Answer.objects.filter(at__lt=clock.now() - ANSWERS_LAST).delete()[0]
