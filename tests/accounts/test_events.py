import ast
import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps.registry import Apps
from django.conf import settings as configured
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client, RequestFactory

from accounts import events
from accounts.client import SESSION_ID
from accounts.event_types import CATALOGUE, FACTS, Event
from accounts.models import SecurityEvent, User
from tests.accounts.conftest import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
FIXED = {"at", "event", "user", "name", "address", "device", "session", "request"}  # of every line
SIGN_IN = "/accounts/sign-in/"


def asked(agent: str = "curl/8", **headers: str) -> Any:
    return RequestFactory(REMOTE_ADDR="192.0.2.1").get("/", headers={"user-agent": agent} | headers)


def test_an_event_is_one_line_of_json(ada: User, lines: list[str]) -> None:
    request = asked(**{"x-request-id": "5f3a" * 8})
    request.session = {SESSION_ID: "0b6f3c1e-2f6d-4d6e-9d3e-3d9b8f1c2a10"}
    events.record("sign-in.succeeded", user=ada, request=request, method="passkey")
    line = json.loads(lines[0])
    at = datetime.fromisoformat(line.pop("at"))
    assert at.tzinfo == UTC
    assert line == {
        "event": "sign-in.succeeded",
        "user": ada.pk,
        "name": "ada",
        "address": "192.0.2.1",
        "device": "curl/8",
        "session": "0b6f3c1e-2f6d-4d6e-9d3e-3d9b8f1c2a10",
        "request": "5f3a" * 8,
        "method": "passkey",
    }


def test_event_is_in_the_history_of_its_user(ada: User) -> None:
    request, session = asked(), uuid.uuid4()
    request.session = {SESSION_ID: str(session)}
    events.record("factor.added", user=ada, request=request, factor="passkey")
    row = SecurityEvent.objects.get()
    assert (row.user, row.name, row.address, row.device) == (ada, "factor.added", "192.0.2.1", "curl/8")
    assert (str(row.session), row.facts, row.notice) == (str(session), {"factor": "passkey"}, True)


def test_history_hides_the_address_of_staff(ada: User, lines: list[str]) -> None:
    row = events.record("user.activated", user=ada, request=asked(), by="root")
    assert row is not None and (row.address, row.device, row.facts) == (None, "", {"by": "root"})
    assert json.loads(lines[0])["address"] == "192.0.2.1"


@pytest.mark.parametrize("nasty", ["a\r\nb", "a\x00b", "\x1b[31m", "\u2028\u202e\x85", '"},{"event":"x'])
def test_names_devices_and_facts_cannot_forge_a_log_line(ada: User, lines: list[str], nasty: str) -> None:
    ada.username = nasty
    request = asked()
    request.META["HTTP_USER_AGENT"] = request.META["HTTP_X_REQUEST_ID"] = nasty
    events.record("factor.refused", user=ada, request=request, reason=nasty)
    assert len(lines) == 1 and lines[0].isascii() and lines[0].isprintable()
    line = json.loads(lines[0])
    assert (line["event"], line["name"], line["reason"]) == ("factor.refused", nasty, nasty)
    assert "request" not in line


def test_long_fact_values_are_truncated(ada: User) -> None:
    row = events.record("token.made", user=ada, label="x" * 1_000_000)
    assert row is not None and row.facts == {"label": "x" * 200}


@pytest.mark.parametrize(("name", "facts"), [("no.such", {}), ("sign-out", {"password": "x"})])
def test_event_outside_the_catalogue_is_not_recorded(name: str, facts: dict[str, Any], lines: list[str]) -> None:
    with pytest.raises(ValueError, match=r"accounts/event_types\.py has no"):
        events.record(name, **facts)
    assert lines == []


def test_failed_sign_in_writes_no_row(ada: User, lines: list[str]) -> None:
    assert events.record("sign-in.failed", user=ada, request=asked()) is None
    assert SecurityEvent.objects.count() == 0 and json.loads(lines[0])["user"] == ada.pk


def test_a_notice_may_depend_on_a_fact() -> None:
    ended = CATALOGUE["session.ended"]
    assert ended.calls_for_notice({"reason": "limit"}) and not ended.calls_for_notice({"reason": "idle"})


def test_sign_in_and_sign_out_events_hold_no_secret(client: Client, ada: User, lines: list[str]) -> None:
    client.post(SIGN_IN, {"username": "ada", "password": PASSWORD})
    key = str(client.session.session_key)
    client.post("/accounts/sign-out/")
    assert [json.loads(line)["event"] for line in lines] == ["sign-in.succeeded", "sign-out"]
    assert not any(secret in line for secret in (key, PASSWORD, ada.password) for line in lines)


def test_security_log_is_written_at_any_log_level() -> None:
    logging_settings: dict[str, Any] = configured.LOGGING
    logger = logging_settings["loggers"]["millrace.security"]
    assert logger == {"handlers": ["security", "counting"], "level": "INFO", "propagate": False}
    assert logging_settings["handlers"]["security"]["formatter"] == "json"


def test_facts_of_the_catalogue_have_words_and_hide_no_field() -> None:
    facts = {fact for event in CATALOGUE.values() for fact in event.facts}
    assert facts == FACTS.keys()
    assert not facts & FIXED


def written(event: tuple[str, Event]) -> str:
    name, (_, facts, kept, notice) = event
    if isinstance(notice, bool):
        told = "yes" if notice else "no"
    else:
        told = " ".join(f"when {fact} is {' or '.join(values)}" for fact, values in notice.items())
    return f"| `{name}` | {', '.join(facts) or '–'} | {'yes' if kept else 'no'} | {told} |"


def test_the_catalogue_and_its_document_agree() -> None:
    text = (ROOT / "docs/security-events.md").read_text()
    table = [re.match(r"((\|[^|]*){4}\|)", line) for line in text.splitlines() if line.startswith("| `")]
    assert [row[1] for row in table if row] == [written(each) for each in CATALOGUE.items()]


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Every call of events.record in the product."""
    for path in [
        *(ROOT / "accounts").rglob("*.py"),
        *(ROOT / "login").rglob("*.py"),
        *(ROOT / "dashboard").rglob("*.py"),
    ]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("events.record", "record"):
                yield path, node


def test_recorded_events_are_in_the_catalogue_with_their_facts() -> None:
    for path, call in calls():
        facts = {each.arg for each in call.keywords if each.arg} - {"user", "request"}
        if isinstance(name := call.args[0], ast.Constant):
            assert isinstance(name.value, str) and name.value in CATALOGUE, f"{path}: {name.value!r}"
            assert facts <= set(CATALOGUE[name.value].facts), f"{path}: {name.value!r} {facts}"


@pytest.mark.django_db(transaction=True)
def test_migration_keeps_older_sign_ins_as_events() -> None:
    def at(name: str) -> Apps:
        executor = MigrationExecutor(connection)
        executor.migrate([("accounts", name)])
        return executor.loader.project_state([("accounts", name)]).apps

    try:
        before = at("0002_security_events")
        user = before.get_model("accounts", "User").objects.create(username="ada")
        moment = datetime(2026, 1, 2, tzinfo=UTC)
        before.get_model("accounts", "SignIn").objects.create(user=user, at=moment, address="192.0.2.1", device="curl")
        after = at("0004_delete_signin").get_model("accounts", "SecurityEvent").objects.get()
        assert (after.name, after.at, after.address, after.device) == ("sign-in.succeeded", moment, "192.0.2.1", "curl")
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
