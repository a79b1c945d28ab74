"""Trees that are written are read to equal trees."""

from hypothesis import given, settings

from sql.language import ast, parse
from sql.language.printing import to_text
from tests.sql.language.trees import expressions, queries


def read(text: str) -> ast.Expression:
    """Returns the tree of an expression."""
    (statement,) = parse(f"SELECT {text} FROM s").statements
    assert isinstance(statement, ast.Peek)
    assert isinstance(statement.query, ast.Select)
    (item,) = statement.query.items
    assert isinstance(item, ast.Item)
    return item.expr


@given(expressions)
@settings(max_examples=50)
def test_written_expression_is_read_to_an_equal_tree(tree: ast.Expression) -> None:
    text = to_text(tree)
    assert (read(text), to_text(read(text))) == (tree, text)


@given(queries)
@settings(max_examples=50)
def test_written_query_is_read_to_an_equal_tree(tree: ast.Query) -> None:
    assert parse(to_text(tree)).statements == (ast.Peek(tree),)
