"""Fixtures that the tests of tails share."""

from collections.abc import Iterator

import pytest

from ingest.tails import finding


@pytest.fixture(autouse=True, scope="package")
def searches_take_no_time() -> Iterator[None]:
    """A search on a busy machine may take long; the clocks of these tests do not know of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finding, "SHARE", 0)
        yield
