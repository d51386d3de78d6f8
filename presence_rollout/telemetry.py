"""Sentry and OpenTelemetry, each switched on by its setting (requirements/watch.in). Neither is told who, what or with which
address: routes, classes of errors and lines of code leave the house, values do not."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.core.watch.ids import request_id

MISSING = (
    "{name} needs the packages of requirements/watch.txt: presence_rollout/ops/bootstrap.py installs them when it is run "
    "with it set."
)


def begin() -> None:
    """Start what the settings name, in a process that serves: before Django reads its middleware, after a worker's fork."""
    try:
        if settings.SENTRY_DSN:
            _begin_sentry(settings.SENTRY_DSN)
    except ImportError as error:
        raise ImproperlyConfigured(MISSING.format(name="SENTRY_DSN")) from error
    try:
        if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
            from presence_rollout import traces

            traces.begin(settings.OTEL_EXPORTER_OTLP_ENDPOINT, route_in_place_of_address)
    except ImportError as error:
        raise ImproperlyConfigured(MISSING.format(name="OTEL_EXPORTER_OTLP_ENDPOINT")) from error


def _begin_sentry(dsn: str) -> None:
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=None,
        before_send=without_values,
    )


def without_values(event: dict[str, Any], hint: Mapping[str, Any]) -> dict[str, Any]:
    """An event for Sentry without what may be a secret, a stranger's text or an address: of a request its method, of an
    exception its class and lines, of a line of the log its text before anything was put into it."""
    if "request" in event:
        event["request"] = {"method": event["request"].get("method", "")}
    for exception in event.get("exception", {}).get("values", []):
        exception["value"] = ""
    if "logentry" in event:
        event["logentry"] = {"message": event["logentry"].get("message", "")}
    for name in ("extra", "user", "breadcrumbs", "message"):
        event.pop(name, None)
    event["tags"] = {"request_id": request_id()}
    return event


ADDRESSES = ("http.url", "http.target", "url.full", "url.path", "url.query")
PERSONAL = (
    "net.peer.ip",
    "net.peer.name",
    "client.address",
    "network.peer.address",
    "http.user_agent",
    "user_agent.original",
)


def route_in_place_of_address(span: Any, request: Any, response: Any) -> None:
    """What stands in an address may let somebody in, and who asked is nobody's business."""
    match = getattr(request, "resolver_match", None)
    route = f"/{match.route}" if match else ""
    for name in ADDRESSES:
        span.set_attribute(name, route)
    for name in PERSONAL:
        span.set_attribute(name, "")
    span.set_attribute("request_id", request_id())
