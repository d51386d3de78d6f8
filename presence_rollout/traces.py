"""Traces for an OpenTelemetry collector: imported where one is named alone, since its packages are few people's need."""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import Status


class WithoutMessages(OTLPSpanExporter):
    """What an exception says may be a stranger's text or a secret: that something failed is told, and not what was said."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return super().export([_without_messages(span) for span in spans])


def _without_messages(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=span.attributes,
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def begin(endpoint: str, response_hook: Callable[[Any, Any, Any], None]) -> None:
    """Trace the requests, tasks and statements of this process, and send them to ``endpoint``. Called before Django reads its
    middleware: ours comes behind what answers probes and refuses a host that is not of this installation."""
    provider = TracerProvider(resource=Resource.create({"service.name": "presence-rollout"}))
    provider.add_span_processor(BatchSpanProcessor(WithoutMessages(endpoint=f"{endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)
    place = settings.MIDDLEWARE.index("apps.core.network.hosts.HostMiddleware") + 1
    DjangoInstrumentor().instrument(response_hook=response_hook, middleware_position=place)
    CeleryInstrumentor().instrument()
    PsycopgInstrumentor().instrument()
