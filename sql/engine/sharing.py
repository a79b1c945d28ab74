"""Hands states over: from parent shards to their child, and to a clock that was set back."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sql.engine.contract import Change, HistoryEntry, Kept, Key
from sql.engine.operators.sliding_state import moved
from sql.engine.operators.tumbling import ended_by
from sql.engine.pieces import divided
from sql.engine.storing import Meta, joined, meta_of, opened, packed
from sql.plan.nodes import Aggregate, Node, Over
from streams.core.state import State, merge

if TYPE_CHECKING:
    from sql.program import Program


def inherit(
    program: "Program", states: Sequence[State], owns: Callable[[str], bool], watermark: int | None = None
) -> State:
    """Returns the state of a child shard: its parents' state of the keys that it owns, at the latest of their times.

    With `watermark`, in milliseconds, rows of sliding windows of a later time are removed: their records are still to
    come from an older stream of the same name.
    """
    merged = merge([_plain(program, state) for state in states], owns)
    latest = max((meta_of(state).time for state in states), default=0)
    found = merged._replace(meta=packed(Meta(latest if watermark is None else watermark)))
    return divided(found if watermark is None else _changed(program, found, watermark, lambda time: None))


def set_back(program: "Program", state: State, watermark: int) -> State:
    """Returns the state with no time after the watermark.

    A sliding window's rows of later times count as of the watermark. A group that would end after the end of the
    watermark's own group ends with it. Other operators keep their times: their windows close when the clock gets there.
    """
    time = min(meta_of(state).time, watermark)
    plain = _plain(program, state)._replace(meta=packed(Meta(time)))
    return divided(_changed(program, plain, watermark, lambda time: watermark))


def _plain(program: "Program", state: State) -> State:
    """Returns a state under the names of its operators, without the state of operators that are gone."""
    found = opened(state, program.identities)
    return _stored(Meta(found.meta.time), found.kept)


def _stored(meta: Meta, kept: dict[str, Kept] | object) -> State:
    assert isinstance(kept, dict)
    change = joined(meta, {name: Change(each.entries, (), each.history) for name, each in kept.items()}, ())
    return State(change.meta, change.put, change.history)


def _changed(program: "Program", state: State, watermark: int, late: Callable[[int], int | None]) -> State:
    """Returns a state in which `late` gives new times, or None for none, to rows after the watermark."""
    found = opened(state, program.identities)
    nodes = {name: operator.node for name, operator in zip(program.identities, program.graph.operators, strict=True)}
    kept = {name: _moved(nodes[name], each, watermark, late) for name, each in found.kept.items()}
    return _stored(found.meta, kept)


def _moved(node: Node, kept: Kept, watermark: int, late: Callable[[int], int | None]) -> Kept:
    if isinstance(node, Aggregate) and node.period is not None and late(watermark) is not None:
        entries: dict[Key, bytes] = {
            key: ended_by(node.period, data, watermark) if len(key) == 2 else data for key, data in kept.entries.items()
        }
        return Kept(entries, kept.history)
    if isinstance(node, Over):
        history: list[HistoryEntry] = [row for entry in kept.history for row in moved(entry, watermark, late)]
        return Kept(kept.entries, history)
    return kept
