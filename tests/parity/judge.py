"""Compares Millrace with Flink on every example and every case: the same sample records must give the same rows.

Usage: python -m tests.parity.judge PYTHON [NAME…], with the Python that has PyFlink. Streams that Flink cannot compute
are named. Order and row times are not compared, since Flink promises neither; each stream is compared as a bag of rows.
"""

import csv
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from sql.flink.export import Export, export
from sql.flink.fidelity import Level
from sql.flink.literals import name, text, type_name
from sql.folder import Application, Reference, read_folder
from sql.offline.records import read
from sql.offline.running import SAMPLE_FILE, Run
from sql.plan.nodes import Column, LookupJoin, Plan, walk
from sql.program import compile_application
from sql.rendering import encode, iso

EXAMPLES = Path(__file__).parents[2] / "examples"
CASES = Path(__file__).with_name("cases")
RUNNER = Path(__file__).with_name("flink.py")
PATIENCE = 300  # seconds for one example
LOOKUP = " FOR SYSTEM_TIME AS OF l.pt"  # which a table in a file cannot do
VERSIONED = "vt"  # the time of a reference table's rows, by which Flink joins it without retractions


def main() -> None:
    known = {path.parent.name: path.parent for root in (EXAMPLES, CASES) for path in root.glob("*/application.toml")}
    verdicts = [judge(known[name], sys.argv[1]) for name in sys.argv[2:] or sorted(known)]
    sys.exit(0 if all(verdicts) else 1)


def judge(folder: Path, python: str) -> bool:
    """Prints how each stream of an example compares; returns whether no row differs."""
    application = read_folder(folder)
    plan = compile_application(application).plan
    exported = export(plan, application)
    for pump in exported.pumps:
        if pump.level == Level.CANNOT:
            print(f"{folder.name}: {pump.pump} cannot be computed by Flink. {pump.sentences[0]}")
    cannot = {pump.pump for pump in exported.pumps if pump.level == Level.CANNOT}
    streams = {pump.target for pump in plan.pumps if pump.name not in cannot}
    if not streams:
        return True
    ours, theirs = _ours(folder, application, streams), _theirs(folder, plan, exported, streams, python)
    if not theirs:
        return False
    verdicts = [_told(folder.name, stream, ours[stream], theirs[stream]) for stream in sorted(streams)]
    return all(verdicts)


def _told(folder: str, stream: str, ours: Counter[Any], theirs: Counter[Any]) -> bool:
    missing, extra = ours - theirs, theirs - ours
    same = not missing and not extra
    print(f"{folder}: {stream}: {ours.total()} rows, {'equal' if same else 'NOT EQUAL'}")
    for word, rows in (("only Millrace", missing), ("only Flink", extra)):
        for row in list(rows)[:3]:
            print(f"    {word}: {row}")
    return same


def _ours(folder: Path, application: Application, streams: set[str]) -> dict[str, Counter[Any]]:
    found: dict[str, Counter[Any]] = {stream: Counter() for stream in streams}
    for row in Run(application).rows(read(folder / SAMPLE_FILE)):
        if row["stream"] in streams:
            found[row["stream"]][_plain(json.loads(encode(row["row"])).values())] += 1
    return found


def _plain(values: Any) -> tuple[Any, ...]:
    """Returns values in a form that both have: numbers as floats of 13 digits, times with their milliseconds."""
    return tuple(_value(value) for value in values)


def _value(value: Any) -> Any:
    if value is None:
        return None
    try:
        return float(f"{float(value):.13g}")
    except ValueError:
        return str(value).replace("T", " ")[:23].removesuffix(".000") if _is_time(str(value)) else str(value)


def _is_time(value: str) -> bool:
    return len(value) > 18 and value[4] == "-" and value[13] == ":"


