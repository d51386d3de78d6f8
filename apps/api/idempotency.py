"""The same request sent twice is done once: a tool that lost an answer asks again with the same ``Idempotency-Key``."""

import hashlib
import re
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.api.models import KEYS_ARE_KEPT, Answer, ApiToken
from apps.core import canonical, clock
from apps.core.refusals import Invalid, Refusal
from apps.core.web import rest
from apps.files.actions import sha256

HEADER = "Idempotency-Key"


class OtherRequest(Refusal):
    """The key was used for something else (409)."""

    code = "idempotency_conflict"


def once(token: ApiToken, key: str, request: HttpRequest, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Run what was asked and keep the answer, in one transaction; or give the answer that was kept.

    Of two that come at once with one key, the second waits for the first and gets its answer. A refusal changes nothing
    and is not kept. Raises ``OtherRequest`` (409), or ``Invalid`` (422) for a key that is none.
    """
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
        raise Invalid(_("A chave tem de 1 a 200 caracteres, sem espaços nem acentos."), field=HEADER)
    asked = fingerprint(request)
    Answer.objects.filter(token=token, key=key, at__lt=clock.now() - KEYS_ARE_KEPT).delete()
    try:
        with transaction.atomic():
            kept = Answer.objects.create(token=token, key=key, request=asked)
            response = run()
            if response.status_code >= 400:
                transaction.set_rollback(True)
            else:
                kept.status, kept.body = response.status_code, response.content.decode()
                kept.save(update_fields=["status", "body"])
            return response
    except IntegrityError:
        known = Answer.objects.filter(token=token, key=key).first()
        if known is None:  # It was something else that the database refused.
            raise
    if known.request != asked:
        raise OtherRequest(_("Esta chave já foi usada para outro pedido. Use uma chave nova para cada pedido."))
    response = HttpResponse(known.body, status=known.status, content_type="application/json; charset=utf-8")
    response["Idempotent-Replayed"] = "true"
    return response


def fingerprint(request: HttpRequest) -> str:
    """The digest of what was asked. A form is read, since its boundaries differ each time that it is sent."""
    form = rest.form_of(request)
    if form is None:
        content: object = hashlib.sha256(request.body).hexdigest()
    else:
        files = [
            [name, each.name, sha256(each)] for name in sorted(request.FILES) for each in request.FILES.getlist(name)
        ]
        content = [sorted(form.items()), files]
    return canonical.sha256([request.method, request.get_full_path(), request.content_type, content])


def forget() -> int:
    """Drop the answers that are no longer repeated; how many."""
    return Answer.objects.filter(at__lt=clock.now() - KEYS_ARE_KEPT).delete()[0]
