"""What orchestrators and monitoring ask, answered before anything else looks at the request.

No session, no redirection to HTTPS, and whatever ``Host`` (a probe names an address of the machine): none of these answers
holds a link, a cookie or anything about this installation that helps a stranger.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from apps.core.watch.metrics import metrics
from apps.core.watch.running import REMEMBERED, readiness


def live(request: HttpRequest) -> HttpResponse:
    """Whether this process answers at all. It touches nothing: who is not alive is started anew, which mends no database."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:
    """Whether this process can serve pages; 503 with the names of the vital checks that fail, and nothing more."""
    failing = readiness.failing()
    if not failing:
        return JsonResponse({"status": "ok"})
    headers = {"Retry-After": str(round(REMEMBERED))}
    return JsonResponse({"status": "unavailable", "failing": failing}, status=503, headers=headers)


ANSWERS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/health/live": live,
    "/health/ready": ready,
    "/metrics": metrics,
}


class WatchMiddleware:
    """Answer the addresses of ``ANSWERS``, to GET and HEAD."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = ANSWERS.get(request.path)
        if answer is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = answer(request)
        response["Cache-Control"] = "no-store"
        return response
