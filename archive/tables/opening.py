"""Opens a file as rows: finds its delimiter, its header and its columns where a person did not say them. No Django."""

from dataclasses import dataclass, replace
from pathlib import Path

from archive.tables.kinds import Column
from archive.tables.reading import Delimited, FixedWidth, Form, KeptBadLines, Matched, Unquoted, pattern_names
from archive.tables.spec import APACHE_TIME, LOGS, Spec, checked
from common.expressions import compiled
from common.text import quoted
from ingest.files.guessing import DELIMITERS, decimal_comma, delimiter_of, excel_delimiter, guess
from ingest.files.opening import keeps_newlines, open_blocks
from ingest.files.rows import read_header
from ingest.files.splitting import Blocks, Lines
from ingest.tails.log_formats import FORMATS
from streams.sources.base import SourceError

AGENT_COLUMNS = ("os", "browser", "device")
LOG_TYPES = {"datetime": ("timestamp", APACHE_TIME), "response": ("int", ""), "bytes": ("int", "")}


@dataclass
class Opened:
    """Holds an open file, with the columns that it has before any row was read."""

    lines: Lines
    form: Form
    columns: list[Column]
    bad: KeptBadLines
    spec: Spec  # with the facts that were found out
    agents: int | None = None  # the place of the column of user agents

    def close(self) -> None:
        self.lines.close()


class Bounded:
    """Reads the blocks of a file up to a number of unpacked bytes: a small packed file may unpack to terabytes."""

    def __init__(self, blocks: Blocks, most: int) -> None:
        self._blocks = blocks
        self._most = most
        self._read = 0

    def block(self) -> bytes | None:
        data = self._blocks.block()
        self._read += len(data or b"")
        if self._read > self._most:
            raise SourceError(f"has more than {self._most:,} bytes unpacked, the most that is taken here.")
        return data

    def close(self) -> None:
        self._blocks.close()


def opened(path: Path, name: str, table: str, spec: Spec, most: int) -> Opened:
    """Opens a file; `name` is how people know it. Raises SourceError; its message begins with the name."""
    bad = KeptBadLines(name, table)
    try:
        lines = Lines(Bounded(open_blocks(path, spec.encoding), most), bad)
        try:
            return _opened(lines, path.name, spec, bad)
        except (SourceError, ValueError):
            lines.close()
            raise
    except SourceError as error:
        raise SourceError(f"{name} {error}" if str(error)[:1].islower() else str(error)) from None


def _opened(lines: Lines, name: str, spec: Spec, bad: KeptBadLines) -> Opened:
    lines.ahead()
    for _ in range(spec.skip):
        lines.take(1)
        lines.ahead()
    if not any(line.strip() for line in lines.ahead()):
        raise SourceError("is empty.")
    spec = _guessed(name, lines.ahead(), spec, bad)
    encoding = spec.encoding if keeps_newlines(spec.encoding) else None
    form, columns = _matched(spec, bad, encoding) if spec.format else _columned(lines, spec, bad, encoding)
    columns = [Column(each.name, "text", declared=True) for each in columns] if spec.text else _typed(columns, spec)
    agents = _agents(columns, spec)
    if agents is not None:
        columns += [Column(each, "text", declared=True) for each in AGENT_COLUMNS]
        checked([each.name for each in columns])
    return Opened(lines, form, columns, bad, spec, agents)


def _guessed(name: str, lines: list[bytes], spec: Spec, bad: KeptBadLines) -> Spec:
    """Returns the description with the format or the delimiter of the first line, and says it."""
    if spec.format or spec.delimiter or spec.fixed:
        return spec
    first = next(filter(bytes.strip, lines))
    for log in ("combined", "common") if not spec.columns else ():
        if FORMATS[LOGS[log]].pattern.fullmatch(first):
            bad.say(f"is read as an access log of the format {log}, judged by its first line.")
            return replace(spec, format=log)
    if not spec.columns and guess(name, lines).format == "json":
        raise SourceError("is JSON, not a delimited file: put it into a stream with `produce lines`, and archive that.")
    return replace(spec, delimiter=excel_delimiter(lines) or _delimiter(first.decode(errors="replace"), spec))


