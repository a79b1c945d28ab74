"""Cuts a plan into segments: chains of filters, projections and sliding windows, each fused into one loop.

A segment reads rows from one buffer and ends in a sink: a stream's buffer, or an operator that keeps state and has a
buffer of its own. Buffers are numbered; segments stand in an order in which each reads only buffers that those before
it write.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sql.plan.expressions import Expr, Field
from sql.plan.nodes import (
    Aggregate,
    Column,
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
    Pump,
    Scan,
    Stagger,
    StreamJoin,
    TopItems,
    Union,
)


@dataclass(slots=True, eq=False)
class Stateful:
    """Describes an operator with state: its node, its place among all, and the buffer of its rows (None in a loop)."""

    number: int
    node: Node
    pump: Pump
    target: int | None


@dataclass(slots=True, eq=False)
class Segment:
    """Describes a loop. `source` and `target` are buffers.

    The rows for an operator are prepared: `prefix` has the expressions before the row, and `whole` says whether the row
    follows. An Aggregate takes its rows inside the loop.
    """

    pump: Pump
    source: int
    columns: tuple[Column, ...]  # of the source
    extras: tuple[str, ...] = ()
    chain: list[Node] = field(default_factory=list)
    sliding: list[Stateful] = field(default_factory=list)  # of the Overs in the chain, in order
    target: int | None = None
    sink: Stateful | None = None
    side: int = 0
    prefix: tuple[Expr, ...] = ()
    whole: bool = True
    stream: str = ""  # the stream that the target is


@dataclass(slots=True)
class Graph:
    """Holds the segments and operators of a plan. The first `inputs` buffers have the rows of records."""

    segments: list[Segment] = field(default_factory=list)
    operators: list[Stateful] = field(default_factory=list)
    streams: dict[str, int] = field(default_factory=dict)
    inputs: int = 1
    buffers: int = 0

    def buffer(self) -> int:
        self.buffers += 1
        return self.buffers - 1


def target_of(pump: Pump) -> str:
    """Returns the stream that a pump writes; a bare query writes one of its own name."""
    return pump.target or pump.name


def cut(plan: Plan, pumps: Sequence[Pump], inputs: Sequence[str]) -> Graph:
    """Returns the graph of pumps; `inputs` are the names of the inputs, that of the plan's source first."""
    graph = Graph()
    for name in dict.fromkeys([plan.source.name, *inputs, *plan.streams, *map(target_of, pumps)]):
        graph.streams[name] = graph.buffer()
    graph.inputs = len({plan.source.name, *inputs})
    for pump in pumps:
        segment = _Cutter(graph, pump).into(pump.root)
        segment.stream = target_of(pump)
        segment.target = graph.streams[segment.stream]
        graph.segments.append(segment)
    return graph


WAITS = (Stagger, TopItems, DistinctCount)


def meets(graph: Graph) -> bool:
    """Returns whether two paths of one row meet again within a step, so that rows must go through one by one.

    Else the rows of a batch would come out path by path, and their order would depend on how records are cut into
    batches.
    """
    direct = set(range(graph.inputs))
    reached: set[object] = set()
    for segment in graph.segments:
        if segment.source not in direct or segment.target is None:
            continue
        node = None if segment.sink is None else segment.sink.node
        if isinstance(node, WAITS) or (isinstance(node, Aggregate | Order | Distinct) and _waits(node)):
            continue
        if segment.target in reached or isinstance(node, Order):
            return True
        reached.add(segment.target)
        direct.add(segment.target)
    return graph.inputs > 1


def _waits(node: Aggregate | Order | Distinct) -> bool:
    return node.period is not None and not isinstance(node, Distinct)


class _Cutter:
    """Cuts the tree of one pump, inputs first."""

    def __init__(self, graph: Graph, pump: Pump) -> None:
        self._graph, self._pump = graph, pump

    def into(self, node: Node) -> Segment:
        """Returns the open segment at whose end the node's rows are."""
        if isinstance(node, Scan):
            return Segment(self._pump, self._graph.streams[node.stream], node.columns, node.extras)
        if isinstance(node, Filter | Project | Over):
            segment = self.into(node.input)
            segment.chain.append(node)
            if isinstance(node, Over):
                segment.sliding.append(self._stateful(node, None))
            return segment
        target = self._graph.buffer()
        if isinstance(node, Union):
            for branch in node.branches:
                self._close(self.into(branch), target)
        else:
            self._feed(node, target)
        return Segment(self._pump, target, node.columns)

    def _feed(self, node: Node, target: int) -> None:
        """Makes the operator of a node and the segments of its inputs."""
        segments = [self.into(each) for each in node.inputs]
        operator = self._stateful(node, target)
        for side, segment in enumerate(segments):
            segment.sink, segment.side = operator, side
            segment.prefix, segment.whole = prepared(node, side)
            self._close(segment, target)

    def _close(self, segment: Segment, target: int) -> None:
        segment.target = target
        self._graph.segments.append(segment)

    def _stateful(self, node: Node, target: int | None) -> Stateful:
        operators = self._graph.operators
        operators.append(Stateful(len(operators), node, self._pump, target))
        return operators[-1]


def prepared(node: Node, side: int = 0) -> tuple[tuple[Expr, ...], bool]:
    """Returns the expressions before the row in a prepared row, and whether the row follows them."""
    if isinstance(node, Stagger | Aggregate):
        return (*node.keys, *(arg for call in node.calls for arg in call.args)), False
    if isinstance(node, Order):
        return tuple(key.expr for key in node.keys), True
    if isinstance(node, LookupJoin):
        return tuple(expr for expr, _ in node.keys), True
    if isinstance(node, StreamJoin):
        return tuple(pair[side] for pair in node.keys), True
    if isinstance(node, TopItems | DistinctCount):
        return _fields(node.input, (node.slot,)), False
    if isinstance(node, Forest | Hotspots):
        return _fields(node.input, node.slots), True
    return (), True


def _fields(node: Node, slots: Sequence[int]) -> tuple[Expr, ...]:
    columns = node.columns
    return tuple(Field(slot=slot, type=columns[slot].type, nullable=columns[slot].nullable) for slot in slots)
