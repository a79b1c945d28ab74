"""Takes browsers' reports of violations of the Content-Security-Policy (ASVS 5.0 3.4.7).

Anybody may send such a report, so none is trusted: a few words of it are logged, a few times a minute.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from monitoring.logs import discreet

PATH = "/reports/csp/"
LARGEST = 16 * 1024  # bytes of a report
MOST = 20  # lines a minute and process
LONGEST = 200  # characters of a value
logger = logging.getLogger("millrace.reports")


class Ration:
    """Allows MOST lines a minute."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.minute, self.told = -1, 0

    def take(self) -> bool:
        minute = int(self.now().timestamp()) // 60
        if minute != self.minute:
            self.minute, self.told = minute, 0
        self.told += 1
        return self.told <= MOST


ration = Ration(timezone.now)


@csrf_exempt
@login_not_required
@require_POST
def csp(request: HttpRequest) -> HttpResponse:
    """Logs the reports of the body. Answers 204 to everything: a browser has no use for another answer."""
    length = request.headers.get("Content-Length", "")
    if re.fullmatch(r"[0-9]{1,6}", length) and int(length) <= LARGEST:
        for line in lines(request.body):
            if ration.take():
                logger.warning("A browser has refused a request of a page: %s", line)
    return HttpResponse(status=204)


def lines(body: bytes) -> Iterator[str]:
    """Returns a line for each report of a body.

    report-to sends a list of objects with `body`, report-uri one object with `csp-report`.
    """
    try:
        reports = json.loads(body)
    except (ValueError, RecursionError):
        return
    for each in reports if isinstance(reports, list) else [reports]:
        report = each.get("body", each.get("csp-report")) if isinstance(each, dict) else None
        if isinstance(report, dict):
            yield _line(report)


def _line(report: dict[str, Any]) -> str:
    """Returns text like "script-src-elem, inline, on /market/": no query, no origin's path, no link of one use."""
    directive = _word(report, "effectiveDirective", "effective-directive", "violated-directive")
    blocked = _address(report, "blockedURL", "blocked-uri")
    page = _address(report, "documentURL", "document-uri")
    return f"{directive}, {blocked.netloc or blocked.scheme or blocked.path}, on {discreet(page.path)}"


def _address(report: dict[str, Any], *names: str) -> SplitResult:
    """Returns the parts of an address; "?" as the path of an invalid one such as http://[."""
    try:
        return urlsplit(_word(report, *names))
    except ValueError:
        return urlsplit("?unreadable")._replace(path="?", query="")


def _word(report: dict[str, Any], *names: str) -> str:
    word = next((report[name] for name in names if isinstance(report.get(name), str)), "?")
    return re.sub(r"[^\x21-\x7e]", "_", word[:LONGEST])
