"""Reports errors to Sentry without personal data. Optional: SENTRY_DSN, requirements-monitoring.txt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from monitoring import request_ids
from monitoring.logs import discreet
from monitoring.revision import revision

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

KEPT = {"method", "url"}  # fields of a request: no query, headers, cookies, body or environment


def begin() -> None:
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk  # noqa: PLC0415 - optional; settings.py has seen that it is there
    from sentry_sdk.integrations.dedupe import DedupeIntegration  # noqa: PLC0415 - as above
    from sentry_sdk.integrations.django import DjangoIntegration  # noqa: PLC0415 - as above
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration  # noqa: PLC0415 - as above
    from sentry_sdk.integrations.logging import LoggingIntegration  # noqa: PLC0415 - as above

    sentry_sdk.init(
        settings.SENTRY_DSN,
        release=revision() or None,
        send_default_pii=False,
        include_local_variables=False,  # a password may be one
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=None,
        auto_session_tracking=False,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            DjangoIntegration(middleware_spans=False, signals_spans=False),
            LoggingIntegration(level=None),
            DedupeIntegration(),
            ExcepthookIntegration(),
        ],
        before_send=scrub,
    )


def scrub(event: Event, hint: Hint) -> Event | None:
    """Keeps the error, its place in the code, the address without secrets and the request's id; removes all else."""
    for field in ("user", "extra", "breadcrumbs", "server_name"):
        event.pop(field, None)  # type: ignore[misc]  # names of a TypedDict
    if "request" in event:
        event["request"] = {key: discreet(str(value)) for key, value in event["request"].items() if key in KEPT}
    if identifier := request_ids.current.get():
        event["tags"] = {"request_id": identifier}
    for entry in (event.get("logentry"), *event.get("exception", {}).get("values", [])):
        _cut(entry)
    return event


def _cut(entry: Any) -> None:
    """Removes secrets from the message of a log line or an exception."""
    for field in ("message", "formatted", "value"):
        if entry and isinstance(entry.get(field), str):
            entry[field] = discreet(entry[field])
    if entry:
        entry.pop("params", None)
