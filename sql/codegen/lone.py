"""Writes the functions of single expressions: the time value of a group, and the conditions of joins."""

from sql.codegen.conversions import Conversions
from sql.codegen.graph import Graph
from sql.codegen.lines import Lines
from sql.codegen.names import Names
from sql.codegen.scope import Later, Scope, Value
from sql.plan.expressions import Expr
from sql.plan.nodes import Aggregate, LookupJoin, StreamJoin


def lone_functions(graph: Graph, names: Names, conversions: Conversions, texts: list[str]) -> dict[int, str]:
    """Adds the functions to `texts`; returns their names by the operator's number."""
    found: dict[int, str] = {}
    for operator in graph.operators:
        node = operator.node
        if isinstance(node, Aggregate) and node.period is not None:
            found[operator.number] = _function(names, conversions, texts, node.value, 0)
        if isinstance(node, LookupJoin | StreamJoin) and node.condition is not None:
            found[operator.number] = _function(names, conversions, texts, node.condition, len(node.columns), test=True)
    return found


def _function(
    names: Names, conversions: Conversions, texts: list[str], expr: Expr, width: int, *, test: bool = False
) -> str:
    """Writes `name(r, t)`: the value of an expression, or whether a condition is TRUE; a condition never raises."""
    lines, functions = Lines(), list[str]()
    lines.indent(2)

    def slot(number: int) -> Later:
        return Later(lambda: f"r[{number}]")

    values: list[Value] = [slot(number) for number in range(width)]
    scope = Scope(names, lines, conversions, functions, values)
    text = f"bool({scope.writer.true(expr)})" if test else scope.writer.value(expr)
    lines.add(f"return {text}")
    name = names.fresh("f")
    failed = ["    except FAULTS:", "        return False"] if test else ["    except FAULTS:", "        return None"]
    texts += [*functions, f"def {name}(r, t=0):", "    try:", *lines.texts, *failed]
    return name