def _theirs(folder: Path, plan: Plan, exported: Export, streams: set[str], python: str) -> dict[str, Counter[Any]]:
    with tempfile.TemporaryDirectory() as scratch:
        statements = _tables(folder, plan, Path(scratch))
        then = "" if _has_twins(folder, plan) else " FOR SYSTEM_TIME AS OF l.ts"
        for view in exported.views:
            statements += [each.strip() for each in view.replace(LOOKUP, then).split(";\n")]
        made = ["\n".join(line for line in each.splitlines() if not line.startswith("--")) for each in statements]
        queries = {stream: _query(plan.streams[stream].columns, stream) for stream in streams}
        asked = {"statements": [each.rstrip(";") for each in made if each], "queries": queries}
        command = [python, str(RUNNER)]
        done = subprocess.run(
            command, input=json.dumps(asked), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "Exception: " in line]
        print(f"{folder.name}: Flink failed.", *said[-3:], sep="\n    ")
        return {}
    return {stream: Counter(map(_plain, rows)) for stream, rows in json.loads(done.stdout.splitlines()[-1]).items()}


def _query(columns: tuple[Column, ...], stream: str) -> str:
    return f"SELECT {', '.join(name(column.name) for column in columns)} FROM {name(stream)}"


def _tables(folder: Path, plan: Plan, scratch: Path) -> list[str]:
    """Returns the tables of the source and of the reference data, on files that it writes."""
    path = scratch / "source.jsonl"
    with path.open("w") as file:
        for sample in read(folder / SAMPLE_FILE):
            row = json.loads(sample.data) | {"ts": iso(sample.arrived).replace("T", " ")[:-1]}
            file.write(json.dumps(row) + "\n")
    mark = ["ts TIMESTAMP(3)", "WATERMARK FOR ts AS ts - INTERVAL '0.001' SECOND"]
    tables = [_table(plan.source.name, plan.source.columns, mark, path)]
    for reference in read_folder(folder).references:
        columns, rows = plan.tables[reference.table].columns, _rows(folder, reference)
        copy = scratch / f"{reference.table}.jsonl"
        names, then = [column.name for column in columns], {VERSIONED: "1970-01-01 00:00:00"}
        copy.write_text("".join(json.dumps(dict(zip(names, row, strict=True)) | then) + "\n" for row in rows))
        mark = [f"{VERSIONED} TIMESTAMP(3)", f"WATERMARK FOR {VERSIONED} AS {VERSIONED}"]
        key = name(columns[_key(plan, reference)].name)
        unique = [] if _has_twins(folder, plan) else [f"PRIMARY KEY ({key}) NOT ENFORCED"]
        tables.append(_table(reference.table, columns, mark + unique, copy))
    return tables


def _rows(folder: Path, reference: Reference) -> list[list[str]]:
    with (folder / reference.file).open(newline="") as file:
        return list(csv.reader(file))[1:]


def _has_twins(folder: Path, plan: Plan) -> bool:
    """Returns whether several rows of a reference table have one key: no table of versions can hold them."""
    for reference in read_folder(folder).references:
        keys = [row[_key(plan, reference)] for row in _rows(folder, reference)]
        if len(set(keys)) < len(keys):
            return True
    return False


def _key(plan: Plan, reference: Reference) -> int:
    """Returns the place of the column by which a reference table is joined."""
    joins = (node for pump in plan.pumps for node in walk(pump.root) if isinstance(node, LookupJoin))
    return next(slot for join in joins if join.table == reference.table for _, slot in join.keys)


def _table(called: str, columns: tuple[Column, ...], more: list[str], path: Path) -> str:
    fields = ", ".join([*(f"{name(column.name)} {type_name(column.type)}" for column in columns), *more])
    options = {"connector": "filesystem", "path": str(path), "format": "json", "json.timestamp-format.standard": "SQL"}
    written = ", ".join(f"{text(key)} = {text(word)}" for key, word in options.items())
    return f"CREATE TABLE {name(called)} ({fields}) WITH ({written})"


if __name__ == "__main__":
    main()
