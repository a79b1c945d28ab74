"""A shard is split: each child goes on exactly where the parent stopped, for its own keys."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from applications.market import processor as market_processor
from applications.orders import processor as orders_processor
from streams.core.records import Batch
from streams.core.state import EMPTY
from tests.applications.market.test_processor import TRADE, add
from tests.applications.orders.test_processor import START, Run
from tests.kept import saved

Owns = Callable[[str], bool]
SITES = ["berlin", "london", "paris"]


def is_first(key: str) -> bool:
    return key < "c"


def is_second(key: str) -> bool:
    return not is_first(key)


def test_open_minutes_go_on_in_the_child_that_owns_the_ticker() -> None:
    parent = market_processor.TradesProcessor()
    add(parent, START, [TRADE | {"tickerSymbol": "a"}, TRADE | {"tickerSymbol": "z"}])
    state = saved(parent)
    children = [
        market_processor.TradesProcessor(market_processor.inherit([state], owns)) for owns in (is_first, is_second)
    ]
    found = [
        add(child, START + 1, [TRADE | {"tickerSymbol": name}]) for child, name in zip(children, "az", strict=True)
    ]
    assert [[(row.ticker, row.tally.trades) for row in rows] for rows in found] == [[("a", 2)], [("z", 2)]]
    assert [child.take() for child in children] == [None, None]


def test_merged_child_has_the_state_of_both_parents() -> None:
    parents = [market_processor.TradesProcessor(), market_processor.TradesProcessor()]
    for parent, name in zip(parents, "az", strict=True):
        add(parent, START, [TRADE | {"tickerSymbol": name}])
    child = market_processor.TradesProcessor(
        market_processor.inherit([saved(parent) for parent in parents], lambda key: True)
    )
    rows = add(child, START + 1, [TRADE | {"tickerSymbol": "a"}, TRADE | {"tickerSymbol": "z"}])
    assert sorted((row.ticker, row.tally.trades) for row in rows) == [("a", 2), ("z", 2)]


def test_parents_without_a_record_leave_no_state() -> None:
    assert market_processor.TradesProcessor(market_processor.inherit([EMPTY, EMPTY], is_first)).take() is None
    assert orders_processor.OrdersProcessor(orders_processor.inherit([EMPTY], is_first), 30).take() is None


batches = st.lists(
    st.tuples(st.integers(0, 5000), st.lists(st.sampled_from(SITES), min_size=1, max_size=6)), max_size=25
)


@given(batches, st.integers(0, 25))
def test_alarms_are_the_same_with_and_without_a_split(history: list[tuple[int, list[str]]], at: int) -> None:
    whole, split = Run(), Run()
    children: list[tuple[Owns, Any]] = []
    for index, (wait, sites) in enumerate(history):
        whole.add(wait, *sites)
        if index == at:
            state = split.kept.state
            children = [(owns, split.build(orders_processor.inherit([state], owns))) for owns in (is_first, is_second)]
        if not children:
            split.add(wait, *sites)
            continue
        split.now = whole.now
        first = whole.sequence - len(sites)
        for owns, child in children:
            mine = [(first + place, site) for place, site in enumerate(sites) if owns(site)]
            if mine:
                names = [site for _, site in mine]
                child.add(Batch(whole.now, [number for number, _ in mine], names, []), names)
            split.processor = child
            split._take()
    assert {key: episode.lines for key, episode in split.episodes.items()} == {
        key: episode.lines for key, episode in whole.episodes.items()
    }
    assert [call[:4] for call in sorted(split.calls)] == [call[:4] for call in sorted(whole.calls)]
