"""manage.py runserver serves the live pages too."""

import socket
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.deployment import Deployment, answers
from tests.waiting import wait_for


def test_runserver_serves_pages_and_sockets(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    server = deployment.start("runserver", place, "--noreload")
    wait_for(lambda: answers(f"http://{place}"))
    with (
        pytest.raises(ConnectionClosedError) as closed,
        connect(f"ws://{place}/ws/live/", origin=Origin(f"http://{place}")) as live,
    ):
        live.recv(timeout=60)
    server.terminate()
    server.communicate(timeout=60)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4401  # nobody is signed in
