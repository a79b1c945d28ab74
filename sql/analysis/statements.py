"""Reads the statements of a script one after the other: streams, functions and pumps."""

from dataclasses import dataclass, field, replace

from sql.analysis.assignment import assigned
from sql.analysis.context import Context
from sql.analysis.expressions import Typer
from sql.analysis.names import meant, shown, written
from sql.analysis.problems import ReportedError
from sql.analysis.queries import query
from sql.analysis.scope import ROWTIME, Scope
from sql.analysis.sources import ERROR_STREAM
from sql.errors import Span
from sql.language import ast
from sql.plan.expressions import Expr, Field
from sql.plan.nodes import Column, InAppStream, Pump

COLUMNS_MOST = 1_000


@dataclass(slots=True)
class Written:
    """Holds a pump of the script: its statement, its plan if it has no problem, and the streams that it reads."""

    statement: ast.CreatePump
    started: bool
    pump: Pump | None = None
    read: dict[str, Span] = field(default_factory=dict)


@dataclass(slots=True)
class Script:
    """Holds the streams, pumps and bare queries that the statements made so far."""

    context: Context
    created: dict[str, ast.CreateStream] = field(default_factory=dict)
    pumps: dict[str, Written] = field(default_factory=dict)
    peeks: list[Pump] = field(default_factory=list)

    def declare(self, statements: tuple[ast.Statement, ...]) -> None:
        """Takes the streams and functions, wherever they stand, and follows DROP and ALTER PUMP."""
        for each in statements:
            try:
                match each:
                    case ast.CreateStream():
                        self._stream(each)
                    case ast.CreateFunction():
                        self._function(each)
                    case ast.CreatePump():
                        self._pump(each)
                    case ast.AlterPump():
                        self._alter(each)
                    case ast.Drop():
                        self._drop(each)
            except ReportedError:
                continue

    def plan(self, statements: tuple[ast.Statement, ...]) -> None:
        """Types the pumps and the bare queries; a pump with a problem does not hide the others'."""
        for each in statements:
            self.context.read = {}
            try:
                match each:
                    case ast.CreatePump() if self._is_kept(each):
                        self._plan_pump(each)
                    case ast.Peek():
                        self._plan_peek(each)
                    case ast.Insert():
                        raise self._refused(
                            each, "INSERT alone would run once; write CREATE PUMP … AS INSERT INTO … instead."
                        )
                    case ast.CreateView():
                        raise self._refused(
                            each, "CREATE VIEW is not supported; create a stream and a pump that fills it."
                        )
            except ReportedError:
                continue

    def _refused(self, node: ast.Node, sentence: str) -> ReportedError:
        return self.context.problems.refused(node.span, sentence)

    def _is_kept(self, statement: ast.CreatePump) -> bool:
        """Returns whether a pump was not dropped. One of a name that exists already is looked at, too."""
        return statement.name.name in self.pumps

    def _stream(self, node: ast.CreateStream) -> None:
        name, problems = node.name.name, self.context.problems
        if name == ERROR_STREAM:
            raise problems.refused(
                node.name.span, "error_stream is reserved: it holds the rows that no pump could use."
            )
        if name in self.context.inputs:
            raise problems.refused(node.name.span, f"{shown(name)} is the application's input, and exists already.")
        if name in self.context.tables:
            raise problems.refused(node.name.span, f"{shown(name)} is a reference table; give the stream another name.")
        if name in self.created:
            line = problems.line(self.created[name].span)
            raise problems.refused(node.name.span, f"Stream {shown(name)} is created twice, first in line {line}.")
        self.created[name] = node
        self.context.places[name] = node.span
        self.context.streams[name] = InAppStream(name=name, columns=self._columns(node), line=problems.line(node.span))

    def _columns(self, node: ast.CreateStream) -> tuple[Column, ...]:
        columns: dict[str, Column] = {}
        for each in node.columns:
            name = each.name.name
            if name == ROWTIME:
                self.context.problems.add(
                    each.span, "Every stream has a ROWTIME of its own; give this column another name, such as ROW_TIME."
                )
            if name in columns:
                self.context.problems.add(each.span, f"Column {shown(name)} stands twice in {shown(node.name.name)}.")
            columns[name] = Column(name, each.type, not each.not_null)
        if len(node.columns) > COLUMNS_MOST:
            self.context.problems.add(node.span, f"A stream has at most {COLUMNS_MOST} columns.")
        return tuple(columns.values())

    def _function(self, node: ast.CreateFunction) -> None:
        """Keeps a function after a look at its body with parameters that stand for any argument."""
        name, problems = node.name.name, self.context.problems
        if name in self.context.functions:
            raise problems.refused(node.name.span, f"Function {shown(name)} is created twice.")
        parameters: dict[str, Expr] = {}
        for slot, each in enumerate(node.parameters):
            if each.name.name in parameters:
                raise problems.refused(each.span, f"{shown(name)} has two parameters {shown(each.name.name)}.")
            parameters[each.name.name] = Field(type=each.type, slot=slot)
        typer = Typer(self.context, Scope(()), f"function {shown(name)}", parameters=parameters)
        self.context.broken.add(name)
        body = typer.type(node.body)
        typer.convert(node.body, replace(body, written=""), node.returns)
        self.context.broken.remove(name)
        self.context.functions[name] = node

    def _pump(self, node: ast.CreatePump) -> None:
        name = node.name.name
        if name in self.pumps:
            line = self.context.problems.line(self.pumps[name].statement.span)
            raise self._refused(node.name, f"Pump {shown(name)} is created twice, first in line {line}.")
        self.pumps[name] = Written(node, node.started)

    def _alter(self, node: ast.AlterPump) -> None:
        for each in node.names:
            if each.name not in self.pumps:
                self.context.problems.add(each.span, f"Pump {shown(each.name)} not found{meant(each.name, self.pumps)}")
        names = {each.name for each in node.names} or set(self.pumps)
        for name in names & set(self.pumps):
            self.pumps[name].started = node.start

    def _drop(self, node: ast.Drop) -> None:
        name = node.name.name
        known: dict[str, dict[str, object]] = {
            "STREAM": self.created,  # type: ignore[dict-item]
            "PUMP": self.pumps,  # type: ignore[dict-item]
            "FUNCTION": self.context.functions,  # type: ignore[dict-item]
        }
        if known.get(node.kind, {}).pop(name, None) is None:
            if not node.if_exists:
                raise self._refused(node, f"There is no {node.kind.lower()} {shown(name)} before this line.")
        elif node.kind == "STREAM":
            del self.context.streams[name]

    def _plan_pump(self, node: ast.CreatePump) -> None:
        insert, context, kept = node.insert, self.context, self.pumps[node.name.name]
        target = self._target(insert.target)
        try:
            rows = query(context, insert.query)
        finally:
            kept.read = context.read
        if target is None:
            return
        root = assigned(context, rows, insert, target)
        line = context.problems.line(node.span)
        kept.pump = Pump(name=node.name.name, target=target.name, root=root, line=line)

    def _target(self, name: ast.Identifier) -> InAppStream | None:
        """Returns the stream into which a pump writes, or None after it wrote the problem down."""
        problems, found = self.context.problems, self.context.streams.get(name.name)
        if name.name == ERROR_STREAM:
            problems.add(name.span, "A pump cannot write into error_stream; create a stream of another name.")
        elif name.name in self.context.inputs:
            problems.add(name.span, f"{shown(name.name)} is the application's input; a pump cannot write into it.")
        elif found is None:
            known = [each for each in self.context.streams if each not in self.context.inputs]
            end = meant(name.name, known) if known else f"; create it above: CREATE STREAM {written(name.name)} (…)."
            problems.add(name.span, f"Stream {shown(name.name)} not found{end}")
        else:
            return found
        return None

    def _plan_peek(self, node: ast.Peek) -> None:
        rows = query(self.context, node.query)
        root = assigned(self.context, rows, None, None)
        name = f"QUERY_{len(self.peeks) + 1}"
        self.peeks.append(Pump(name=name, target="", root=root, line=self.context.problems.line(node.span)))
