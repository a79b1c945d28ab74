"""Traces a value of a row back to the partition key, so that state is kept under it and moves with its shard."""

from collections.abc import Sequence

from sql.codegen.graph import Stateful
from sql.plan.expressions import Expr, Field
from sql.plan.nodes import (
    Aggregate,
    Distinct,
    Filter,
    Node,
    Over,
    Plan,
    Project,
    Scan,
    Stagger,
    StreamJoin,
    Union,
)

PARTITION_KEY = "PARTITION_KEY"


class Lineage:
    """Knows which values equal the partition key of their record."""

    def __init__(self, plan: Plan, column: str | None, inputs: Sequence[str]) -> None:
        """Takes the declared partition key, a column of the input, and the names of the input."""
        self._plan, self._column = plan, column
        self._inputs = {plan.source.name, *inputs}
        self._asking: set[tuple[str, int]] = set()

    def place(self, operator: Stateful) -> list[int | None]:
        """Returns where an operator's keys have the partition key: in each frame of an Over, else one place."""
        node = operator.node
        if isinstance(node, Over):
            return [self._among(frame.partition, node.input) for frame in node.frames]
        if isinstance(node, Aggregate | Stagger):
            return [self._among(node.keys, node.input)]
        if isinstance(node, StreamJoin):
            return [self._among([one for one, _ in node.keys], node.left)]
        if isinstance(node, Distinct):
            return [next((slot for slot in range(len(node.columns)) if self.is_key(node.input, slot)), None)]
        return [None]

    def _among(self, keys: Sequence[Expr], node: Node) -> int | None:
        places = (place for place, key in enumerate(keys) if isinstance(key, Field) and self.is_key(node, key.slot))
        return next(places, None)

    def is_key(self, node: Node, slot: int) -> bool:
        """Returns whether the value in a slot of a node's rows is the partition key."""
        if isinstance(node, Scan):
            return self._scanned(node, slot)
        if isinstance(node, Project):
            item = node.items[slot]
            return isinstance(item, Field) and self.is_key(node.input, item.slot)
        if isinstance(node, Aggregate | Stagger):
            at = slot - isinstance(node, Aggregate)
            key = node.keys[at] if 0 <= at < len(node.keys) else None
            return isinstance(key, Field) and self.is_key(node.input, key.slot)
        if isinstance(node, Union):
            return all(self.is_key(branch, slot) for branch in node.branches)
        if isinstance(node, StreamJoin):
            width = len(node.left.columns)
            return self.is_key(node.left, slot) if slot < width else self.is_key(node.right, slot - width)
        inner = node.inputs[0]
        same = isinstance(node, Filter) or slot < len(inner.columns)
        return same and self.is_key(inner, slot)

    def _scanned(self, node: Scan, slot: int) -> bool:
        if node.stream in self._inputs:
            names = [*(column.name for column in node.columns), *node.extras]
            return names[slot] == (self._column or PARTITION_KEY) or names[slot] == PARTITION_KEY in node.extras
        asked = node.stream, slot
        writers = [pump for pump in self._plan.pumps if pump.target == node.stream]
        if asked in self._asking or not writers:
            return False
        self._asking.add(asked)
        found = all(self.is_key(pump.root, slot) for pump in writers)
        self._asking.discard(asked)
        return found
