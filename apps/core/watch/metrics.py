"""What Prometheus collects: how long answers take, in this process, and what the apps measure (``Plugin.measures``)."""

import hmac
import logging
from collections.abc import Iterator

import redis
from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from apps.core import plugins
from apps.core.measures import Measure, Values
from apps.core.models import UnfinishedWork

logger = logging.getLogger(__name__)
PREFIX = "rollout_"
PATIENCE = 3
"""Seconds that Redis has."""

REQUESTS = Histogram(
    f"{PREFIX}request_seconds",
    "How long the answer took, by route and by the first digit of its status.",
    ["method", "route", "status"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def count(request: HttpRequest, status: int, seconds: float) -> None:
    """An answer was given. Routes and methods are those of the house: a stranger adds none."""
    route = request.resolver_match.view_name if request.resolver_match else ""
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(method, route, f"{status // 100}xx").observe(seconds)


def metrics(request: HttpRequest) -> HttpResponse:
    """Everything measured, in Prometheus's form, to who sends ``METRICS_TOKEN`` as its bearer; 404 to anybody else."""
    token = settings.METRICS_TOKEN
    authorization = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        return HttpResponse(status=404)
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


class OfTheApps(Collector):
    """What the apps measure, asked when it is collected. What cannot be asked now is left out, and named: one that fails
    hides no other."""

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # Else everything would be asked when the process starts.

    def collect(self) -> Iterator[GaugeMetricFamily]:
        unmeasured = GaugeMetricFamily(
            f"{PREFIX}unmeasured", "1 where a measure could not be asked.", labels=["measure"]
        )
        for measure in (measure for plugin in plugins.plugins() for measure in plugin.measures):
            family = GaugeMetricFamily(f"{PREFIX}{measure.name}", measure.text, labels=measure.labels)
            try:
                for labels, value in measure.values().items():
                    family.add_metric(labels, value)
            except Exception as error:  # What it says may hold an address or a password: its class alone is logged.
                logger.warning("%s could not be measured: %s", measure.name, type(error).__name__)
                unmeasured.add_metric([measure.name], 1)
                continue
            unmeasured.add_metric([measure.name], 0)
            yield family
        yield unmeasured


REGISTRY.register(OfTheApps())


def _queue_lengths() -> Values:
    """Messages that wait in each queue, by Redis's own lists."""
    queues = [queue.name for queue in settings.CELERY_TASK_QUEUES]
    with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE) as server:
        pipeline = server.pipeline(transaction=False)
        for queue in queues:
            pipeline.llen(queue)
        return dict(zip([(queue,) for queue in queues], pipeline.execute(), strict=True))


def _unfinished_work() -> Values:
    rows = UnfinishedWork.objects.values("kind").annotate(all=Count("pk"), given_up=Count("given_up_at"))
    totals: dict[tuple[str, ...], float] = {}
    for kind, count_of_all, given_up in rows.values_list("kind", "all", "given_up"):
        totals[kind, "waiting"], totals[kind, "given up"] = count_of_all - given_up, given_up
    return totals


MEASURES = [
    Measure("queue_messages", "Messages that wait for a worker.", _queue_lengths, ["queue"]),
    Measure("unfinished_work", "Items that are tried again, or were given up.", _unfinished_work, ["kind", "state"]),
]
