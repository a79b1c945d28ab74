"""Reads single expressions and queries, and makes the commonest nodes."""

from sql.language import ast, parse
from sql.types import INTEGER, varchar


def query(text: str) -> ast.Query:
    """Returns the tree of a query that stands alone."""
    (statement,) = parse(text).statements
    assert isinstance(statement, ast.Peek)
    return statement.query


def select(text: str) -> ast.Select:
    """Returns the tree of a SELECT that stands alone."""
    found = query(text)
    assert isinstance(found, ast.Select)
    return found


def expression(text: str) -> ast.Expression:
    """Returns the tree of an expression."""
    (item,) = select(f"SELECT {text} FROM s").items
    assert isinstance(item, ast.Item)
    return item.expr


def name(text: str) -> ast.Identifier:
    return ast.Identifier(text)


def column(*parts: str) -> ast.ColumnRef:
    return ast.ColumnRef(tuple(map(name, parts)))


def number(value: int) -> ast.Literal:
    return ast.Literal(value, INTEGER)


def text(value: str) -> ast.Literal:
    return ast.Literal(value, varchar(max(1, len(value))))


def seconds(value: int) -> ast.IntervalLiteral:
    return ast.IntervalLiteral(value * 1000, 0, "SECOND", "SECOND")