def _delimiter(line: str, spec: Spec) -> str:
    """Returns the delimiter that cuts a line into the columns that the person named, or else into the most columns."""
    likely = [each for each in DELIMITERS if line.count(each) == len(spec.columns) - 1]
    if likely := [each for each in likely if each != "," or not spec.decimal_comma]:
        return likely[0]
    return delimiter_of(line.replace(",", "") if spec.decimal_comma else line)


def _matched(spec: Spec, bad: KeptBadLines, encoding: str | None) -> tuple[Form, list[Column]]:
    if log := LOGS.get(spec.format):
        known = FORMATS[log]
        form = Matched(known.fields, known.pattern.fullmatch, bad, encoding, dash_is_null=known.dash_is_null)
        types = LOG_TYPES if "APACHE" in log else {}
        return form, [Column(each, *types.get(each, ("text", "")), declared=True) for each in known.fields]
    if "(" not in spec.format:
        raise SourceError(f"The format {quoted(spec.format)} is neither a pattern nor one of {', '.join(LOGS)}.")
    try:
        pattern = compiled(spec.format)
        names = checked(pattern_names(pattern.groups, pattern.groupindex))
    except ValueError as error:
        says = str(error)
        raise SourceError(says if says[0].isupper() else f"The pattern cannot be used: {says}.") from None
    return Matched(names, pattern.fullmatch, bad, encoding, dash_is_null=True), [Column(each) for each in names]


def _columned(lines: Lines, spec: Spec, bad: KeptBadLines, encoding: str | None) -> tuple[Form, list[Column]]:
    if excel_delimiter(lines.ahead()):
        lines.take(1)
    delimiter = spec.delimiter or ","
    columns = list(spec.columns) or _header(lines, spec, encoding)
    names = [each.name for each in columns]
    if spec.columns and not spec.fixed:
        _skip_header(lines, names, delimiter, encoding, bad)
    if not (spec.decimal_comma or spec.text) and (cell := decimal_comma(lines.ahead(), delimiter)):
        bad.say(f"has cells such as {quoted(cell)}, which stay text; a decimal comma must be told.")
    if spec.fixed:
        return FixedWidth(names, spec.fixed, bad, encoding), columns
    reader = Delimited if spec.quotes else Unquoted
    return reader(names, delimiter, bad, encoding), columns


def _header(lines: Lines, spec: Spec, encoding: str | None) -> list[Column]:
    ahead = lines.ahead()
    if spec.fixed:
        number = next(place for place, line in enumerate(ahead) if line.strip())
        text = ahead[number].decode(encoding or "utf-8", errors="replace")
        lines.take(number + 1)
        cells = [text[first - 1 : last].strip() for first, last in spec.fixed]
        return [Column(name) for name in checked([cell or f"column_{n}" for n, cell in enumerate(cells, 1)])]
    names, taken = read_header(ahead, spec.delimiter or ",", encoding)
    lines.take(taken)
    return [Column(name) for name in checked(names)]


def _skip_header(lines: Lines, names: list[str], delimiter: str, encoding: str | None, bad: KeptBadLines) -> None:
    """Leaves out a first line that has the names of the columns, though a person named them too."""
    try:
        found, taken = read_header(lines.ahead(), delimiter, encoding)
    except SourceError:
        return
    if [each.lower() for each in found] == [each.lower() for each in names]:
        bad.say("begins with the names of its columns; that line is no row.")
        lines.take(taken)


def _typed(columns: list[Column], spec: Spec) -> list[Column]:
    types = {each.name: each for each in spec.types}
    if unknown := types.keys() - {each.name for each in columns}:
        there = ", ".join(quoted(each.name) for each in columns)
        raise SourceError(f"has no column {quoted(min(unknown))}; there are: {there}.")
    return [types.get(each.name, each) for each in columns]


def _agents(columns: list[Column], spec: Spec) -> int | None:
    """Returns the place of the column of user agents; None if there is none."""
    names = [each.name for each in columns]
    wanted = spec.agents or ("agent" if spec.format == "combined" else None)
    if wanted and wanted not in names:
        raise SourceError(f"has no column {quoted(wanted)} of user agents; there are: {', '.join(map(quoted, names))}.")
    return names.index(wanted) if wanted else None
