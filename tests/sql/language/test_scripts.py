"""Scripts in the shapes that users have: those that are sound, and those that are broken in the usual ways.

A line that begins with `-->` is a problem that the parser must report, word for word.
"""

from pathlib import Path

import pytest

from sql.errors import ScriptError
from sql.language import ast, parse
from sql.language.height import children
from sql.language.printing import to_text

HERE = Path(__file__).parent
SOUND, BROKEN = (sorted((HERE / folder).glob("*.sql")) for folder in ("scripts", "broken"))


def read(path: Path) -> tuple[str, list[str]]:
    """Returns a script and the problems that it must have."""
    text, *problems = path.read_text().split("\n--> ")
    return text, [problem.rstrip("\n") for problem in problems]


def reported(text: str) -> list[str]:
    """Returns the problems of a script as `sql check` prints them."""
    try:
        return [str(problem) for problem in parse(text).warnings]
    except ScriptError as error:
        return [str(problem) for problem in error.problems]


@pytest.mark.parametrize("path", SOUND + BROKEN, ids=lambda path: path.stem)
def test_script_has_these_problems(path: Path) -> None:
    text, problems = read(path)
    assert reported(text) == problems


def test_corpus_has_enough_scripts() -> None:
    assert (len(SOUND) >= 40, len(BROKEN) >= 15) == (True, True)


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_written_script_is_read_to_an_equal_tree(path: Path) -> None:
    script = parse(read(path)[0])
    written = ";\n".join(map(to_text, script.statements))
    assert parse(written).statements == script.statements


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_span_of_a_node_holds_those_of_its_children(path: Path) -> None:
    script = parse(read(path)[0])
    rest: list[ast.Node] = list(script.statements)
    outside = []
    while rest:
        node = rest.pop()
        own = children(node)
        outside += [
            (node, child) for child in own if not node.span.start <= child.span.start < child.span.end <= node.span.end
        ]
        rest += own
    assert outside == []


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_text_of_an_expressions_span_is_the_expression(path: Path) -> None:
    text, _ = read(path)
    rest: list[ast.Node] = list(parse(text).statements)
    wrong = []
    while rest:
        node = rest.pop()
        rest += children(node)
        if isinstance(node, ast.Expression) and not isinstance(node, ast.PeriodTest):
            (again,) = parse(f"SELECT {text[slice(*node.span)]} FROM s").statements
            wrong += [] if again == wrapped(node) else [to_text(node)]
    assert wrong == []


def wrapped(node: ast.Expression) -> ast.Peek:
    """Returns SELECT node FROM s."""
    return ast.Peek(ast.Select((ast.Item(node),), (ast.NamedSource(ast.Identifier("S")),)))
