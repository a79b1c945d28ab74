"""Commands of manage.py, run in the test's own process as an operator would type them."""

from unittest.mock import patch

from django.db import connections

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
