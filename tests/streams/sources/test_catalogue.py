"""What can be produced, by name."""

from pathlib import Path
from random import Random

import pytest
from streams.sources.catalogue import NAMES, open_source

from streams.sources.base import SourceError
from streams.sources.orders import MadeUpOrders, Replay
from streams.sources.trades import Trades

SAMPLE = Path(__file__).parents[2] / "data" / "orders.csv"


def test_each_name_opens_its_source() -> None:
    assert [type(open_source(name, Random(1), 0)) for name in NAMES] == [Trades, MadeUpOrders]
    assert isinstance(open_source("orders", Random(1), 0, SAMPLE), Replay)


def test_orders_are_restricted_to_a_site() -> None:
    for path in (None, SAMPLE):
        assert open_source("orders", Random(1), 0, path, "lisbon").take(1)[0][0] == "lisbon"


@pytest.mark.parametrize(("path", "site", "option"), [(SAMPLE, None, "--file"), (None, "lisbon", "--site")])
def test_trades_have_no_use_for_a_file_or_a_site(path: Path | None, site: str | None, option: str) -> None:
    with pytest.raises(SourceError, match=f"{option} is for orders; trades are always made up."):
        open_source("trades", Random(1), 0, path, site)
