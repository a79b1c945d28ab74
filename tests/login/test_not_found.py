"""An address that leads nowhere, as a laptop shows it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.deployment import ROOT

SCRIPT = """
from login.entry import read_settings; read_settings()
import django; django.setup()
from django.conf import settings; settings.DEBUG = True
from django.test import Client
answer = Client(headers={"host": "localhost"}).get("/mistyped/")
print(answer.status_code, *(word in answer.content for word in (b"404", b"urlpatterns", b"login.urls")))
"""


def test_unknown_address_has_our_own_page_with_debug(tmp_path: Path) -> None:
    variables = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3", "VAR_DIR": str(tmp_path)}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=variables, check=True, timeout=120
    )
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "404 True False False\n", done.stderr
