"""Health, logs and counts through nginx and both pools."""

import json
import re
from typing import Any

import pytest

from tests.deploy.site_client import SiteClient
from tests.deploy.stack import Stack
from tests.waiting import wait_for

pytestmark = pytest.mark.xdist_group("deployed")


def lines(stack: Stack, pool: str) -> list[dict[str, Any]]:
    """Returns the JSON lines of a pool's log."""
    text = (stack.folder / f"{pool}.log").read_text()
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_health_probes_are_answered_and_not_logged(stack: Stack) -> None:
    assert stack.get("/livez") == (200, b"alive\n")
    assert stack.get("/readyz")[0] == 200
    (stack.runtime / "draining").touch()
    status, text = stack.get("/readyz")
    (stack.runtime / "draining").unlink()
    assert (status, text.splitlines()[0]) == (503, b"draining: about to stop")
    assert "/readyz" not in (stack.folder / "access.log").read_text()


def test_request_has_one_id_in_the_logs_of_nginx_and_django(stack: Stack) -> None:
    assert stack.get("/nowhere/?q=secret")[0] == 404
    [line] = wait_for(lambda: [each for each in lines(stack, "web") if "/nowhere/" in each["message"]])
    assert (line["level"], line["logger"], line["message"]) == ("WARNING", "django.request", "Not Found: /nowhere/")
    told = re.compile(r'"GET /nowhere/" 404 .* ([0-9a-f]{32})\n')
    found = wait_for(lambda: told.findall((stack.folder / "access.log").read_text()))  # nginx logs after it answered
    assert found == [line["request"]]


def test_uwsgi_logs_no_request_address(stack: Stack) -> None:
    (stack.runtime / "draining").touch()
    stack.get("/readyz?q=secret")
    (stack.runtime / "draining").unlink()
    told = re.compile(r"GET was answered by 503 in \d+ ms")
    wait_for(lambda: [each for each in lines(stack, "web") if told.fullmatch(each["message"])])
    assert "secret" not in (stack.folder / "web.log").read_text()


def test_counts_of_the_login_pool_are_stored(stack: Stack) -> None:
    client = SiteClient(stack)
    _, page = client.ask("/accounts/sign-in/")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    [who] = re.findall(r'<input type="text" name="(\w+)"', page)
    client.ask("/accounts/sign-in/", hidden | {who: "nobody", "password": "wrong"})
    client.line.close()
    failed = (stack.folder / "login.log").read_text().count('"sign-in.failed"')
    count = "SELECT value FROM watching_total WHERE labels LIKE '%sign-in.failed%'"
    assert failed
    wait_for(lambda: stack.deployment.query(count) == [(float(failed),)])


def test_uvicorn_logs_no_request_address(stack: Stack) -> None:
    assert stack.get("/ws/nothing?q=secret")[0] == 404
    [line] = wait_for(lambda: [each for each in lines(stack, "sockets") if "/ws/nothing" in each["message"]])
    assert line["message"] == "Not Found: /ws/nothing"
    assert "secret" not in (stack.folder / "sockets.log").read_text()
