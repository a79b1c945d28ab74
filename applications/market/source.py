"""Opens the source of made-up trades for `manage.py produce trades`."""

from collections.abc import Mapping
from random import Random
from typing import Any

from applications.market.generator import Trades
from applications.market.models import TRADES
from streams.applications import SourceKind


def _open(options: Mapping[str, Any], rng: Random, start: int) -> Trades:
    return Trades(rng)


SOURCE = SourceKind(name=TRADES, help="made-up stock trades", open=_open)
