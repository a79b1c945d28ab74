"""An application in one folder: what it needs outside, and what it gets, as CONTRIBUTING.md promises."""

import re
from random import Random

from tests.deployment import ROOT
from tests.example import FOLDER, ExampleDeployment, deployment, naive_means
from tests.test_exactly_once import consume_under_fire

__all__ = ["deployment"]  # a fixture

WRITTEN = [
    path for kind in ("*.py", "*.html", "*.js") for path in FOLDER.rglob(kind) if path.parent.name != "migrations"
]
LEFT_OUT = {"build", "node_modules", "var", "docs", ".venv", ".git"}
# The minutes that closed in the hour after noon of 2025-01-01, and in the hour after that.
WINDOWS = """
from datetime import UTC, datetime
from streams.applications import find
noon, one, two = (datetime(2025, 1, 1, hour, tzinfo=UTC) for hour in (12, 13, 14))
closed = find("readings").windows_closed
print([closed("readings", noon, one), closed("readings", one, two)])
"""


def test_example_application_has_at_most_200_lines() -> None:
    assert sum(1 for path in WRITTEN for line in path.read_text().splitlines() if line.strip()) <= 200


def test_example_application_needs_a_line_of_the_settings_and_no_other() -> None:
    """Besides its tests and the docs; the settings' other line names the bundle that the tests build."""
    named = [
        path.relative_to(ROOT).as_posix()
        for kind in ("*.py", "*.toml", "*.json", "*.html", "*.js", "*.sh", "*.ini", "Procfile", "Makefile")
        for path in ROOT.rglob(kind)
        if not LEFT_OUT & set(path.relative_to(ROOT).parts)
        and FOLDER not in path.parents
        and not path.name.startswith("test_")
        and re.search(r"example_application\b", path.read_text())
    ]
    assert sorted(named) == ["tests/example.py", "tests/example_settings.py"]
    lines = (ROOT / "tests/example_settings.py").read_text().splitlines()
    assert [line.split()[0] for line in lines if re.match(r"\w", line)] == [
        "from",
        "INSTALLED_APPS",
        "STATICFILES_DIRS",
    ]


def test_means_are_exact_when_every_worker_is_killed(deployment: ExampleDeployment) -> None:
    deployment.run("produce", "readings", "--count", "100000", "--rate", "0", "--seed", "7")
    assert consume_under_fire(deployment, ["readings"], 100_000, Random(1)) >= 2  # a worker reads up to 10,000 at once
    report = deployment.rows("report", "readings", "--minutes", "1000")
    assert list(report) == naive_means(deployment.records("readings"))


def test_a_broken_reading_becomes_a_dead_letter(deployment: ExampleDeployment) -> None:
    deployment.put(b'{"device": "attic", "celsius": "warm"}')
    deployment.run("consume", "readings", "--until-caught-up")
    errors = [row["error"] for row in deployment.rows("deadletters", "list", "--application", "readings")]
    assert errors == ["Expected `float`, got `str` - at `$.celsius`"]


def test_a_minute_is_counted_when_it_has_closed_and_removed_after_its_time(deployment: ExampleDeployment) -> None:
    deployment.put(b'{"device": "attic", "celsius": 20}')
    deployment.run("consume", "readings", "--until-caught-up")
    deployment.query("DELETE FROM readings_deviceminute WHERE device <> 'attic'")
    newest = "SELECT max(id) FROM readings_deviceminute"
    deployment.query(f"UPDATE readings_deviceminute SET minute = '2025-01-01 12:00:00' WHERE id = ({newest})")
    assert deployment.python(WINDOWS) == "[1, 0]"
    removed = {row["table"]: row["rows"] for row in deployment.rows("janitor")}
    assert removed["readings.DeviceMinute"] == 1
