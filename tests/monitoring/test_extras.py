"""Sentry and OpenTelemetry, by their own packages, in processes of their own, to somebody on loopback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.deployment import Deployment
from tests.monitoring.http_sink import sink

ROOT = Path(__file__).resolve().parents[2]
GIVEN = "5f3a9c0e5f3a9c0e5f3a9c0e5f3a9c0e"
SECRETS = ("s3cret-query", "s3cret-cookie", "s3cret-header", "s3cret-body", "s3cret-local", "s3cret-link", "ada@home")
ASK = f"""
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from login import middleware
from monitoring import startup

startup.begin()

def fail(request):
    password = "s3cret-local"
    raise ValueError("It broke at /accounts/invitation/s3cret-link/")

middleware._values = fail
headers = {{"authorization": "s3cret-header", "x-request-id": "{GIVEN}"}}
browser = RequestFactory(headers=headers, SERVER_NAME="localhost")
browser.cookies["sessionid"] = "s3cret-cookie"
form = {{"password": "s3cret-body", "login": "ada@home"}}
asked = browser.post("/accounts/sign-in/?q=s3cret-query", form)
told = []
list(WSGIHandler()(asked.environ, lambda status, headers: told.append(status)))
assert told == ["500 Internal Server Error"]
"""


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    return Deployment(tmp_path_factory.mktemp("deployment"))


def test_sentry_event_holds_no_personal_data(deployment: Deployment) -> None:
    with sink() as sentry:
        deployment.environment["SENTRY_DSN"] = f"http://key@{sentry.place}/1"
        deployment.run("shell", "--verbosity", "0", "-c", ASK + "import sentry_sdk; sentry_sdk.flush()")
        del deployment.environment["SENTRY_DSN"]
    [envelope] = sentry.bodies("/api/1/envelope/")
    event = json.loads(envelope.splitlines()[2])
    [error] = event["exception"]["values"]
    assert (error["type"], error["value"]) == ("ValueError", "It broke at /accounts/invitation/…")
    assert event["request"] == {"method": "POST", "url": "http://localhost/accounts/sign-in/"}
    assert event["tags"] == {"request_id": GIVEN}
    # The lines of code around the error are Millrace's own; here, the script's.
    assert [each for each in SECRETS if each in envelope.decode()] == []


def test_opentelemetry_traces_requests_and_commits(deployment: Deployment) -> None:
    with sink() as collector:
        deployment.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://{collector.place}"
        deployment.run("shell", "--verbosity", "0", "-c", ASK)
        deployment.run("produce", "trades", "--count", "10", "--rate", "0")
        deployment.run("consume", "trades", "--until-caught-up")
        del deployment.environment["OTEL_EXPORTER_OTLP_ENDPOINT"]
    told = b"".join(collector.bodies("/v1/traces"))
    spans = [span for body in collector.bodies("/v1/traces") for span in parsed(body)]
    assert {"POST", "commit"} <= {name for name, _ in spans}
    [request] = [attributes for name, attributes in spans if name == "POST"]
    assert (request["http.response.status_code"], request["millrace.request_id"]) == ("500", GIVEN)
    assert [each for each in SECRETS if each.encode() in told] == []


def parsed(body: bytes) -> list[tuple[str, dict[str, str]]]:
    """Names and attributes of spans."""
    found = ExportTraceServiceRequest.FromString(body).resource_spans
    spans = [span for resource in found for scope in resource.scope_spans for span in scope.spans]
    return [
        (span.name, {each.key: each.value.string_value or str(each.value.int_value) for each in span.attributes})
        for span in spans
    ]


@pytest.mark.parametrize("name", ["SENTRY_DSN", "OTEL_EXPORTER_OTLP_ENDPOINT"])
def test_setting_without_its_package_is_refused_with_one_sentence(name: str, tmp_path: Path) -> None:
    hide = "import importlib.util as u; u.find_spec = lambda name: None; import login.settings"
    environment = os.environ | {name: "http://key@127.0.0.1/1", "VAR_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", hide], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert f"{name} is set, but the package for it is not installed. Run: .venv/bin/pip install" in done.stderr
