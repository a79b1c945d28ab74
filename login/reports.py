"""Where browsers tell that something on a page of ours was against the Content-Security-Policy (ASVS 5.0 3.4.7).

Anybody may send such a report, so it is believed nothing: a few words of it are logged, a few times a minute.
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
MOST = 20  # lines a minute, of each process
LONGEST = 200  # characters of a value
logger = logging.getLogger("millrace.reports")


class Ration:
    """So many lines a minute."""

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
    """204, whatever was sent: a browser has no use for another answer."""
    length = request.headers.get("Content-Length", "")
    if re.fullmatch(r"[0-9]{1,6}", length) and int(length) <= LARGEST:
        for line in lines(request.body):
            if ration.take():
                logger.warning("A browser has refused what a page asked for: %s", line)
    return HttpResponse(status=204)


def lines(body: bytes) -> Iterator[str]:
    """What each report of a body says: by report-to a list of objects with `body`, by report-uri one `csp-report`."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return
    for each in found if isinstance(found, list) else [found]:
        report = each.get("body", each.get("csp-report")) if isinstance(each, dict) else None
        if isinstance(report, dict):
            yield _line(report)


def _line(report: dict[str, Any]) -> str:
    """As "script-src-elem, inline, on /market/": no query, no origin's path, no link of one use."""
    directive = _word(report, "effectiveDirective", "effective-directive", "violated-directive")
    blocked = _address(report, "blockedURL", "blocked-uri")
    page = _address(report, "documentURL", "document-uri")
    return f"{directive}, {blocked.netloc or blocked.scheme or blocked.path}, on {discreet(page.path)}"


def _address(report: dict[str, Any], *names: str) -> SplitResult:
    """The parts of an address; "?" as its path for one that is none, such as http://[."""
    try:
        return urlsplit(_word(report, *names))
    except ValueError:
        return urlsplit("?unreadable")._replace(path="?", query="")


def _word(report: dict[str, Any], *names: str) -> str:
    found = next((report[name] for name in names if isinstance(report.get(name), str)), "?")
    return re.sub(r"[^\x21-\x7e]", "_", found[:LONGEST])
