"""What answers when something that the application stands on is away: the database, or room on the disk.

Not a failure of ours (500), and it passes: the answer says so with a fitting status and, where it is known, when to ask
again.
"""

import errno
import json
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from psycopg.errors import DiskFull

from apps.core.refusals import problem
from apps.core.watch.ids import request_id

RETRY_AFTER = 5
"""Seconds: a database that starts again is back by then, and a statement that waited too long need not wait again."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def server_error(request: HttpRequest) -> HttpResponse:
    """What answers a request that an exception ended: 503 while the database is away or too busy, 507 when nothing more can
    be stored, 500 otherwise. Nothing here may need the database, and nothing tells what went wrong: the log has that."""
    return answer(request, status_of(sys.exc_info()[1]))


def answer(request: HttpRequest, status: int) -> HttpResponse:
    """A page, an htmx toast or a JSON body that says what ``status`` (one that ``status_of`` gives) means."""
    message = message_for(status)
    response: HttpResponse | JsonResponse
    if request.path.startswith("/api/"):
        response = problem(message, status=status)
    elif request.headers.get("HX-Request"):
        toast = json.dumps({"toast": {"text": message, "tone": "danger"}})
        response = HttpResponse(status=status, headers={"HX-Trigger": toast, "HX-Reswap": "none"})
    else:
        context = {"status": status, "message": message, "request_id": request_id()}
        response = HttpResponse(render_to_string("500.html", context), status=status)
    if status == 503:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def status_of(exception: BaseException | None) -> int:
    """The HTTP status of the answer to a request that ``exception`` ended, by what lies at its root."""
    while exception is not None:
        if isinstance(exception, DiskFull) or (isinstance(exception, OSError) and exception.errno in NO_ROOM):
            return 507
        if isinstance(exception, OperationalError | InterfaceError) and not isinstance(exception.__cause__, DiskFull):
            return 503
        exception = exception.__cause__
    return 500


def message_for(status: int) -> str:
    """What a person is told with ``status``, which is one that ``status_of`` gives."""
    return {
        503: _("O sistema está indisponível por alguns instantes. Nada foi gravado: tente de novo."),
        507: _("Não há espaço para guardar o que você enviou. Nada foi gravado: avise a equipe da Presence."),
        500: _("Algo deu errado do nosso lado. Tente de novo em instantes."),
    }[status]
