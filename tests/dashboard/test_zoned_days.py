"""A stored day of a zone is the sum of its hours: after late records, removals, and whatever was stored before."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from msgspec.structs import replace

from applications.market import rollups as market
from applications.market import sink
from applications.market.datasets import TABLE
from applications.market.delivering import BOTH
from applications.market.models import TradeStep
from applications.market.results import Tally, TradeRow
from applications.orders import rollups as orders
from applications.orders.models import SiteCount, SiteSecond, SiteStep
from dashboard import ranges
from dashboard.boards import days
from dashboard.steps import reading
from dashboard.steps.models import RowStep
from streams.core import clock
from streams.declarations import Question
from streams.models import AskedPhase, ZonedDay, zoned_days
from streams.models.rollups import EPOCH, LOOK, WAITS, Roller, mark, roll, store_day
from streams.models.zoned_days import DAY, MANY, kept
from tests.dashboard.rows import lease

LADDERS = [replace(each, kept_since=lambda: EPOCH) for each in (BOTH, orders.LADDER)]
MINUTES = 6 * 1440
STARTS = [datetime(2026, month, day, 7, tzinfo=UTC) for month, day in ((10, 2), (10, 23), (10, 30))]
NAMES = ["Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kolkata", "Asia/Kathmandu"]
NAMES += ["Australia/Lord_Howe", "Pacific/Apia"]
ZONES = st.sampled_from(NAMES).map(ZoneInfo)
ROWS = st.lists(
    st.tuples(st.integers(0, MINUTES - 1), st.sampled_from("AB"), st.integers(1, 9)), min_size=1, max_size=6
)
ACTIONS = st.lists(st.one_of(ROWS, st.sampled_from(["roll", "store", "forget"])), max_size=7)


def put(at: datetime, name: str, count: int) -> None:
    price = float(count)
    tally = Tally(count, 5 * count, 100 * count, price, price, price, price, 5, f"{count:020d}")
    sink.write("s", [TradeRow(clock.from_datetime(at), name, "BUY", tally)])
    SiteSecond.objects.update_or_create(stream="s", site=name, second=at, defaults={"lines": count, "peak": count})
    mark("orders", "s", [at])


def roll_all() -> None:
    for ladder in LADDERS:
        while roll(ladder, "s", most=3):
            pass


def store(most: int = 20) -> None:
    """Stores the newest days, among which are all that a test asks for."""
    for ladder in LADDERS:
        for _ in range(most):
            if not store_day(ladder, "s"):
                break


def edges_of(start: datetime, zone: ZoneInfo, minutes: int = MINUTES) -> list[int]:
    since = clock.from_datetime(start)
    return ranges.edges(ranges.Span(since, since + minutes * clock.MINUTE, False, ""), DAY, zone)


def asks(edges: list[int]) -> None:
    """Asks for the days, and lets workers have read past them."""
    lease("trades", clock.to_datetime((edges[-1] + DAY) * 1000), stream="s")
    lease("orders", clock.to_datetime((edges[-1] + DAY) * 1000), stream="s")
    for phase in {edge % DAY for edge in edges} - {0}:
        AskedPhase.objects.create(phase=phase, asked=datetime.now(UTC))
    for name in "AB":
        SiteCount.objects.create(stream="s", site=name, lines=0, as_of=STARTS[0], newest=STARTS[0])


def look(edges: list[int], function: str) -> Any:
    column = "" if function == "count" else "trades"
    asked = Question(stream="s", start=edges[0] * 1000, end=edges[-1] * 1000, step=days.DAY, function=function)
    asked = replace(asked, column=column, by="ticker")
    in_milliseconds = [edge * 1000 for edge in edges]
    found = TABLE.days(asked, in_milliseconds)
    found = found or days.series(replace(TABLE, steps=None).series, asked, in_milliseconds)
    return (
        [market.bars_between("s", name, edges) for name in ("A", "B", market.ALL)],
        orders.counts_between("s", "AB", edges),
        {line.name: line.values for line in found.lines},
    )


def without_days(ask: Callable[[], Any]) -> Any:
    """Returns what is answered while no day of a zone is stored."""
    with transaction.atomic():
        ZonedDay.objects.all().delete()
        found = ask()
        transaction.set_rollback(True)
    return found


def naive(rows: dict[tuple[int, str], int], start: datetime, zone: ZoneInfo) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (minute, name), count in rows.items():
        at = (start + timedelta(minutes=minute)).astimezone(zone)
        found[name][int(datetime(at.year, at.month, at.day, tzinfo=zone).timestamp())] += count
    return found


class Exactness(TestCase):
    @settings(max_examples=25 if settings().max_examples > 10 else 3, deadline=None)  # few on database servers
    @given(
        actions=ACTIONS, start=st.sampled_from(STARTS), zone=ZONES, function=st.sampled_from(["count", "sum", "last"])
    )
    def test_stored_days_equal_their_hours_and_a_naive_count(
        self, actions: list[Any], start: datetime, zone: ZoneInfo, function: str
    ) -> None:
        sink.forget()
        edges = edges_of(start, zone)
        asks(edges)
        rows: dict[tuple[int, str], int] = {}
        for action in [*actions, "roll", "store"]:
            match action:
                case "roll":
                    roll_all()
                case "store":
                    store(most=3)
                case "forget":
                    SiteStep.objects.filter(site="A").delete()
                    reading.forget(TABLE, "ticker", "A")
                case records:
                    for minute, name, count in records:
                        rows[minute, name] = count
                        put(start + timedelta(minutes=minute), name, count)
            found = look(edges, function)
            if ZonedDay.objects.exists():  # else the same would be asked twice
                assert found == without_days(lambda: look(edges, function))
        bars, counts, _ = found
        expected = naive(rows, start, zone)
        found_bars = [{int(bar.start.timestamp()): bar.bought for bar in found} for found in bars[:2]]
        assert found_bars == [expected["A"], expected["B"]]
        sites = {site: {int(at.timestamp()): count.lines for at, count in of.items()} for site, of in counts.items()}
        assert "forget" in actions or sites == {site: of for site, of in expected.items() if of}


@pytest.mark.django_db
def test_stored_days_are_read_and_the_hours_are_not() -> None:
    sink.forget()
    edges = edges_of(STARTS[1], ZoneInfo("Europe/Berlin"))
    asks(edges)
    for minute in range(0, MINUTES, 90):
        put(STARTS[1] + timedelta(minutes=minute), "A", 2)
    roll_all()
    expected = look(edges, "sum")
    store()
    TradeStep.objects.filter(step__lt=DAY).exclude(start__date="2026-10-25").exclude(start__date="2026-10-24").delete()
    hours = RowStep.objects.filter(step__lt=DAY)
    hours.exclude(start__range=(edges[2] - 4 * 3600, edges[3])).delete()
    assert edges[3] - edges[2] == 25 * 3600
    assert look(edges, "sum") == expected


@pytest.mark.django_db
def test_late_record_takes_back_the_days_that_hold_it_and_no_other() -> None:
    sink.forget()
    edges = edges_of(STARTS[0], ZoneInfo("America/New_York"))
    asks(edges)
    store()
    assert kept("trades", "s", edges) == set(edges[:-1])
    put(clock.to_datetime((edges[2] + 60) * 1000), "A", 1)
    assert kept("trades", "s", edges) == set(edges[:-1])  # the hours do not have it yet either
    roll_all()
    assert set(edges[:-1]) - kept("trades", "s", edges) <= {edges[1], edges[2], edges[3]}
    assert edges[2] not in kept("trades", "s", edges)
    store()
    assert kept("trades", "s", edges) == set(edges[:-1])


@pytest.mark.django_db
def test_day_that_is_not_over_or_not_asked_for_is_not_stored() -> None:
    zoned_days.forget_noted()
    start = int(datetime(2026, 6, 1, 4, tzinfo=UTC).timestamp())
    lease("trades", clock.to_datetime((start + 2 * DAY - 1) * 1000), stream="s")
    assert not store_day(BOTH, "s")
    few, many = ([start - DAY * place for place in range(count, -2, -1)] for count in (MANY - 2, MANY))
    assert (kept("trades", "s", few), AskedPhase.objects.count()) == (set(), 0)
    assert (kept("trades", "s", many), AskedPhase.objects.get().phase) == (set(), 4 * 3600)
    assert store_day(BOTH, "s")
    assert ZonedDay.objects.get().start == start


@pytest.mark.django_db
def test_worker_stores_days_some_minutes_after_its_start_and_looks_again_after_a_minute() -> None:
    start = int(datetime(2026, 6, 1, 4, tzinfo=UTC).timestamp())
    lease("trades", clock.to_datetime((start + DAY) * 1000), stream="s")
    noted = [ZonedDay(application="trades", stream="s", start=start - day * DAY) for day in range(5, 395)]
    ZonedDay.objects.bulk_create(noted)  # for speed alone: the ten at both ends are missing
    now = [0.0]
    roller = Roller(BOTH, "s", lambda: now[0])
    found = []
    for now[0] in (0.0, WAITS, WAITS + LOOK - 9, WAITS + LOOK):
        roller()
        found.append(ZonedDay.objects.count())
        AskedPhase.objects.update_or_create(phase=4 * 3600, defaults={"asked": datetime.now(UTC)})
        ZonedDay.objects.filter(start__gte=start - 9 * DAY).delete()
    assert found == [390, 400, 390, 400]


@pytest.mark.django_db
def test_upgrade_takes_back_all_days() -> None:
    zoned_days.note_kept("trades", "s", 4 * 3600)
    call_command("migrate", verbosity=0)
    assert not ZonedDay.objects.exists()
