"""Groups the operands of a chain, such as a AND b AND c, into a low tree."""

from sql.errors import Span
from sql.language.ast import Binary, Expression

BALANCED = frozenset({"AND", "OR", "||"})  # whose operands may be grouped at will
Part = tuple[Expression, int, int]  # an operand, and where it starts and ends with its parentheses


def balanced(op: str, parts: list[Part]) -> Expression:
    """Returns a tree of the parts that is as low as it can be, the left half never the smaller one."""
    if len(parts) == 1:
        return parts[0][0]
    middle = (len(parts) + 1) // 2
    left, right = balanced(op, parts[:middle]), balanced(op, parts[middle:])
    return Binary(op, left, right, span=Span(parts[0][1], parts[-1][2]))  # type: ignore[arg-type]


def chained(op: str, node: Expression) -> list[Expression] | None:
    """Returns the operands of the chain that makes this tree, or None if it takes parentheses to write it."""
    leaves = _leaves(op, node)
    return leaves if balanced(op, [(leaf, 0, 0) for leaf in leaves]) == node else None


def _leaves(op: str, node: Expression) -> list[Expression]:
    if isinstance(node, Binary) and node.op == op:
        return _leaves(op, node.left) + _leaves(op, node.right)
    return [node]
