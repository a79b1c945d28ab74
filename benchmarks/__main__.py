"""python -m benchmarks [NAME…] [--json PATH] [--minutes N] [--brief]: measures, and prints each figure with its aim."""

import json
import os
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic

from benchmarks import (
    alarm_recount,
    alarm_rules,
    alarms,
    archive,
    board_map,
    boards,
    cardinality,
    fleet,
    hostile,
    ingest_endpoint,
    ingest_http,
    ingest_lines,
    ingest_tail,
    kcl,
    kinesis,
    latency,
    login,
    memory,
    pixel,
    quotes,
    ranges,
    sockets,
    sql_engine,
    start,
    state,
    throughput,
)
from benchmarks.deploy import accidents, away, flood, page, slow, viewers
from benchmarks.figures import Figure, table
from benchmarks.options import Options

BENCHMARKS: dict[str, Callable[[Options], Iterable[Figure]]] = {
    "throughput": throughput.run,
    "latency": latency.run,
    "start": start.run,
    "sockets": sockets.run,
    "hostile": hostile.run,
    "pixel": pixel.run,
    "boards": boards.run,
    "kinesis": kinesis.run,
    "kcl": kcl.run,
    "ingest-endpoint": ingest_endpoint.run,
    "ingest-http": ingest_http.run,
    "fleet": fleet.run,
    "login": login.run,
    "memory": memory.run,
    "cardinality": cardinality.run,
    "ranges": ranges.run,
    "map": board_map.run,
    "quotes": quotes.run,
    "state": state.run,
    "sql": sql_engine.run,
    "alarm-recount": alarm_recount.run,
    "alarm-rules": alarm_rules.run,
    "alarms": alarms.run,
    "archive": archive.run,
    "ingest-lines": ingest_lines.run,
    "ingest-tail": ingest_tail.run,
    "deploy-flood": flood.run,
    "deploy-slow": slow.run,
    "deploy-viewers": viewers.run,
    "deploy-accidents": accidents.run,
    "deploy-away": away.run,
    "deploy-page": page.run,
}


def main() -> None:
    parser = ArgumentParser(prog="python -m benchmarks", description="Measures Millrace on this machine.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which (default: all): {', '.join(BENCHMARKS)}")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures there too")
    parser.add_argument("--minutes", type=float, default=2, metavar="N", help="of `memory` (default: 2)")
    parser.add_argument("--brief", action="store_true", help="a tenth of the work, once: whether it all still runs")
    arguments = parser.parse_args()
    chosen = {each for each in BENCHMARKS for name in arguments.names if each == name or each.startswith(f"{name}-")}
    if unknown := [name for name in arguments.names if not any(f"{each}-".startswith(f"{name}-") for each in chosen)]:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended too
    options = Options(minutes=arguments.minutes, brief=arguments.brief)
    found = []
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for name in [each for each in BENCHMARKS if each in chosen or not chosen]:
        found += [figure.as_json(name) for figure in measure(name, options)]
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")


def measure(name: str, options: Options) -> list[Figure]:
    began = monotonic()
    figures = list(BENCHMARKS[name](options))
    print(f"\n{name} ({monotonic() - began:.0f} s)")
    print(*table(figures), sep="\n", flush=True)
    return figures


main()
