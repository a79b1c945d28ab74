"""Runs the active version of an application on one lease: the bridge between the worker and the engine."""

from collections.abc import Callable, Sequence
from secrets import token_hex
from typing import Any, NamedTuple

import msgspec

from sql.engine.contract import Results
from sql.live.deployed import Deployed
from streams.core.hashing import HASH_SPACE, hash_key
from streams.core.processor import ELSEWHERE, MOST_KNOWN, refuse
from streams.core.records import Batch, DeadRecord
from streams.core.state import State, StateChange, merge


class Switch(NamedTuple):
    """Describes the step from which on a lease computes with another version."""

    before: int
    version: int
    sequence: int | None  # of the first record; None only where a lease begins (`before` is 0) with no record yet
    arrived: int  # milliseconds


class LiveResults(NamedTuple):
    """Holds the results of one step of a lease."""

    deployed: Deployed
    shard: str
    epoch: str
    ordinal: int  # of the first row
    results: Results
    watermark: int  # milliseconds
    switch: Switch | None = None


class _Meta(msgspec.Struct, array_like=True):
    """Is kept with the state.

    `epoch` is drawn when a lease begins: with the number of rows written so far it names each row for ever.
    """

    version: int  # that made the state
    epoch: str
    ordinal: int
    engine: bytes  # the engine's own meta


NOTHING = Results([], [], {})
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Meta).decode


class SqlProcessor:
    """Computes the rows of one lease with the version that `configure` gets, from one step to the next."""

    def __init__(self, shard: str, state: State, version: Callable[[int | None], Deployed]) -> None:
        """Takes the state; `version` returns a version by its number, the active one for None."""
        self._shard = shard
        meta = _decode(state.meta) if state.meta else None
        self._deployed = self._wanted = version(meta.version if meta else None)
        self._epoch = meta.epoch if meta and meta.epoch else token_hex(8)
        self._ordinal = meta.ordinal if meta else 0
        self._before = 0 if meta is None else None
        self._first: tuple[int | None, int] | None = None
        own, runs = state._replace(meta=meta.engine if meta else b""), self._deployed
        self._engine = runs.program.start(own, runs.tables, runs.start)
        self._watermark = 0

    def configure(self, settings: Any) -> None:
        """Takes the version that computes from the next record on.

        Until that record comes, time passes under the version before: a switch between two records would have no place
        in the stream that can be named, since many records can arrive in one millisecond.
        """
        if settings is not None:
            self._wanted = settings

    def add(self, batch: Batch, events: list[bytes]) -> Sequence[DeadRecord]:
        if self._wanted.number != self._deployed.number:
            self._take_over()
        if self._before is not None and self._first is None:
            self._first = (batch.sequences[0], batch.arrived)
        return self._engine.add(batch, events)

    def advance(self, watermark: int) -> None:
        self._watermark = watermark
        self._engine.advance(watermark)

    def take(self) -> LiveResults | None:
        found = self._engine.take()
        switch = self._switched()
        if found is None and switch is None:
            return None
        ordinal = self._ordinal
        if found:
            self._ordinal += sum(len(packet.rows) for packet in found.packets) + len(found.faults)
        return LiveResults(self._deployed, self._shard, self._epoch, ordinal, found or NOTHING, self._watermark, switch)

    def changes(self) -> StateChange:
        found = self._engine.changes()
        return found._replace(meta=_encode(_Meta(self._deployed.number, self._epoch, self._ordinal, found.meta)))

    def _take_over(self) -> None:
        """Goes on with the wanted version."""
        if self._before is None:
            self._before = self._deployed.number
        self._deployed = self._wanted
        self._engine.switch(self._deployed.program, self._deployed.tables, self._deployed.start)

    def _switched(self) -> Switch | None:
        """Returns the switch once, with the step after it."""
        if self._before is None:
            return None
        before, self._before = self._before, None
        sequence, arrived = self._first or (None, self._watermark)
        self._first = None
        return Switch(before, self._deployed.number, sequence, arrived)


class RawDecoder:
    """Passes the bytes of records on: the engine decodes them by the schema.

    It refuses a record that lies outside of the shard of its key, as streams.core.processor.Decoder does.
    """

    def __init__(self, hash_start: int = 0, hash_end: int = HASH_SPACE - 1) -> None:
        self._range = (hash_start, hash_end)
        self._known: set[str] = set()  # valid keys within the hash range

    def under_any_key(self) -> "RawDecoder":
        """Returns a decoder for a whole stream."""
        return RawDecoder()

    def within(self, hash_start: int, hash_end: int) -> "RawDecoder":
        """Returns a decoder for one shard."""
        return RawDecoder(hash_start, hash_end)

    def __call__(self, batch: Batch) -> tuple[Batch, list[bytes], list[DeadRecord]]:
        """Returns the good part of the batch, its datas, and the refused records."""
        if self._range == (0, HASH_SPACE - 1) or not (outside := self._outside(set(batch.keys))):
            return batch, batch.datas, []
        places = range(len(batch.keys))
        good = [at for at in places if batch.keys[at] not in outside]
        dead = refuse(batch, [at for at in places if batch.keys[at] in outside], lambda key: ELSEWHERE.format(key=key))
        sequences, keys, datas = batch.sequences, batch.keys, batch.datas
        kept = Batch(
            batch.arrived, [sequences[at] for at in good], [keys[at] for at in good], [datas[at] for at in good]
        )
        return kept, kept.datas, dead

    def _outside(self, keys: set[str]) -> set[str]:
        new = keys - self._known
        start, end = self._range
        outside = {key for key in new if not start <= hash_key(key) <= end}
        if len(self._known) + len(new) > MOST_KNOWN:
            self._known.clear()
        self._known |= new - outside
        return outside


class States:
    """Hands the states of one application over, from lease to lease, and to a clock that was set back."""

    def __init__(self, version: Callable[[int | None], Deployed]) -> None:
        """Takes the function that returns a version by its number."""
        self._version = version

    def inherit(self, states: Sequence[State], owns: Callable[[str], bool], watermark: int | None = None) -> State:
        """Returns a lease's first state: the parts of its keys, under the active version if that made one of them.

        A state of another version keeps the operators that are the same. With no state of the active version, the
        newest one decides, and the lease switches at its first record.
        """
        metas = [_decode(state.meta) for state in states if state.meta]
        if not metas:
            return merge(states, owns)
        made = {meta.version for meta in metas}
        last = active if len(made) > 1 and (active := self._version(None).number) in made else max(made)
        own = [_unwrapped(state) for state in states]
        found = self._version(last).program.inherit(own, owns, watermark)
        return found._replace(meta=_encode(_Meta(last, "", 0, found.meta)))

    def set_back(self, state: State, watermark: int) -> State:
        """Returns a state without times later than a watermark, in milliseconds."""
        if not state.meta:
            return state
        meta = _decode(state.meta)
        found = self._version(meta.version).program.set_back(_unwrapped(state), watermark)
        meta.engine = found.meta
        return found._replace(meta=_encode(meta))


def _unwrapped(state: State) -> State:
    return state._replace(meta=_decode(state.meta).engine) if state.meta else state
