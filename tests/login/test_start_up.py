"""A start imports what it needs, a server its pages too, and none of the libraries that take long and that few need."""

import subprocess
import sys

import pytest
from django.core.management import get_commands, load_command_class

from login.command_line import help_of
from tests.deployment import ROOT

CODE = """
import sys
from login import {server}
print(sorted({{"login.urls", "apprise", "boto3", "botocore", "duckdb", "pyarrow"}} & sys.modules.keys()))
"""
HELP = """
import sys
sys.argv = ["manage.py", "help"]
from login.command_line import main
main()
print(sorted({"apprise", "boto3", "duckdb", "granian", "prometheus_client", "pyarrow", "uvicorn"} & sys.modules.keys()))
"""


@pytest.mark.parametrize("server", ["asgi", "wsgi"])
def test_server_starts_with_its_pages_and_without_slow_libraries(server: str) -> None:
    words = [sys.executable, "-c", CODE.format(server=server)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("['login.urls']\n", "")


def test_help_lists_the_commands_without_their_libraries() -> None:
    done = subprocess.run([sys.executable, "-c", HELP], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.stdout.splitlines()[-1], done.stderr) == ("[]", "")


def test_help_says_of_each_command_what_the_command_says() -> None:
    ours = {name: app for name, app in get_commands().items() if not app.startswith(("django.", "allauth", "channels"))}
    said = {name: help_of(app, name) for name, app in ours.items()}
    assert said == {name: load_command_class(app, name).help for name, app in ours.items()}
