"""Requests that are nearly right get an answer of ours, at both servers; tests.ingest.http.fuzz runs for longer."""

from pathlib import Path

from tests.ingest.http.doors import site
from tests.ingest.http.fuzz import Fuzz

REQUESTS = 250


def test_requests_that_are_nearly_right_are_answered_by_both_servers(tmp_path: Path) -> None:
    with site(tmp_path) as where:
        fuzz = Fuzz(where, seed=7)
        for _ in range(REQUESTS):
            fuzz.step()
        fuzz.check()
    assert {(door, status) for door in where.doors for status in (200, 400)} <= set(fuzz.found)
