"""Records a second from producer to committed results, and the window engine beside Bytewax'.

Pipe: `manage.py consume trades` waits; `manage.py produce trades --rate 0` starts. From the arrival stamp of the first
record until the lease's row says that all are applied (looked at every 10 ms), both at once, with every fsync.

Engine: the same records in a list in memory, one process each: Millrace decodes, counts, takes its results and its
state every 4,096 records, as its pipeline does; Bytewax 0.21.1 decodes with the same msgspec struct and counts by
ticker and side in windows of a minute by its fastest clock, in batches of 1,000. From the first record until the
results are there. Bytewax counts only; Millrace also keeps shares, value, low, high, first, last and largest. The
rounds alternate.
"""

from collections.abc import Iterator

from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from benchmarks.site import Site, found_by, new_site
from streams.core import clock

ROUNDS = 3
RECORDS = 3_000_000
ENGINE_RECORDS = 1_000_000
AIM = Aim(250_000, at_least=True)


def run(options: Options) -> Iterator[Figure]:
    pipe, millrace, bytewax = [], [], []
    for _ in options.rounds(ROUNDS):
        with new_site() as site:
            pipe.append(through(site, options.amount(RECORDS)))
        records = options.amount(ENGINE_RECORDS)
        millrace.append(engine("millrace_windows", records))
        bytewax.append(engine("bytewax_windows", records))
    yield Figure("pipe, producer and consumer at once", "records/s", pipe, AIM)
    yield Figure("Millrace's window engine alone", "records/s", millrace)
    yield Figure("Bytewax' window engine alone", "records/s", bytewax)
    yield Figure("pipe ÷ Bytewax' engine", "×", _ratio(pipe, bytewax))
    yield Figure("Millrace's engine ÷ Bytewax'", "×", _ratio(millrace, bytewax))


def through(site: Site, records: int, application: str = "trades") -> float:
    """Returns the records a second of an application that reads the stream of trades."""
    site.run("streams", "create", "trades")
    site.manage("consume", application)
    site.wait_until_held(application)
    site.manage("produce", "trades", "--rate", "0", "--count", str(records), "--seed", "1")
    site.until(lambda: site.applied(application) >= records)
    milliseconds = clock.now() - site.batches()[0][1]
    return records / milliseconds * 1000


def engine(part: str, records: int) -> float:
    """Records a second."""
    found = found_by(part, str(records))
    assert found["counted"] == records, found
    return float(records / found["seconds"])


def _ratio(ours: list[float], theirs: list[float]) -> list[float]:
    return [our / their for our, their in zip(ours, theirs, strict=True)]
