"""Records that workers apply, noted in the transaction that applies them."""

import json
from typing import NamedTuple

from streams.commits import Commit, Grant
from streams.leases import Leases
from streams.processors.trades import Trade, TradesProcessor
from streams.records import Batch, DeadRecord
from streams.results.trades import TradeRow
from streams.sinks import trades as trades_sink
from tests.ledger.acks import id_of
from tests.ledger.models import Step


class Noted(NamedTuple):
    rows: list[TradeRow]
    applied: list[tuple[int, str, int]]  # sequence, key, id


class NotingProcessor(TradesProcessor):
    """Of `trades`, with a note of each record since the last results."""

    def __init__(self, snapshot: bytes = b"") -> None:
        super().__init__(snapshot)
        self._applied: list[tuple[int, str, int]] = []

    def add(self, batch: Batch, events: list[Trade]) -> list[DeadRecord]:
        refused = super().add(batch, events)
        self._applied += zip(batch.sequences, batch.keys, map(id_of, batch.datas), strict=True)
        return refused

    def take(self) -> Noted | None:  # type: ignore[override]
        rows, applied = super().take() or [], self._applied
        self._applied = []
        return Noted(rows, applied) if rows or applied else None


def write(stream: str, noted: Noted) -> None:
    trades_sink.write(stream, noted.rows)


class NotingLeases(Leases[Noted]):
    def _advance(self, grant: Grant, commit: Commit[Noted]) -> None:
        super()._advance(grant, commit)
        applied = json.dumps(commit.results.applied if commit.results else [])
        Step(shard=grant.shard, counter=grant.counter, checkpoint=commit.checkpoint, applied=applied).save()
