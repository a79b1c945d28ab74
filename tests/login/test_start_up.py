"""A server has its pages when it starts, without the libraries that take long to import and that few requests need."""

import subprocess
import sys

import pytest

from tests.deployment import ROOT

CODE = """
import sys
from login import {server}
print(sorted({{"login.urls", "apprise", "boto3", "botocore", "duckdb", "pyarrow"}} & sys.modules.keys()))
"""


@pytest.mark.parametrize("server", ["asgi", "wsgi"])
def test_server_starts_with_its_pages_and_without_slow_libraries(server: str) -> None:
    words = [sys.executable, "-c", CODE.format(server=server)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("['login.urls']\n", "")
