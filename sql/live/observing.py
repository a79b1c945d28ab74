"""Tells the rows of SQL applications to the rules that watch them."""

from collections.abc import Collection, Iterator

from sql.live.processor import LiveResults
from sql.live.sink import packets
from streams.observations import Observation


def observe(results: LiveResults, outputs: Collection[str]) -> Iterator[Observation]:
    """Yields the rows of the wanted streams, with numbers as numbers and all else as JSON has it."""
    version = results.deployed.number
    for output, ordinal, time, rows in packets(results):
        if (name := output.written.name) in outputs:
            for place, row in enumerate(output.encoder.objects(rows), ordinal):
                yield Observation(name, time, row, f"{results.shard}/{place}", version, output.written.partition)
