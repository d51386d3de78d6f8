"""Each request has an id, which its answer, its page of a failure, its lines in the log and its tasks carry.

Logging loads this before there are any models.
"""

import logging
import re
from contextlib import suppress
from contextvars import ContextVar

from celery import current_task
from django.http import HttpRequest
from django.urls import Resolver404, resolve

SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
"""An id that a proxy gave. Anything else is replaced: it would stand in every line of the log."""

UNKNOWN = "/…"
"""What a line says in place of an address that leads nowhere: a mistyped one may hold a secret too."""

current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """The id of the request that is being answered, or of the one that handed over the task that is being done; empty where
    there is neither."""
    if value := current.get():
        return value
    task = current_task.request if current_task else None
    return (task and (getattr(task, "request_id", None) or (task.headers or {}).get("request_id"))) or ""


class Context(logging.Filter):
    """Adds to each line of the log the ids of its request and of its task, and takes addresses out of it: what stands in them
    may let somebody in (an invitation, a certificate)."""

    def filter(self, record: logging.LogRecord) -> bool:
        task = current_task.request if current_task else None
        record.request_id = request_id()
        record.task_id = (task and task.id) or ""
        record.task = (current_task and current_task.name) or ""
        ids = {"request": record.request_id, "task": record.task_id}
        record.ids = "".join(f" [{name} {value}]" for name, value in ids.items() if value)
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            record.args = _without_address(record.args, request)
            del record.request
        return True


def _without_address(args: object, request: HttpRequest) -> tuple:
    """``args`` of a line about ``request``, with the route in place of the path."""
    if not isinstance(args, tuple):
        return ()
    addresses = {request.path, request.path_info, request.get_full_path(), request.get_full_path_info()}
    addresses |= {address.encode("unicode_escape").decode("ascii") for address in addresses}
    return tuple(_route(request) if argument in addresses else argument for argument in args)


def _route(request: HttpRequest) -> str:
    """The route that the request leads to, as ``/convite/<str:token>/``. Where it was not looked for (a foreign host, no
    database) or lacks its last slash, it is looked for here; ``/…`` where there is none."""
    match = getattr(request, "resolver_match", None)
    for path in (request.path_info, f"{request.path_info}/"):
        if match is None:
            with suppress(Resolver404):
                match = resolve(path)
    return f"/{match.route}" if match else UNKNOWN
