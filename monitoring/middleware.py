"""Names each request, answers load balancers, and says in words that the database is away."""

import sys
import time
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import loader
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter

from monitoring import request_ids
from monitoring.health import Health, Recent
from monitoring.logs import PROBES
from streams.wiring import count_waiting

Answer = Callable[[HttpRequest], HttpResponseBase]

RETRY_AFTER = "5"  # seconds
_AWAY = "monitoring.database_away"  # in request.META

health = Recent(Health(timezone.now, time.monotonic, count_waiting).findings, time.monotonic)


def identify(get_response: Answer) -> Answer:
    """Stands outermost but for headers, so that every line of the request's has its id, and every answer."""

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
    """/livez and /readyz, for whoever asks: under any host name, over plain HTTP, without a session.

    Stands before whatever redirects, checks hosts or opens sessions. They are no views for the same reason.
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
    """The receiver of got_request_exception: says whether it was the database.

    Then nobody asks it again who is signed in, nor what the variables of development's error page hold: each time
    would take as long as the first.
    """
    if request is not None and isinstance(sys.exception(), (OperationalError, InterfaceError, InternalError)):
        request.META[_AWAY] = True
        request.user = AnonymousUser()
        request.exception_reporter_class = _NoReport  # type: ignore[attr-defined]  # Django looks for it


def excuse_database(get_response: Answer) -> Answer:
    """A database that does not answer, or refuses to write, is answered by 503 and a page in words, not by 500."""

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
