"""Browsers' reports of violations of the Content-Security-Policy."""

import json
import logging

import pytest
from django.test import Client
from django.utils import timezone

from login import reports

NEW = [{"type": "csp-violation", "body": {"effectiveDirective": "script-src-elem", "blockedURL": "https://evil.example/x",
        "documentURL": "https://streams.example.org/market/?q=secret"}}]  # fmt: skip
OLD = {"csp-report": {"violated-directive": "img-src", "blocked-uri": "inline", "document-uri": "https://s/orders/"}}


def told(client: Client, body: object) -> int:
    sent = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(reports.PATH, sent, content_type="application/csp-report").status_code


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    monkeypatch.setattr(reports, "ration", reports.Ration(timezone.now))
    caplog.set_level(logging.WARNING, "millrace.reports")
    return caplog


def test_pages_name_the_report_address(client: Client) -> None:
    headers = client.get("/accounts/sign-in/").headers
    assert headers["Reporting-Endpoints"] == f'csp="{reports.PATH}"'
    assert {"report-to csp", f"report-uri {reports.PATH}"} <= set(headers["Content-Security-Policy"].split("; "))


@pytest.mark.parametrize(
    ("body", "line"), [(NEW, "script-src-elem, evil.example, on /market/"), (OLD, "img-src, inline, on /orders/")]
)
def test_report_is_logged_as_a_line_without_queries(
    client: Client, said: pytest.LogCaptureFixture, body: object, line: str
) -> None:
    assert told(client, body) == 204
    assert said.messages == [f"A browser has refused a request of a page: {line}"]


def test_report_with_a_one_use_link_is_logged_without_it(client: Client, said: pytest.LogCaptureFixture) -> None:
    told(client, {"csp-report": {"document-uri": "https://s/accounts/invitation/SECRET/", "blocked-uri": "a\nb\x1b"}})
    assert said.messages == ["A browser has refused a request of a page: ?, a_b_, on /accounts/invitation/…"]


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"[" * 16_000, b"{}", b"x" * 1_000_000, [1, {"body": 1}], {"csp-report": []}],
)
def test_malformed_report_is_not_logged(client: Client, said: pytest.LogCaptureFixture, body: object) -> None:
    assert (told(client, body), said.messages) == (204, [])


def test_flood_of_reports_logs_twenty_lines_a_minute(client: Client, said: pytest.LogCaptureFixture) -> None:
    assert {told(client, NEW * 3) for _ in range(30)} == {204}
    assert reports.MOST <= len(said.messages) <= 2 * reports.MOST  # the minute may turn meanwhile


def test_reports_address_accepts_only_post(client: Client) -> None:
    assert client.get(reports.PATH).status_code == 405
