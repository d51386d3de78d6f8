"""What every request goes through: its id, and the clock."""

import time
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

from apps.core.watch import ids, metrics

HEADER = "X-Request-ID"


class RequestMiddleware:
    """Give each request its id, and measure how long its answer takes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        proxy_id = request.headers.get(HEADER, "")
        token = ids.current.set(proxy_id if ids.SANE.fullmatch(proxy_id) else uuid4().hex)
        begun = time.monotonic()
        try:
            response = self.get_response(request)
            metrics.count(request, response.status_code, time.monotonic() - begun)
            response[HEADER] = ids.current.get()
            return response
        finally:
            ids.current.reset(token)
