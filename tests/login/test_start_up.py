"""A process starts without the libraries that take long to import and that few processes need."""

import subprocess
import sys

from tests.deployment import ROOT

CODE = """
import sys
from login import asgi
print(sorted({"apprise", "boto3", "botocore", "duckdb", "pyarrow"} & sys.modules.keys()))
"""


def test_server_starts_without_libraries_that_take_long_to_import() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("[]\n", "")
