"""Commands of manage.py, run in the test's own process as an operator would type them."""

import signal
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import connections
from pytest_django import Settings

from login.command_line import CommandLine


def exit_code(*words: str) -> int:
    """Returns the exit code of `manage.py WORDS`; its output is in capsys. The test's own connections stay open."""
    try:
        with patch.object(connections, "close_all"):
            CommandLine(["manage.py", *words]).execute()
    except SystemExit as stopped:
        assert isinstance(stopped.code, int)
        return stopped.code
    return 0


@pytest.fixture(autouse=True)
def own_store(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """A store of the test's own; and the process's signals as they were."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)
