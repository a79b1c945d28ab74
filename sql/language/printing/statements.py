"""Writes statements, without their semicolons."""

from sql.language import ast
from sql.language.printing.base import listed, to_text, writes


def _create(kind: str, *, replace: bool) -> str:
    return f"CREATE {'OR REPLACE ' if replace else ''}{kind}"


def _columns(names: tuple[ast.Identifier, ...]) -> str:
    return f" ({listed(names)})" if names else ""


@writes(ast.ColumnDef)
def column(node: ast.ColumnDef) -> str:
    return f"{to_text(node.name)} {node.type}{' NOT NULL' if node.not_null else ''}"


@writes(ast.CreateStream)
def create_stream(node: ast.CreateStream) -> str:
    return f"{_create('STREAM', replace=node.replace)} {to_text(node.name)} ({listed(node.columns)})"


@writes(ast.Insert)
def insert(node: ast.Insert) -> str:
    return f"INSERT INTO {to_text(node.target)}{_columns(node.columns)} {to_text(node.query)}"


@writes(ast.CreatePump)
def create_pump(node: ast.CreatePump) -> str:
    state = "" if node.started else " STOPPED"
    return f"{_create('PUMP', replace=node.replace)} {to_text(node.name)}{state} AS {to_text(node.insert)}"


@writes(ast.Peek)
def peek(node: ast.Peek) -> str:
    return to_text(node.query)


@writes(ast.Parameter)
def parameter(node: ast.Parameter) -> str:
    return f"{to_text(node.name)} {node.type}"


@writes(ast.CreateFunction)
def create_function(node: ast.CreateFunction) -> str:
    head = f"{_create('FUNCTION', replace=node.replace)} {to_text(node.name)}({listed(node.parameters)})"
    nulls = " RETURNS NULL ON NULL INPUT" if node.null_on_null else ""
    return f"{head} RETURNS {node.returns}{nulls} RETURN {to_text(node.body)}"


@writes(ast.CreateView)
def create_view(node: ast.CreateView) -> str:
    head = f"{_create('VIEW', replace=node.replace)} {to_text(node.name)}{_columns(node.columns)}"
    return f"{head} AS {to_text(node.query)}"


@writes(ast.AlterPump)
def alter_pump(node: ast.AlterPump) -> str:
    return f"ALTER PUMP {listed(node.names) or '*'} {'START' if node.start else 'STOP'}"


@writes(ast.Drop)
def drop(node: ast.Drop) -> str:
    return f"DROP {node.kind} {'IF EXISTS ' if node.if_exists else ''}{to_text(node.name)}"
