"""Reads flows from our own TOML; docs/produce-tail.md describes it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common import toml
from ingest.tails import conversions, keys
from ingest.tails.checking import MOST_HEADERS, Table
from ingest.tails.cutting import MOST_DATA, Rules
from ingest.tails.flows import Config, Convert, Flow
from ingest.tails.keys import Key
from streams.sources.base import SourceError

FLOW = (
    "name", "files", "stream", "key", "from", "skip_header_lines", "multi_line_start", "truncated_record_terminator",
    "newline", "convert",
)  # fmt: skip
KEYS = ("field", "pattern", "text")
CONVERT: dict[str, tuple[str, ...]] = {
    "single-line": (),
    "csv": ("columns", "delimiter", "pretty"),
    "log": ("format", "pattern", "fields", "pretty"),
    "metadata": ("fields", "pretty"),
    "brackets": (),
}
FORMATS = {"common": "COMMONAPACHELOG", "combined": "COMBINEDAPACHELOG", "apache-error": "APACHEERRORLOG",
           "syslog": "SYSLOG", "rfc3339-syslog": "RFC3339SYSLOG"}  # fmt: skip


def read(path: Path, text: str) -> Config:
    """Returns the flows of a TOML text. Raises SourceError."""
    try:
        document = toml.parsed(text)
    except toml.TomlError as error:
        raise SourceError(f"{path} is not TOML: {error}.") from None
    top = Table(document, path, _lines(text, 0))
    top.refuse_unknown(["flow"])
    found = document.get("flow")
    if not isinstance(found, list) or not found or not all(isinstance(each, dict) for each in found):
        raise SourceError(f"{path} has no flow; write [[flow]] and below it files, stream and key.")
    flows = (_flow(Table(each, path, _lines(text, place))) for place, each in enumerate(found, start=1))
    return Config(path=path, flows=tuple(flows))


def _lines(text: str, flow: int) -> Callable[[str], int | None]:
    """Returns a function that finds the line of a key in the nth flow; the parser tells no lines."""
    lines = text.splitlines()
    starts = [place for place, line in enumerate(lines) if re.match(r"\s*\[\[\s*flow\s*\]\]", line)]
    begin = starts[flow - 1] + 1 if 0 < flow <= len(starts) else 0
    end = starts[flow] if 0 <= flow < len(starts) else len(lines)

    def line(key: str) -> int | None:
        name = rf"[\"']?{re.escape(key)}[\"']?\s*"
        wanted = re.compile(rf"\s*(\[+\s*(flow\s*\.\s*)?)?{name}[=.\]]|.*[{{,]\s*{name}=")
        found = [place for place in range(begin, end) if wanted.match(lines[place])]
        return found[0] + 1 if found else (begin or None)

    return line


def _flow(table: Table) -> Flow:
    table.refuse_unknown(FLOW)
    patterns = table.paths("files")
    newline = table.truth("newline", default=False)
    converts = _converts(table)
    terminator = table.text("truncated_record_terminator", "\n").encode()
    if len(terminator) > MOST_DATA // 2:
        raise table.fault("truncated_record_terminator", "the terminator is longer than a record may be")
    return Flow(
        name=table.text("name", ", ".join(patterns)),
        patterns=patterns,
        stream=table.stream("stream"),
        key=_key(table),
        from_end=table.choice("from", ("start", "end"), "start") == "end",
        headers=table.whole("skip_header_lines", MOST_HEADERS),
        rules=Rules(table.pattern("multi_line_start"), terminator, newline and not converts),
        converts=converts,
        newline=newline,
    )


def _key(table: Table) -> Key:
    value = table.values.get("key", "random")
    if value == "random":
        return keys.at_random
    if value == "deterministic":
        return keys.deterministic
    if not isinstance(value, dict) or len(value) != 1:
        raise table.fault("key", "the key is \"random\", \"deterministic\", or one of {field = \"user.id\"},"
                          " {pattern = 'user=(\\w+)'} and {text = \"{host}\"}")  # fmt: skip
    inner = table.within(value)
    inner.refuse_unknown(KEYS)
    if pattern := inner.pattern("pattern", searched=True):
        return keys.from_pattern(pattern)
    try:
        if "field" in value:
            return keys.from_field(inner.text("field"))
        return keys.from_text(inner.text("text"))
    except ValueError as error:
        raise table.fault("key", str(error)) from None


def _converts(table: Table) -> tuple[Convert, ...]:
    found = table.values.get("convert", [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise table.fault("convert", "conversions are tables: [[flow.convert]] with a kind")
    return tuple(_convert(table.within(each)) for each in found)


def _convert(table: Table) -> Convert:
    kind = table.choice("kind", tuple(CONVERT))
    table.refuse_unknown(("kind", *CONVERT[kind]))
    pretty = table.truth("pretty", default=False)
    if kind == "csv":
        return conversions.csv_to_json(table.texts("columns"), _delimiter(table), pretty=pretty)
    if kind == "log":
        return _log(table, pretty=pretty)
    if kind == "metadata":
        return conversions.add_metadata(_fields(table), pretty=pretty)
    return conversions.add_brackets if kind == "brackets" else conversions.single_line


def _delimiter(table: Table) -> str:
    delimiter = table.text("delimiter", ",")
    if not delimiter:
        raise table.fault("delimiter", "the delimiter has no character")
    return delimiter


def _log(table: Table, *, pretty: bool) -> Convert:
    fields = table.texts("fields") if "fields" in table.values else ()
    pattern = table.pattern("pattern")
    log_format = None if pattern else FORMATS[table.choice("format", tuple(FORMATS))]
    try:
        return conversions.log_to_json(log_format, pattern, fields, pretty=pretty)
    except ValueError as error:
        raise table.fault("fields" if fields else "pattern", str(error)) from None


def _fields(table: Table) -> Any:
    found = table.values.get("fields")
    if not isinstance(found, dict) or not found:
        raise table.fault("fields", "the fields of metadata are a table, as in fields = {site = 'Berlin'}")
    return found
