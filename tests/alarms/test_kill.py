"""Kills -9 `consume` and `notify`, again and again; tests/test_on_servers.py does so on database servers."""

from pathlib import Path

import pytest

from tests.alarms.killing import survive
from tests.deployment import Deployment


@pytest.mark.timeout(600)
def test_none_is_unreported_and_none_twice_when_processes_are_killed(tmp_path: Path) -> None:
    survive(Deployment(tmp_path), rounds=100)
