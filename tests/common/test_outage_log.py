"""An outage is told of at once, then ever more rarely, and when it is over."""

import logging

import pytest

from common.outage_log import OutageLog

logger = logging.getLogger("streams.test")


def test_a_long_outage_takes_few_lines(caplog: pytest.LogCaptureFixture) -> None:
    times = iter([100.0, 163.0])
    outage = OutageLog(logger, lambda: next(times))
    for _ in range(63):
        outage.failure(OSError("It is away."))
    outage.recovered()
    outage.recovered()
    assert caplog.messages == ["It is away; trying again"] * 6 + ["What failed answers again, after 63 s"]


def test_another_reason_is_logged_at_once(caplog: pytest.LogCaptureFixture) -> None:
    outage = OutageLog(logger, lambda: 0.0)
    for reason in ("away", "away", "away", "full"):
        outage.failure(OSError(reason))
    outage.recovered()
    outage.failure(OSError("full"))
    assert [line.partition(";")[0] for line in caplog.messages] == [
        "away",
        "away",
        "full",
        "What failed answers again, after 0 s",
        "full",
    ]


def test_outage_is_not_logged_before_its_patience_is_over(caplog: pytest.LogCaptureFixture) -> None:
    times = iter([0.0, 0.0, 29.0, 31.0, 31.5, 40.0, 50.0, 60.0, 60.0])
    outage = OutageLog(logger, lambda: next(times), "shard 7 cannot be read: ", 30.0)
    for _ in range(5):
        outage.failure(OSError("busy"))
    outage.recovered()
    outage.failure(OSError("busy"))
    outage.recovered()
    told = "shard 7 cannot be read: busy; trying again"
    assert caplog.messages == [told, told, "shard 7 cannot be read: What failed answers again, after 50 s"]


@pytest.fixture(autouse=True)
def _all_lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger=logger.name)
