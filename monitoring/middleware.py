"""Names each request, answers load balancers, and answers in words while the database is away."""

import sys
import time
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import loader
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter

from common.database_errors import is_away
from monitoring import request_ids
from monitoring.health import Health, Recent
from monitoring.logs import PROBES
from streams.wiring import count_waiting

Answer = Callable[[HttpRequest], HttpResponseBase]

RETRY_AFTER = "5"  # seconds
_AWAY = "monitoring.database_away"  # in request.META

health = Recent(Health(timezone.now, time.monotonic, count_waiting).findings, time.monotonic)


def identify(get_response: Answer) -> Answer:
    """Names each request. Stands outermost but for headers, so that all lines and answers of a request have its id."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        identifier = request_ids.name(request)
        token = request_ids.current.set(identifier)
        try:
            response = get_response(request)
        finally:
            request_ids.current.reset(token)
        response.headers[request_ids.HEADER] = identifier
        return response

    return middleware


def answer_probes(get_response: Answer) -> Answer:
    """Answers /livez and /readyz to any client: under any host name, over plain HTTP, without a session.

    Stands before the middleware that redirects, checks hosts or opens sessions, so the two are not views.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path not in PROBES:
            return get_response(request)
        if request.method not in ("GET", "HEAD"):
            return _plain(405, "Only GET and HEAD.", Allow="GET, HEAD")
        return _plain(200, "alive") if request.path == "/livez" else _ready()

    return middleware


def _ready() -> HttpResponse:
    found = health.findings()
    lines = "\n".join(f"{check}: {trouble or 'ok'}" for check, trouble in found)
    return (
        _plain(503, lines, **{"Retry-After": RETRY_AFTER})
        if any(each.trouble for each in found)
        else _plain(200, lines)
    )


def _plain(status: int, text: str, **headers: str) -> HttpResponse:
    headers["Cache-Control"] = "no-store"
    return HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8", status=status, headers=headers)


class _NoReport(ExceptionReporter):
    def get_traceback_html(self) -> SafeString:
        return SafeString()

    def get_traceback_text(self) -> SafeString:
        return SafeString()


def note_what_broke(request: HttpRequest | None, **_: object) -> None:
    """Handles got_request_exception: notes on the request whether the database failed.

    The answer then reads neither the user nor the variables of development's error page from the database: each query
    would take as long as the first.
    """
    if request is not None and is_away(sys.exception()):
        request.META[_AWAY] = True
        request.user = AnonymousUser()
        request.exception_reporter_class = _NoReport  # type: ignore[attr-defined]  # Django looks for it


def excuse_database(get_response: Answer) -> Answer:
    """Answers 503 with a page in words, not 500, if the database does not answer or refuses to write."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.META.get(_AWAY) and response.status_code == 500 and isinstance(response, HttpResponse):
            response.status_code = 503
            response.content = loader.get_template("unavailable.html").render(
                {"request": request, "number": request_ids.of(request)}
            )
            page = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(response.content))}
            for name, value in (page | {"Retry-After": RETRY_AFTER}).items():
                response.headers[name] = value
        return response

    return middleware
