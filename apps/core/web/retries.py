"""A request that others were in the way of is done again, from its beginning.

Two people who write at the same time may wait for each other, or be the second to write the same row. The database then ends
one of the transactions, and nothing of it remains. The whole view is run once more, which sees what the other one did: it
goes through, or the action refuses in its own words, with all that was typed still on the form. That is done only while
nothing of the request was committed, so that nothing is done twice; mails and tasks are handed over after a commit, and what
was on the way to it is dropped with the transaction. After ``conflicts.TRIES`` attempts a person is told (409, or 503 with
``Retry-After``).
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib import auth
from django.contrib.messages.storage import default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from psycopg.pq import TransactionStatus

from apps.core.database import conflicts
from apps.core.refusals import answer_to
from apps.core.web import outages

logger = logging.getLogger(__name__)
_only_counts: ContextVar[bool] = ContextVar("only_counts", default=False)

HARMLESS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SET", "SHOW", "FETCH", "CLOSE")


@contextmanager
def only_counting() -> Iterator[None]:
    """What is written within the block counts requests: one that is done again may be counted again."""
    token = _only_counts.set(True)
    try:
        yield
    finally:
        _only_counts.reset(token)


class Run:
    """One run of a request's view. ``writing`` is the number of transactions in which it wrote or locked something."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.writing = 0
        self.was_overtaken = False
        self._wrote = False

    def watch(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        """An execute wrapper of the connection: every statement passes through it."""
        session = connection.connection
        if session is None or session.info.transaction_status == TransactionStatus.IDLE:
            self._wrote = False  # The statement begins a transaction, if only its own.
        if not self._wrote and not _only_counts.get() and not only_reads(str(sql)):
            self._wrote = True
            self.writing += 1
        return execute(sql, params, many, context)

    @property
    def may_be_repeated(self) -> bool:
        """Whether nothing of it was committed, and it was not the last that there may be."""
        return self.writing <= 1 and self.number < conflicts.TRIES


class RetryMiddleware:
    """Runs the view again when somebody else was in its way. It stands within everything that looks at a request before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = getattr(request, "session", None)
        key = session.session_key if session else None
        for number in range(1, conflicts.TRIES + 1):
            run = request.run = Run(number)  # type: ignore[attr-defined]
            with connection.execute_wrapper(run.watch):
                response = self.get_response(request)
            if not run.was_overtaken:
                break
            if session is not None and session.session_key != key:
                return outages.answer(request, 503)  # Somebody signed in, in a session that is gone again.
            logger.info("%s %s is done again: others were in its way", request.method, request.path)
            _begin_anew(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer(request, exception)


def answer(request: HttpRequest, exception: BaseException) -> HttpResponse | None:
    """What becomes of a request that ``exception`` ended: it is done again, or a person is told; None where nobody else was
    in its way, or where the database is too busy (``outages``)."""
    if not conflicts.was_overtaken(exception):
        return None
    if may_be_repeated(request):
        request.run.was_overtaken = True  # type: ignore[attr-defined]
        return HttpResponse(status=503)
    refusal = conflicts.refusal_of(exception)
    return answer_to(request, refusal) if refusal else None


def may_be_repeated(request: HttpRequest) -> bool:
    """Whether ``request`` may be done once more: nothing of it was committed, and its body can be read again."""
    run: Run | None = getattr(request, "run", None)
    was_streamed = getattr(request, "_read_started", False) and not (
        hasattr(request, "_body") or hasattr(request, "_post")
    )
    return run is not None and run.may_be_repeated and not was_streamed


def is_repeated(request: HttpRequest) -> bool:
    """Whether ``request`` is being done once more: what comes before its view was seen to already."""
    run: Run | None = getattr(request, "run", None)
    return run is not None and run.number > 1


def only_reads(sql: str) -> bool:
    """Whether a statement neither writes nor locks anything."""
    statement = sql.lstrip(" (\n").upper()
    if statement.startswith("SELECT"):
        return not (" FOR UPDATE" in statement or " FOR NO KEY UPDATE" in statement or "PG_ADVISORY" in statement)
    return statement.startswith(HARMLESS)


def _begin_anew(request: HttpRequest) -> None:
    """Forget what the run left in memory. Whoever looks on as another party (``viewing``) only reads, and stays who they are:
    all else that is known of a person is read again."""
    if hasattr(request, "_messages"):
        request._messages = default_storage(request)
    for name in ("refusal", "not_done"):
        if hasattr(request, name):
            delattr(request, name)
    if hasattr(request, "_cached_user") and getattr(request, "viewing", None) is None:
        del request._cached_user
        request.user = SimpleLazyObject(lambda: auth.get_user(request))  # type: ignore[assignment]
    if hasattr(request, "_files"):
        for _name, files in request.FILES.lists():
            for file in files:
                file.seek(0)
