"""Log lines: one JSON object an event, in UTC, with the id of its request.

Loaded while logging is set up, so it must not import models.
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from common.text import one_line
from monitoring import request_ids

PROBES = ("/livez", "/readyz")  # the addresses that load balancers ask for
LONGEST = 20_000  # characters of a message or of an error's traceback
_SECRETS = (
    (
        re.compile(r"(/accounts/(?:invitation|password/reset)/)[^\s'\"]+"),
        r"\1…",
    ),  # single-use links; nginx.conf cuts them too
    (re.compile(r"(?<=[\w/.~%-])\?[^\s'\"]+"), "?…"),  # queries
)


def discreet(text: str) -> str:
    """Returns the text without the secrets that addresses may hold: queries, and the ends of single-use links."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class TextFormatter(logging.Formatter):
    """Text for people, one line an event; only the traceback of an error has lines of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        record.message = one_line(record.message, LONGEST)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        lines = super().formatException(ei)[:LONGEST].split("\n")
        return "\n".join(one_line(line, LONGEST) for line in lines)


class JsonFormatter(logging.Formatter):
    """JSON of ASCII characters alone, so that no name or address can forge a line or control a terminal.

    A message that is a dictionary (accounts.events) is written as it is; any other as at, level, logger, message, and
    if present, request and error.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = record.msg if isinstance(record.msg, dict) else self._line(record)
        identifier = _request(record)
        return json.dumps(line | {"request": identifier} if identifier else line, ensure_ascii=True, default=str)

    def _line(self, record: logging.LogRecord) -> dict[str, Any]:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname, "logger": record.name, "message": _told(record.getMessage())}
        if record.exc_info:
            line["error"] = _told(self.formatException(record.exc_info))
        return line


def _told(text: str) -> str:
    return discreet(text)[:LONGEST]


def _request(record: logging.LogRecord) -> str:
    """Returns the id of the request. Django logs some results after the middleware ended."""
    request = getattr(record, "request", None)
    return request_ids.of(request) if isinstance(request, HttpRequest) else request_ids.current.get()


class NoProbes(logging.Filter):
    """Leaves out Django's lines about the answers to load balancers."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(getattr(record, "request", None), "path", "") not in PROBES


class NoSecurityTracebacks(logging.Filter):
    """Drops the traceback of a refused request, such as one with an invalid Host: any stranger can cause it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None
        return True


def configuration(style: str, level: str, *, debug: bool) -> dict[str, Any]:
    """Returns the LOGGING of Django: to stderr, as "text" or "json", from that level on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {
                "()": "monitoring.logs.TextFormatter",
                "format": "{asctime} {levelname} {name}: {message}",
                "style": "{",
            },
            "json": {"()": "monitoring.logs.JsonFormatter"},
        },
        "filters": {
            "no-probes": {"()": "monitoring.logs.NoProbes"},
            "no-security-tracebacks": {"()": "monitoring.logs.NoSecurityTracebacks"},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": style,
                "filters": ["no-probes", "no-security-tracebacks"],
            },
            "security": {"class": "logging.StreamHandler", "formatter": "json"},
            "counting": {"class": "monitoring.counters.CountEvents"},
        },
        "loggers": {
            "botocore": {"level": "WARNING"},  # at INFO it logs where it found credentials
            "fido2": {"level": "WARNING"},  # the security log has it
            "millrace.security": {
                "handlers": ["security", "counting"],
                "level": "INFO",
                "propagate": False,
            },  # at any LOG_LEVEL
            # Its own handlers write text. Its lines about requests hold queries, and nginx' log has the requests.
            "uvicorn": {"handlers": [], "level": "INFO" if debug else "WARNING", "propagate": True},
            "uvicorn.access": {"handlers": [], "propagate": False},
        },
        "root": {"handlers": ["stderr"], "level": level},
    }
