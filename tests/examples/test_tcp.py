"""Runs the examples of raw TCP and syslog: against a socket, Python's SysLogHandler and util-linux's logger."""

import logging
import logging.handlers
import shutil
import socket
import subprocess

import pytest

from tests.emulators import free_port
from tests.examples.conftest import Stream
from tests.examples.running import PACKAGES, first_line, start, stop
from tests.waiting import wait_for

pytestmark = [pytest.mark.xdist_group("examples"), pytest.mark.needs(PACKAGES)]
Environment = dict[str, str]


def test_tcp_in_answers_each_batch_after_it_is_stored(stream: Stream, environment: Environment) -> None:
    port = free_port()
    process = start("integration/tcp_in.py", environment, {"sensors": stream.name, "5170": port})
    first_line(process)
    with socket.create_connection(("127.0.0.1", port), 10) as client, client.makefile("rb") as answers:
        client.sendall(b'{"n": 1}\nno JSON\n{"n": 2}\n{"n"')
        assert answers.readline() == b"stored 2, refused 1\n"
        assert sorted(each["n"] for each in stream.records()) == [1, 2]
        client.sendall(b": 3}\n")
        assert answers.readline() == b"stored 1, refused 0\n"
        client.sendall(b"x" * 70_000)
        assert answers.read() == b"refused: a line has more than 65536 bytes\n"
    stop(process)


def log(port: int, *options: str) -> None:
    """Sends a message by util-linux's logger."""
    words = [shutil.which("logger") or "logger", "--server", "127.0.0.1", "--port", str(port), "--tcp", *options]
    subprocess.run([*words, "--priority", "local0.warning", "--tag", "pump"], input="3 bar\n", text=True, check=True)


def test_syslog_in_takes_logger_and_syslog_handler(stream: Stream, environment: Environment) -> None:
    port = free_port()
    process = start("integration/syslog_in.py", environment, {"sensors": stream.name, "5140": port})
    first_line(process)
    log(port, "--octet-count", "--rfc5424")
    log(port, "--rfc5424")
    log(port, "--octet-count", "--rfc3164")
    handler = logging.handlers.SysLogHandler(("127.0.0.1", port), "local0", socket.SOCK_STREAM)
    handler.emit(logging.makeLogRecord({"levelno": logging.WARNING, "levelname": "WARNING", "msg": "3 bar"}))
    handler.close()
    wait_for(lambda: len(stream.records()) == 4)
    stop(process)
    found = stream.records()
    assert {(each["facility"], each["severity"]) for each in found} == {(16, 4)}
    assert sum((each.get("app"), each["message"]) == ("pump", "3 bar") for each in found) == 2
    assert all(each["message"].endswith("3 bar") for each in found)
