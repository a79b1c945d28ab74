"""Records a second through scripts, in memory, beside the hand-written `trades` and Bytewax; and a window of an hour.

Engine: the trades of `throughput`, a million in memory, one process for each shape. An engine decodes, computes, takes
results and state every 4,096 records, as a pipeline does. "tumbling count", which Bytewax computes too, is a
count by ticker and side in a minute. "trades as a script" computes the same as the hand-written application. The rounds
alternate. Where `make parity` has installed PyFlink, that counts too, from a file, on a local cluster with a
parallelism of 1.

Pipe: as in `throughput`, with "trades as a script", deployed, in place of `trades`; its rounds alternate with those of
`trades`.

Hour: COUNT(*) and AVG(price) by ticker over the last hour, at 1,000 records a second, one commit a second, through the
log of states without a database; the commits of the last 20 minutes of 80 are measured.
"""

from collections.abc import Iterator

from benchmarks import flink, throughput
from benchmarks.figures import Aim, Figure, percentile
from benchmarks.options import Options
from benchmarks.parts.sql_scripts import application
from benchmarks.site import Site, found_by, new_site
from benchmarks.throughput import AIM, engine
from sql.folder import to_files

ROUNDS = 3
RECORDS = 1_000_000
PIPED = 2_000_000
SCRIPT = "trades-script"  # the name of the deployed application
SHAPES = {
    "filter": Aim(1_000_000, at_least=True),
    "tumbling count": None,
    "trades as a script": None,
    "sliding count": Aim(500_000, at_least=True),
    "sliding extremes": None,
}
OF_BYTEWAX, OF_FLINK, OF_TRADES = Aim(3, at_least=True), Aim(8, at_least=True), Aim(0.6, at_least=True)
COMMIT = Aim(50, every=True)  # milliseconds


def run(options: Options) -> Iterator[Figure]:
    pipes: dict[str, list[float]] = {"trades": [], SCRIPT: []}
    speeds: dict[str, list[float]] = {name: [] for name in (*SHAPES, "trades", "Bytewax")}
    for _ in options.rounds(ROUNDS):
        records = options.amount(RECORDS)
        for shape in SHAPES:
            found = found_by("sql_shapes", shape, str(records))
            speeds[shape].append(records / found["seconds"])
        for name, found_pipes in pipes.items():
            with new_site() as site:
                found_pipes.append(through(site, options.amount(PIPED), name))
        speeds["trades"].append(engine("millrace_windows", records))
        speeds["Bytewax"].append(engine("bytewax_windows", records))
        if flink.is_installed():
            speeds.setdefault("PyFlink", []).append(records / flink.tumbling(records))
    for name, values in speeds.items():
        yield Figure(name, "records/s", values, SHAPES.get(name))
    yield Figure("tumbling count ÷ Bytewax", "×", ratio(speeds, "tumbling count", "Bytewax"), OF_BYTEWAX)
    if "PyFlink" in speeds:
        yield Figure("tumbling count ÷ PyFlink", "×", ratio(speeds, "tumbling count", "PyFlink"), OF_FLINK)
    yield Figure("trades as a script ÷ trades", "×", ratio(speeds, "trades as a script", "trades"), OF_TRADES)
    yield Figure("pipe of the script, producer and consumer at once", "records/s", pipes[SCRIPT], AIM)
    yield Figure("pipe of the script ÷ that of trades", "×", ratio(pipes, SCRIPT, "trades"), OF_TRADES)
    hour = found_by("sql_hour", str(options.amount(80 * 60)))
    yield Figure("hour: rows held", "", [hour["rows"]])
    yield Figure("hour: a commit, p99", "ms", [percentile(hour["milliseconds"], 99)], COMMIT)
    yield Figure("hour: bytes of a commit", "", hour["bytes"])
    yield Figure("hour: memory, each row", "B", [hour["memory"] / hour["rows"]])
    yield Figure("hour: loaded again in", "s", [hour["load"]])


def through(site: Site, records: int, name: str) -> float:
    """Returns the records a second of an application on the stream of trades."""
    if name == SCRIPT:
        folder = site.folder / name
        folder.mkdir()
        for file, content in to_files(application("trades as a script")).items():
            (folder / file).write_bytes(content)
        site.run("sql", "deploy", SCRIPT, str(folder))
    return throughput.through(site, records, name)


def ratio(speeds: dict[str, list[float]], ours: str, theirs: str) -> list[float]:
    return [our / their for our, their in zip(speeds[ours], speeds[theirs], strict=True)]
