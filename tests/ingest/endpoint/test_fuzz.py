"""Requests that are nearly right get an answer in the service's words; tests.ingest.endpoint.fuzz runs for longer."""

from pathlib import Path

from tests.ingest.endpoint.fuzz import Fuzz
from tests.ingest.endpoint.serving import serving

REQUESTS = 200


def test_requests_that_are_nearly_right_are_answered(tmp_path: Path) -> None:
    with serving(tmp_path / "streams.sqlite3", LASTS=0.0) as url:
        fuzz = Fuzz(url, seed=1)
        fuzz.make_streams()
        for _ in range(REQUESTS):
            fuzz.step()
    assert {200, 400} <= {status for _, status in fuzz.found}
