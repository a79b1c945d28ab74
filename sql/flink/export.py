"""Writes a whole application as a Flink SQL script."""

from collections.abc import Sequence
from dataclasses import dataclass

from sql.flink.fidelity import Cannot, Level, Notes
from sql.flink.literals import name, text, type_name
from sql.flink.queries import GROUPS, LATE, TIME, Queries
from sql.folder import Application
from sql.plan.nodes import InAppStream, Plan, Pump, Scan, Table, walk
from sql.schema.paths import path_of

WATERMARK = "INTERVAL '0.001' SECOND"  # less, and Flink drops every second row of one millisecond as late


@dataclass(frozen=True, slots=True)
class Statement:
    """Holds the statements for one pump, and how true they are."""

    pump: str
    line: int
    level: Level
    sentences: tuple[str, ...]
    sql: str


@dataclass(frozen=True, slots=True)
class Export:
    """Holds the parts of a script, in order."""

    source: str
    tables: str  # of reference data
    pumps: tuple[Statement, ...]
    views: tuple[str, ...]  # statements, in an order in which they can be run
    sinks: str

    def __str__(self) -> str:
        """Returns the script. Each pump has a comment that says how true it is."""
        parts = [_HEADER, _SETTINGS, self.source, self.tables, *self.views, self.sinks]
        return "\n\n".join(part for part in parts if part) + "\n"


_HEADER = (
    "-- Made by Millrace. Above each pump stands how truly Flink computes it: exact, near or cannot.\n"
    "-- Whole numbers that overflow wrap in silence in Flink, and a row that cannot be computed ends the job, since\n"
    "-- Flink has no error_stream."
)

# A shard without records must not hold up the windows of the others.
_SETTINGS = "SET 'table.local-time-zone' = 'UTC';\nSET 'table.exec.source.idle-timeout' = '10 s';"


def export(plan: Plan, application: Application) -> Export:
    """Returns the application as Flink SQL, from its plan."""
    done: list[Statement] = []
    views: list[str] = []
    available: set[str] = {plan.source.name}
    for target in dict.fromkeys(pump.target for pump in plan.pumps):
        pumps = [pump for pump in plan.pumps if pump.target == target]
        statements = [_pump(pump, available, chained=_is_read(plan, target)) for pump in pumps]
        done += statements
        views += [(_comment(each) + each.sql).rstrip() for each in statements]
        made = [each.pump for each in statements if each.level != Level.CANNOT]
        if made:
            available.add(target)
            views.append(_stream(plan.streams[target], made))
    sinks = [output.stream for output in application.outputs] or [
        name for name in plan.streams if name in available and not _is_read(plan, name)
    ]
    written = [plan.streams[each] for each in sinks if each in available and each in plan.streams]
    tables = "\n\n".join(_reference(plan.tables[each.table]) for each in application.references)
    return Export(_source(plan.source, application), tables, tuple(done), tuple(views), _sinks(written, application))


def _pump(pump: Pump, available: set[str], *, chained: bool) -> Statement:
    """Returns the statements of a pump; `chained` says whether another pump reads its rows, and so their times."""
    notes = Notes()
    if chained and any(isinstance(node, GROUPS) for node in walk(pump.root)):
        notes.near(LATE)
    queries = Queries(pump.name, notes, chained=chained)
    try:
        if missing := _streams_of(pump) - available:
            raise Cannot(f"It reads {min(missing)}, which cannot be computed.")
        query = queries.query(pump.root)
    except Cannot as reason:
        return Statement(pump.name, pump.line, Level.CANNOT, (str(reason),), "")
    view = f"CREATE TEMPORARY VIEW {_view(pump.name)} AS\n{query};"
    sql = "\n".join([*queries.statements, view])
    return Statement(pump.name, pump.line, notes.level, tuple(notes.sentences), sql)


def _view(pump: str) -> str:
    """Returns the name of a pump's view: a pump may be called as a stream is."""
    return name(f"{pump} pump")


def _comment(statement: Statement) -> str:
    lines = [f"-- {statement.pump} (line {statement.line}): {statement.level.name.lower()}"]
    return "\n".join([*lines, *(f"--   {sentence}" for sentence in statement.sentences), ""])


def _stream(stream: InAppStream, pumps: Sequence[str]) -> str:
    columns = ", ".join(f"c{at} AS {name(column.name)}" for at, column in enumerate(stream.columns))
    queries = [f"SELECT {columns}, {TIME} FROM {_view(pump)}" for pump in pumps]
    return f"CREATE TEMPORARY VIEW {name(stream.name)} AS\n" + "\nUNION ALL\n".join(queries) + ";"


def _source(source: InAppStream, application: Application) -> str:
    columns = [f"  {name(column.name)} {type_name(column.type)}" for column in source.columns]
    time = f"  {TIME} TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL"
    mark = f"  WATERMARK FOR {TIME} AS {TIME} - {WATERMARK}"
    odd = [column.name for column in application.schema.columns if len(path_of(column)) != 1]
    note = f"-- The paths of {', '.join(odd)} are not plain: declare them as ROW columns.\n" if odd else ""
    options = _options(application.source, application.schema.format)
    return f"{note}CREATE TABLE {name(source.name)} (\n" + ",\n".join([*columns, time, mark]) + f"\n) {options};"


def _sinks(streams: Sequence[InAppStream], application: Application) -> str:
    if not streams:
        return ""
    to = {output.stream: output.to for output in application.outputs}
    tables = [_sink(stream, to.get(stream.name) or stream.name) for stream in streams]
    inserts = [_insert(stream) for stream in streams]
    return "\n\n".join([*tables, "EXECUTE STATEMENT SET BEGIN\n" + "\n".join(inserts) + "\nEND;"])


def _insert(stream: InAppStream) -> str:
    columns = ", ".join(name(column.name) for column in stream.columns)
    return f"INSERT INTO {name(stream.name + ' sink')} SELECT {columns} FROM {name(stream.name)};"


def _sink(stream: InAppStream, to: str) -> str:
    columns = [f"  {name(column.name)} {type_name(column.type)}" for column in stream.columns]
    return f"CREATE TABLE {name(stream.name + ' sink')} (\n" + ",\n".join(columns) + f"\n) {_options(to, 'json')};"


def _reference(table: Table) -> str:
    """Returns a table that Flink can look up in: one in a database, into which the rows have to be put."""
    columns = [f"  {name(column.name)} {type_name(column.type)}" for column in table.columns]
    options = {"connector": "jdbc", "url": "jdbc:postgresql://HOST/DATABASE", "table-name": table.name}
    return f"CREATE TABLE {name(table.name)} (\n" + ",\n".join(columns) + f"\n) {_with(options)};"


def _options(stream: str, form: str) -> str:
    options = {
        "connector": "kinesis",
        "stream.arn": f"arn:aws:kinesis:REGION:ACCOUNT:stream/{stream}",
        "aws.region": "REGION",
        "format": form,
    }
    return _with(options)


def _with(options: dict[str, str]) -> str:
    return "WITH (" + ", ".join(f"{text(key)} = {text(word)}" for key, word in options.items()) + ")"


def _streams_of(pump: Pump) -> set[str]:
    return {node.stream for node in walk(pump.root) if isinstance(node, Scan)}


def _is_read(plan: Plan, stream: str) -> bool:
    return any(stream in _streams_of(pump) for pump in plan.pumps)
