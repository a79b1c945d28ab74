"""The line that `make run` prints, run as it is printed."""

import subprocess
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import ApiToken, User
from login import first_steps
from streams.backends.embedded.stream import EmbeddedStream
from tests.ingest.http.conftest import held


def test_printed_line_puts_a_record_that_is_seen_at_the_printed_address(
    live_server: LiveServer, writer: User, clicks: EmbeddedStream, client: Client
) -> None:
    [name] = first_steps.streams()
    call_command("streams", "create", name, stdout=StringIO())
    lines = first_steps.lines(live_server.url, timezone.now(), first=True)
    [line] = [line for line in lines if line.strip().startswith("curl")]
    subprocess.run(f"{line} --silent --show-error --fail", shell=True, check=True, timeout=60)
    first = EmbeddedStream(clicks.path, first_steps.STREAM)
    assert [data for _, data in held(first)] == [b'{"hello": "world"}']
    first.close()
    [address] = [line.removeprefix("See it at ") for line in lines if line.startswith("See it at")]
    User.objects.update(is_staff=True)
    client.force_login(User.objects.get())
    assert "hello" in client.get(address.removeprefix(live_server.url)).content.decode()
    assert ApiToken.objects.get().streams == ["first"]


def test_later_starts_print_no_token(writer: User, clicks: EmbeddedStream, settings: Settings) -> None:
    lines = first_steps.lines("http://localhost:8000", timezone.now(), first=False)
    assert not ApiToken.objects.exists() and not any("curl" in line for line in lines)
    assert f"endpoint {settings.ENDPOINT_URL}, access keys at http://localhost:8000/accounts/tokens/" in lines[1]


def test_endpoint_that_is_not_started_is_not_offered(writer: User, clicks: EmbeddedStream) -> None:
    lines = first_steps.lines("http://localhost:8000", timezone.now(), first=False, fault="Port 4567 is taken.")
    assert lines[1] == "Port 4567 is taken." and not any("Kinesis clients" in line for line in lines)


@pytest.mark.parametrize("first", [True, False])
def test_no_stream_is_made_on_amazon(writer: User, settings: Settings, first: bool) -> None:
    settings.STREAM_URL = "kinesis://us-east-1"
    lines = first_steps.lines("http://localhost:8000", timezone.now(), first=first)
    assert len(lines) == 2 and "localhost" not in lines[1]
