"""Proves that each shard can be computed alone, or names the operators that need the whole stream.

A shard holds all records of its partition keys. So an operator that keeps rows may see one shard alone if the partition
key is among its own keys: the rows that it brings together are in one shard. Operators that keep nothing may always.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sql.analysis.assignment import fits
from sql.analysis.names import shown, written
from sql.plan.expressions import Convert, Expr, Field
from sql.plan.nodes import (
    Aggregate,
    Distinct,
    DistinctCount,
    Filter,
    Forest,
    Hotspots,
    LookupJoin,
    Node,
    Order,
    Over,
    Plan,
    Project,
    Proof,
    Pump,
    Scan,
    Stagger,
    StreamJoin,
    TopItems,
    Union,
)
from sql.plan.words import call_words

PARTITION_KEY = "PARTITION_KEY"
SENTENCES_MOST = 50
Slots = frozenset[int]  # the slots of a row that hold the partition key of the record from which it comes
NONE: Slots = frozenset()


class Against(NamedTuple):
    """Says why an operator needs the whole stream."""

    pump: str
    line: int
    reason: str


@dataclass(slots=True)
class _Search:
    """Follows the partition key through the plan, and collects the operators that keep rows."""

    key: str  # the column as the script writes it, or "" if the application names none
    streams: dict[str, Slots]
    pump: str = ""
    against: list[Against] = field(default_factory=list)
    keyed: list[str] = field(default_factory=list)

    def slots(self, node: Node) -> Slots:
        """Returns the slots of a node's rows that hold the partition key, after a look at all operators below."""
        below = [self.slots(each) for each in node.inputs]
        match node:
            case Scan():
                extra = len(node.columns) - len(node.extras)
                own = {extra + node.extras.index(PARTITION_KEY)} if PARTITION_KEY in node.extras else NONE
                return self.streams.get(node.stream, NONE) | own
            case Filter() | Order() | Distinct() | Over() | Forest() | Hotspots() | LookupJoin():
                self._check(node, below[0])
                return below[0]
            case Project():
                return _carried(node.items, below[0])
            case Aggregate():
                self._check(node, below[0])
                return _carried((node.value, *node.keys), below[0])
            case Stagger():
                self._check(node, below[0])
                return _carried(node.keys, below[0])
            case StreamJoin():
                self._check_join(node, below)
                width = len(node.left.columns)
                left = below[0] if node.kind in {"INNER", "LEFT"} else NONE  # of the others NULLs may stand there
                right = {slot + width for slot in below[1]} if node.kind in {"INNER", "RIGHT"} else NONE
                return left | right
            case Union():
                return frozenset.intersection(*below)
        self._check(node, below[0] if below else NONE)
        return NONE

    def _check(self, node: Node, slots: Slots) -> None:
        reason = _reason(node, slots, self.key)
        if reason:
            self.against.append(Against(self.pump, node.line, reason))
        elif not isinstance(node, Filter | LookupJoin):
            self.keyed.append(f"line {node.line}")

    def _check_join(self, node: StreamJoin, below: list[Slots]) -> None:
        if any(_is_key(one, below[0]) and _is_key(other, below[1]) for one, other in node.keys):
            self.keyed.append(f"line {node.line}")
        else:
            reason = (
                f"the join does not compare {self.key} of both sides" if self.key else "the join brings rows together"
            )
            self.against.append(Against(self.pump, node.line, reason))


def _is_key(expr: Expr, slots: Slots) -> bool:
    """Returns whether an expression is the partition key itself, perhaps checked for a column that is NOT NULL."""
    while isinstance(expr, Convert) and fits(expr.arg.type, expr.type):
        expr = expr.arg
    return isinstance(expr, Field) and expr.slot in slots


def _carried(items: Iterable[Expr], slots: Slots) -> Slots:
    return frozenset(slot for slot, each in enumerate(items) if _is_key(each, slots))


def _reason(node: Node, slots: Slots, key: str) -> str:
    """Returns why an operator needs the whole stream, or an empty text."""
    without = f"without {key}" if key else "over rows of all shards"
    match node:
        case Aggregate() if node.period is None:
            return "groups end when their MONOTONIC value changes, which a row of any shard may do"
        case Aggregate() if not any(_is_key(each, slots) for each in (node.value, *node.keys)):
            return f"GROUP BY {without}"
        case Stagger() if not any(_is_key(each, slots) for each in node.keys):
            return f"WINDOWED BY STAGGER {without}"
        case Over():
            free = [
                call for call in node.calls if not any(_is_key(e, slots) for e in node.frames[call.frame].partition)
            ]
            return (
                f"{call_words(free[0], node.input.columns)} {without} in PARTITION BY"
                if free and key
                else (f"{call_words(free[0], node.input.columns)} {without}" if free else "")
            )
        case Distinct() if not slots:
            return f"SELECT DISTINCT {without}"
        case Order():
            return (
                "ORDER BY sorts rows of all shards"
                if node.period or not _below_keeps(node)
                else "ORDER BY sorts groups of all shards"
            )
        case TopItems() | DistinctCount():
            return "the function counts the items of all shards"
        case Forest() | Hotspots():
            return "the function learns from the rows of all shards"
    return ""


def _below_keeps(node: Node) -> bool:
    return any(isinstance(each, Aggregate | Stagger) for each in node.inputs)


def prove(plan: Plan, key: str | None, inputs: int) -> Proof:
    """Returns whether each shard can be computed alone. `key` is the column that equals the partition key."""
    search = _searched(plan, key)
    if inputs > 1:
        return Proof(
            per_shard=False,
            sentences=(f"The shards are dealt out to {inputs} input streams, which one lease keeps together.",),
        )
    if search.against:
        return Proof(per_shard=False, sentences=_sentences(search, key))
    if not search.keyed:
        return Proof(per_shard=True, sentences=("No operator keeps rows, so that each shard can be computed alone.",))
    places = ", ".join(list(dict.fromkeys(search.keyed))[:SENTENCES_MOST])
    name = search.key or PARTITION_KEY
    return Proof(
        per_shard=True,
        sentences=(f"Every operator that keeps rows has the partition key {name} among its keys ({places}).",),
    )


def carried(plan: Plan, key: str | None) -> dict[str, Slots]:
    """Returns the slots of each stream's rows that hold the partition key. `key` is the column that equals it."""
    return _searched(plan, key).streams


def _searched(plan: Plan, key: str | None) -> _Search:
    source = [slot for slot, each in enumerate(plan.source.columns) if each.name == key]
    search = _Search(written(key) if key else "", {plan.source.name: frozenset(source)})
    filled: dict[str, list[Slots]] = {}
    for pump in plan.pumps:
        _look(search, pump, filled)
    return search


def _look(search: _Search, pump: Pump, filled: dict[str, list[Slots]]) -> None:
    """Looks at a pump; a stream holds the key where all of its pumps put it."""
    search.pump = pump.name
    filled.setdefault(pump.target, []).append(search.slots(pump.root))
    search.streams[pump.target] = frozenset.intersection(*filled[pump.target])


def _sentences(search: _Search, key: str | None) -> tuple[str, ...]:
    begin = (
        []
        if key
        else ["The application names no partition_key, so that rows with equal keys may be in several shards."]
    )
    against = [
        f"Pump {shown(each.pump)}, line {each.line}, needs the whole stream: {each.reason}."
        for each in search.against[:SENTENCES_MOST]
    ]
    return (*begin, *dict.fromkeys(against))
