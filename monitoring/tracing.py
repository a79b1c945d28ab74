"""Traces requests and commits with OpenTelemetry. Optional: OTEL_EXPORTER_OTLP_ENDPOINT.

A span has the route, never the address: that may hold a secret.
"""

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from monitoring import request_ids
from streams.engine import signals

Answer = Callable[[HttpRequest], HttpResponseBase]
SECOND = 1_000_000_000  # nanoseconds


def begin() -> None:
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        return
    exporting = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    sdk = import_module("opentelemetry.sdk.trace")
    resource = import_module("opentelemetry.sdk.resources").Resource.create({"service.name": "millrace"})
    provider = sdk.TracerProvider(resource=resource)
    exporter = exporting.OTLPSpanExporter(endpoint=f"{settings.OTEL_EXPORTER_OTLP_ENDPOINT.rstrip('/')}/v1/traces")
    batches = import_module("opentelemetry.sdk.trace.export").BatchSpanProcessor(exporter)
    provider.add_span_processor(batches)
    import_module("opentelemetry.trace").set_tracer_provider(provider)
    signals.committed.connect(_committed, dispatch_uid="monitoring.tracing")


def trace(get_response: Answer) -> Answer:
    """Makes the middleware that records a span for each request."""
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with _tracer().start_as_current_span(str(request.method), kind=_kind("SERVER")) as span:
            response = get_response(request)
            route = request.resolver_match.route if request.resolver_match else ""
            span.update_name(f"{request.method} /{route}" if route else str(request.method))
            span.set_attribute("http.request.method", str(request.method))
            span.set_attribute("http.route", f"/{route}")
            span.set_attribute("http.response.status_code", response.status_code)
            span.set_attribute("millrace.request_id", request_ids.of(request))
            if response.status_code >= 500:
                span.set_status(import_module("opentelemetry.trace").StatusCode.ERROR)
            return response

    return middleware


def _committed(application: str, stream: str, seconds: float, **_: object) -> None:
    end = time.time_ns()
    names = {"millrace.application": application, "millrace.stream": stream}
    _tracer().start_span("commit", start_time=end - int(seconds * SECOND), attributes=names).end(end)


def _tracer() -> Any:
    return import_module("opentelemetry.trace").get_tracer("millrace")


def _kind(name: str) -> Any:
    return import_module("opentelemetry.trace").SpanKind[name]
