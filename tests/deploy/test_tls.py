"""TLS, as sslyze judges it by Mozilla's intermediate profile (tests/auditors/requirements.txt)."""

import os
import re
import subprocess
import sys

import pytest

from tests.deploy.stack import HOST, Stack
from tests.deployment import ROOT

SSLYZE = ROOT / "build/sslyze"

pytestmark = [pytest.mark.xdist_group("deployed"), pytest.mark.needs(SSLYZE)]


def test_tls_meets_mozillas_profile_but_for_the_self_signed_certificate(stack: Stack) -> None:
    words = [sys.executable, "-m", "sslyze", "--mozilla_config", "intermediate", f"{HOST}:{stack.port}"]
    environment = os.environ | {"PYTHONPATH": str(SSLYZE)}
    judged = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=300)
    _, told, verdict = judged.stdout.partition("COMPLIANCE AGAINST TLS CONFIGURATION")
    assert told, judged.stderr
    assert re.findall(r"\* (\w+): ", verdict) == ["certificate_path_validation"], verdict
