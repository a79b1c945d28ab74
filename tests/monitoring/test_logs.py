"""Lines of the log, and the numbers of requests in them."""

import io
import json
import logging
import re
from typing import Any

import pytest
from django.test import Client, RequestFactory

from accounts.events import Line
from monitoring import request_ids
from monitoring.logs import JsonFormatter, NoSecurityTracebacks, TextFormatter, discreet

GIVEN = "5f3a9c0e5f3a9c0e5f3a9c0e5f3a9c0e"


def line(message: object, **also: Any) -> dict[str, Any]:
    """Returns the line that is written for a record, parsed."""
    record = logging.makeLogRecord(
        {"name": "streams.engine.worker", "levelname": "WARNING", "msg": message, "created": 1e9} | also
    )
    written = JsonFormatter().format(record)
    assert written.isascii() and written.isprintable()
    found: dict[str, Any] = json.loads(written)
    return found


def test_json_line_is_one_object_in_utc() -> None:
    head = {"at": "2001-09-09T01:46:40.000+00:00", "level": "WARNING", "logger": "streams.engine.worker"}
    assert line("%d records", args=(3,)) == head | {"message": "3 records"}


@pytest.mark.parametrize("nasty", ["a\r\nb", "\x00", "\x1b[31m", "\u2028\u202e\x85", '"},{"event":"x', "\ud800"])
def test_message_cannot_forge_a_json_line(nasty: str) -> None:
    assert line("%s", args=(nasty,))["message"] == nasty


@pytest.mark.parametrize("nasty", ["a\r\nb", "\x00", "\x1b[31m", "\u2028\u202e\x85", "\ud800", "x" * 1_000_000])
def test_message_cannot_forge_a_text_line(nasty: str) -> None:
    record = logging.makeLogRecord(
        {"name": "streams.engine.worker", "levelname": "WARNING", "msg": "%s", "args": (nasty,)}
    )
    written = TextFormatter("{levelname} {message}", style="{").format(record)
    assert (written.isprintable(), len(written) <= 20_010, written[:8]) == (True, True, "WARNING ")


def test_text_traceback_holds_no_control_bytes() -> None:
    try:
        raise ValueError("\x1b[2J")
    except ValueError as error:
        given = {"msg": "broke", "exc_info": (ValueError, error, error.__traceback__)}
    lines = TextFormatter("{message}", style="{").format(logging.makeLogRecord(given)).split("\n")
    assert (lines[0], lines[-1], all(map(str.isprintable, lines))) == ("broke", "ValueError: \\u001b[2J", True)


def test_error_has_its_traceback_in_the_same_line() -> None:
    try:
        raise ValueError("a\nb /market/?q=secret")
    except ValueError as error:
        told = line("broke", exc_info=(ValueError, error, error.__traceback__))["error"]
    assert "Traceback" in told and "ValueError: a\nb /market/?…" in told


@pytest.mark.parametrize("host", ["evil.example", "[::1", "x" * 5000])
def test_invalid_host_of_a_stranger_logs_no_traceback(
    client: Client, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.StringIO()
    [handler] = [
        one for one in logging.getLogger().handlers if any(isinstance(f, NoSecurityTracebacks) for f in one.filters)
    ]
    monkeypatch.setattr(handler, "stream", written)
    assert client.get("/accounts/sign-in/", headers={"host": host}).status_code == 400
    lines = [line for line in written.getvalue().splitlines() if "DisallowedHost" in line]
    assert (len(lines), "Traceback" in written.getvalue()) == (1, False)


def test_security_event_is_written_unchanged() -> None:
    assert line(Line({"at": "then", "event": "sign-out"})) == {"at": "then", "event": "sign-out"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Not Found: /market/?q=secret&x=1 and more", "Not Found: /market/?… and more"),
        ("GET https://streams.example.org/a?b=c", "GET https://streams.example.org/a?…"),
        ("Gone: /accounts/invitation/secret/", "Gone: /accounts/invitation/…"),
        ("'/accounts/password/reset/Mg-secret/'", "'/accounts/password/reset/…'"),
        ("What? Nothing.", "What? Nothing."),
    ],
)
def test_queries_and_one_use_links_are_not_logged(text: str, told: str) -> None:
    assert discreet(text) == told


def test_message_of_a_megabyte_is_truncated() -> None:
    assert len(line("/" * 1_000_000)["message"]) == 20_000


def test_request_id_of_nginx_is_kept_and_returned(client: Client) -> None:
    assert client.get("/livez", headers={"x-request-id": GIVEN}).headers["X-Request-ID"] == GIVEN


@pytest.mark.parametrize("given", ["", "short", "a" * 65, "a\r\nSet-Cookie: x=1", "ünïcodeü", "{}{}{}{}{}"])
def test_request_id_of_another_form_is_replaced(given: str) -> None:
    request = RequestFactory().get("/", HTTP_X_REQUEST_ID=given)
    assert re.fullmatch("[0-9a-f]{32}", request_ids.name(request))
    assert request_ids.of(request) == request.headers["X-Request-ID"]


def test_log_lines_of_a_request_have_its_id(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client.raise_request_exception = False
    caplog.handler.setFormatter(JsonFormatter())

    def fail(request: object) -> None:
        logging.getLogger("x").error("within")
        raise ValueError

    monkeypatch.setattr("login.middleware._values", fail)
    answer = client.get("/accounts/sign-in/", headers={"x-request-id": GIVEN})
    lines = [json.loads(each) for each in caplog.text.splitlines()]
    assert [(each["message"], each["request"]) for each in lines] == [
        ("within", GIVEN),
        ("Internal Server Error: /accounts/sign-in/", GIVEN),
    ]
    assert f"tell the operator this number: <code>{GIVEN}</code>" in answer.content.decode()
    assert request_ids.current.get() == ""
