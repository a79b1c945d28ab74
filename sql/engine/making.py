"""Makes the operators of a graph from their nodes and their stored state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sql.codegen.graph import Stateful
from sql.codegen.module import Module
from sql.engine.contract import Kept, Operator
from sql.engine.lineage import Lineage
from sql.engine.operators.distinct import DistinctOperator
from sql.engine.operators.distinct_count import DistinctCountOperator
from sql.engine.operators.forest import ForestOperator, seed_of
from sql.engine.operators.hotspots import HotspotsOperator
from sql.engine.operators.join import StreamJoinOperator
from sql.engine.operators.lookup import LookupJoinOperator, Table
from sql.engine.operators.order import OrderOperator
from sql.engine.operators.report import Report
from sql.engine.operators.sliding import Made, SlidingOperator
from sql.engine.operators.stagger import StaggerOperator
from sql.engine.operators.top_items import TopItemsOperator
from sql.engine.operators.tumbling import TumblingOperator
from sql.plan.nodes import (
    Aggregate,
    Distinct,
    DistinctCount,
    Forest,
    Hotspots,
    LookupJoin,
    Order,
    Over,
    Stagger,
    StreamJoin,
    TopItems,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Holds the switches and bounds by which operators run."""

    distinct_limit: int = 100_000
    outer_join: str = "once"
    seed: int = 0
    rows_most: int = 5_000_000  # in the sliding windows of one frame
    keys_most: int = 1_000_000  # groups or windows of one operator


@dataclass(slots=True)
class Maker:
    """Makes operators of one version."""

    module: Module
    settings: Settings
    lineage: Lineage | None  # None where rows of all partition keys meet
    tables: Mapping[str, Table]
    space: Mapping[str, Any]  # has the generated functions once all operators exist

    def make(self, operator: Stateful, kept: Kept, report: Report) -> Operator:
        """Returns the operator of a node."""
        made: Operator = MAKERS[type(operator.node)](self, operator, kept, report)
        return made

    def places(self, operator: Stateful) -> list[int | None]:
        if self.lineage is None:
            return [None] * (len(operator.node.frames) if isinstance(operator.node, Over) else 1)
        return self.lineage.place(operator)

    def function(self, operator: Stateful) -> Callable[..., Any] | None:
        """Returns the generated function of an operator's expression; None if it has none."""
        name = self.module.lone.get(operator.number)
        return None if name is None else lambda *values: self.space[name](*values)


def _tumbling(maker: Maker, operator: Stateful, kept: Kept, report: Report) -> Operator:
    node, settings = operator.node, maker.settings
    assert isinstance(node, Aggregate)
    value_at = maker.function(operator) or (lambda row, time: None)
    bounds = {"distinct_limit": settings.distinct_limit, "most": settings.keys_most}
    return TumblingOperator(node, kept, report, maker.places(operator)[0], value_at=value_at, **bounds)


def _sliding(maker: Maker, operator: Stateful, kept: Kept, report: Report) -> Operator:
    node, settings = operator.node, maker.settings
    assert isinstance(node, Over)
    codes = [maker.module.frames[operator.number, number].code for number in range(len(node.frames))]
    bounds = {"rows_most": settings.rows_most, "windows_most": settings.keys_most}
    return SlidingOperator(codes, maker.places(operator), **bounds)


def attach(sliding: SlidingOperator, number: int, module: Module, space: Mapping[str, Any]) -> None:
    """Gives an operator the generated functions of its windows."""
    for at, frame in enumerate(sliding.frames):
        maker = module.frames[number, at]
        frame.attach(Made(space[maker.new], space[maker.enter]))


def _stagger(maker: Maker, operator: Stateful, kept: Kept, report: Report) -> Operator:
    node, settings = operator.node, maker.settings
    assert isinstance(node, Stagger)
    bounds = {"distinct_limit": settings.distinct_limit, "most": settings.keys_most}
    return StaggerOperator(node, kept, report, maker.places(operator)[0], **bounds)


def _distinct(maker: Maker, operator: Stateful, kept: Kept, report: Report) -> Operator:
    assert isinstance(operator.node, Distinct)
    return DistinctOperator(operator.node, kept, report, maker.places(operator)[0])


def _order(maker: Maker, operator: Stateful, kept: Kept, report: Report) -> Operator:
    assert isinstance(operator.node, Order)
    return OrderOperator(operator.node, kept, report)


def _lookup(maker: Maker, operator: Stateful, kept: Kept, report: Report) -> Operator:
    node = operator.node
    assert isinstance(node, LookupJoin)
    return LookupJoinOperator(node, maker.tables[node.table], report, maker.function(operator))


def _join(maker: Maker, operator: Stateful, kept: Kept, report: Report) -> Operator:
    node = operator.node
    assert isinstance(node, StreamJoin)
    place, outer = maker.places(operator)[0], maker.settings.outer_join
    return StreamJoinOperator(node, kept, report, maker.function(operator), place, outer_join=outer)


def _top_items(maker: Maker, operator: Stateful, kept: Kept, report: Report) -> Operator:
    assert isinstance(operator.node, TopItems)
    return TopItemsOperator(operator.node, kept, report)


def _distinct_count(maker: Maker, operator: Stateful, kept: Kept, report: Report) -> Operator:
    assert isinstance(operator.node, DistinctCount)
    return DistinctCountOperator(operator.node, kept, report)


def _forest(maker: Maker, operator: Stateful, kept: Kept, report: Report) -> Operator:
    assert isinstance(operator.node, Forest)
    seed = seed_of(str(maker.settings.seed), operator.pump.name)
    return ForestOperator(operator.node, kept, report, seed)


def _hotspots(maker: Maker, operator: Stateful, kept: Kept, report: Report) -> Operator:
    assert isinstance(operator.node, Hotspots)
    return HotspotsOperator(operator.node, kept, report)


MAKERS: dict[type, Callable[[Maker, Stateful, Kept, Report], Any]] = {
    Aggregate: _tumbling,
    Over: _sliding,
    Stagger: _stagger,
    Distinct: _distinct,
    Order: _order,
    LookupJoin: _lookup,
    StreamJoin: _join,
    TopItems: _top_items,
    DistinctCount: _distinct_count,
    Forest: _forest,
    Hotspots: _hotspots,
}
