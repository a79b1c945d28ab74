"""Bytewax' windows over trades in memory: COUNT → {"seconds", "counted"}."""

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from time import perf_counter

import bytewax.operators as op
import msgspec
from bytewax.dataflow import Dataflow
from bytewax.operators.windowing import SystemClock, TumblingWindower, count_window
from bytewax.testing import TestingSink, TestingSource, run_main

from applications.market.generator import Trades
from applications.market.processor import Trade

BATCH = 1000  # of those tried from 10 to 10,000, the fastest or as fast
Counted = tuple[str, tuple[int, int]]  # key, window, count


def main(records: int) -> None:
    datas = [data for _, data in Trades(Random(1)).take(records)]
    counts: list[Counted] = []
    flow = dataflow(datas, counts)
    began = perf_counter()
    run_main(flow)  # type: ignore[no-untyped-call]
    print(json.dumps({"seconds": perf_counter() - began, "counted": sum(count for _, (_, count) in counts)}))


def dataflow(datas: list[bytes], counts: list[Counted]) -> Dataflow:
    decode = msgspec.json.Decoder(Trade).decode

    def decode_all(batch: list[bytes]) -> Iterable[Trade]:
        return map(decode, batch)

    def key(trade: Trade) -> str:
        return trade.ticker_symbol + trade.trade_type

    flow = Dataflow("trades")
    lines = op.input("list", flow, TestingSource(datas, BATCH))
    trades = op.flat_map_batch("decode", lines, decode_all)
    windower = TumblingWindower(timedelta(minutes=1), datetime(2026, 1, 1, tzinfo=UTC))
    counted = count_window("count", trades, SystemClock(), windower, key)
    op.output("out", counted.down, TestingSink(counts))
    return flow


main(int(sys.argv[1]))
