"""Our headers before independent judges: MDN's HTTP Observatory, and Google's CSP Evaluator (tests/auditors)."""

import json
import os
import subprocess
from typing import Any

import pytest

from tests.deploy.stack import HOST, Stack
from tests.deployment import ROOT

INFORMATION = 60  # CSP Evaluator's severity; a smaller number is worse

AUDITORS = ROOT / "tests/auditors"

pytestmark = [
    pytest.mark.xdist_group("deployed"),
    pytest.mark.needs(AUDITORS / "node_modules/@mdn/mdn-http-observatory/conf/hsts-preload.json"),
]


@pytest.fixture(scope="module")
def verdict(stack: Stack) -> dict[str, Any]:
    words = ["node", "audit.mjs", HOST, str(stack.plain_port), str(stack.port)]
    environment = os.environ | {"NODE_EXTRA_CA_CERTS": str(stack.certificate)}
    judged = subprocess.run(words, cwd=AUDITORS, env=environment, capture_output=True, text=True, timeout=300)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    found: dict[str, Any] = json.loads(judged.stdout)
    return found


def test_the_observatory_gives_a_plus_and_140_points(verdict: dict[str, Any]) -> None:
    """All that its version 1.4.8 gives to a host that browsers have not preloaded."""
    assert (verdict["grade"], verdict["score"], verdict["failed"]) == ("A+", 140, 0), verdict["marks"]


def test_the_csp_evaluator_finds_nothing_worse_than_information(verdict: dict[str, Any]) -> None:
    assert "'strict-dynamic'" in verdict["policy"]
    assert [each for each in verdict["findings"] if each["severity"] < INFORMATION] == []
