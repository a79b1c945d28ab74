"""Notes the records that workers apply, in the transaction that applies them."""

import json
from typing import NamedTuple

from applications.market import sink as trades_sink
from applications.market.processor import Trade, TradesProcessor
from applications.market.results import TradeRows
from streams.core.commits import Commit, HeldLease
from streams.core.records import Batch, DeadRecord
from streams.core.state import EMPTY, State
from streams.core.state_log import Write
from streams.engine.commit_store import CommitStore
from tests.audit_app.acks import id_of
from tests.audit_app.models import Step


class Noted(NamedTuple):
    rows: TradeRows | None
    applied: list[tuple[int, str, int]]  # sequence, key, id


class NotingProcessor(TradesProcessor):
    """Computes the results of `trades`, and notes each record since the last results."""

    def __init__(self, state: State = EMPTY) -> None:
        super().__init__(state)
        self._applied: list[tuple[int, str, int]] = []

    def add(self, batch: Batch, events: list[Trade]) -> list[DeadRecord]:
        refused = super().add(batch, events)
        self._applied += zip(batch.sequences, batch.keys, map(id_of, batch.datas), strict=True)
        return refused

    def take(self) -> Noted | None:  # type: ignore[override]
        results, applied = super().take(), self._applied
        self._applied = []
        return Noted(results, applied) if results or applied else None


def write(stream: str, noted: Noted) -> None:
    if noted.rows:
        trades_sink.write(stream, noted.rows)


class NotingStore(CommitStore[Noted]):
    def _advance(self, held: HeldLease, commit: Commit[Noted], write: Write | None) -> None:
        super()._advance(held, commit, write)
        if held.application != "audit":
            return  # another application reads the stream, too
        applied = json.dumps(commit.results.applied if commit.results else [])
        Step(shard=held.shard, counter=held.counter, checkpoint=commit.checkpoint, applied=applied).save()
