"""Each source opens by its name, with its own options and no other's."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from applications.fleet.generator import Fleet
from applications.market.generator import Trades
from applications.orders.generator import MadeUpOrders, Replay
from applications.probes.source import Checks
from applications.quotes.source import KeptBars
from streams import applications
from streams.sources.base import Source, SourceError

SAMPLE = Path(__file__).parents[1] / "data" / "orders.csv"


def opened(name: str, **options: Any) -> Source:
    return applications.find_source(name).open(options, Random(1), 0)


def test_each_name_opens_its_source() -> None:
    own_streams = [name for name, kind in applications.sources().items() if kind.names_stream]
    assert [type(opened(name)) for name in own_streams] == [Trades, MadeUpOrders, Checks, KeptBars, Fleet]
    assert isinstance(opened("orders", file=SAMPLE), Replay)


def test_an_unknown_source_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(applications.UnknownNameError) as caught:
        opened("weather")
    assert str(caught.value) == "There is no source 'weather'. There are: trades, orders, probes, quotes, fleet, lines."


def test_orders_are_restricted_to_a_site() -> None:
    for path in (None, SAMPLE):
        assert opened("orders", file=path, site="lisbon").take(1)[0][0] == "lisbon"


def test_file_options_need_a_file() -> None:
    with pytest.raises(SourceError, match="are about a file"):
        opened("orders", encoding="cp1252")
