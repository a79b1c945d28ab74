"""Steps of hours and days follow the days of a zone, in which clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from applications.market import history, rollups
from applications.market.models import TradeMinute
from applications.orders.models import SiteCount, SiteSecond
from applications.orders.rollups import LADDER as ORDERS_LADDER
from applications.orders.rollups import counts_between
from dashboard import periods, ranges
from dashboard.ranges import Span
from dashboard.steps.pieces import moments
from streams.core import clock
from streams.models.rollups import EPOCH, mark, roll
from tests.dashboard.rows import trades

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Pacific/Apia",
]
FIRST = int(datetime(2010, 1, 1, tzinfo=UTC).timestamp())
BERLIN = ZoneInfo("Europe/Berlin")


def spans() -> st.SearchStrategy[Span]:
    """Times of an hour to 30 days that begin in any minute of 16 years."""
    return st.builds(
        lambda minute, minutes: Span((FIRST + 60 * minute) * 1000, (FIRST + 60 * (minute + minutes)) * 1000, False, ""),
        st.integers(0, 16 * 366 * 1440), st.integers(60, 30 * 1440),
    )  # fmt: skip


def naive(zone: ZoneInfo, hours: int, moment: int) -> bool:
    """Returns whether a step begins at a minute: its hour is a multiple, or the one before was of another step."""
    now, before = (datetime.fromtimestamp(at, UTC).astimezone(zone) for at in (moment, moment - 60))
    return (now.date(), now.hour // hours) > (before.date(), before.hour // hours)


@given(span=spans(), zone=st.sampled_from(ZONES).map(ZoneInfo), hours=st.sampled_from([3, 6, 12, 24]))
def test_edges_are_where_the_clocks_of_the_zone_begin_a_step(span: Span, zone: ZoneInfo, hours: int) -> None:
    found = ranges.edges(span, hours * 3600, zone)
    start, end = span.start // 1000, span.end // 1000
    assert found[0] <= start < found[1]
    assert found[-2] < end <= found[-1]
    quarters = range(found[0] // 900 * 900, found[-1] + 1, 900)  # clocks change on a quarter of an hour
    assert found == [moment for moment in quarters if naive(zone, hours, moment)]
    steps = ((level, int(at.timestamp())) for level, part in moments(found, rollups.STEPS[:0:-1]) for at in part)
    together = sorted((at, at + level) for level, at in steps)
    assert [begin for begin, _ in together] == [found[0], *(until for _, until in together[:-1])]
    assert together[-1][1] == found[-1]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)])
@pytest.mark.django_db
def test_day_in_which_clocks_change_is_one_bar(day: str, hours: int) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=BERLIN).astimezone(UTC)
    ends = midnight + timedelta(hours=hours)
    for moment in (midnight - timedelta(minutes=1), midnight, ends - timedelta(minutes=1), ends):
        trades(moment, "AAA", "BUY", 2)
        SiteSecond.objects.create(stream="orders", site="paris", second=moment, lines=3, peak=3)
    mark("trades", "trades", TradeMinute.objects.values_list("minute", flat=True))
    mark("orders", "orders", TradeMinute.objects.values_list("minute", flat=True))
    SiteCount.objects.create(stream="orders", site="paris", lines=0, as_of=ends, newest=ends)
    for ladder in (rollups.LADDER, ORDERS_LADDER):
        roll(replace(ladder, kept_since=lambda: EPOCH), ladder.application)
    request = RequestFactory().get("/", {"range": "365d", "zone": "Europe/Berlin"})
    found = history.history("trades", "AAA", periods.read(request, ends + timedelta(days=9)))
    place = found["at"].index(int(midnight.timestamp()))
    assert (found["bought"][place - 1 : place + 2], found["at"][place + 1]) == ([2, 4, 2], int(ends.timestamp()))
    lengths = [
        list(row)[2] for row in history.csv_rows("trades", "AAA", periods.read(request, ends + timedelta(days=9)))
    ]
    assert lengths[1] == hours * 3600
    counts = counts_between("orders", ["paris"], found["at"])["paris"]
    assert counts[midnight].lines == 6
    assert clock.from_datetime(midnight) // 1000 in found["at"]
