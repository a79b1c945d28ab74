"""Unpacks aggregates of KPL into the records that they hold, so that each of them is counted by applications.

Amazon keeps aggregates as they are, and each consumer unpacks them. Consumers that can unpack also take plain records.
"""

from collections.abc import Sequence
from typing import NamedTuple

from streams.backends import aggregation
from streams.backends.embedded.appending import Writing, Written
from streams.backends.limits import MAX_RECORD

MOST_RECORDS = 100_000  # of one request; an aggregate with which there would be more stays as it is


class Unpacked(NamedTuple):
    """Holds the records of a request, and for each record that was sent the number of those that it became."""

    writing: Writing
    counts: Sequence[int]

    def folded(self, written: Written) -> Written:
        """Returns the answer for the records that were sent: the place of the last record of each, or its error."""
        shards, sequences, errors, start = [], [], {}, 0
        for place, count in enumerate(self.counts):
            last = start + count - 1
            if code := next((written.errors[each] for each in range(start, last + 1) if each in written.errors), ""):
                errors[place] = code
            shards.append("" if code else written.shards[last])
            sequences.append(0 if code else written.sequences[last])
            start += count
        return written._replace(shards=shards, sequences=sequences, errors=errors)


def unpack(writing: Writing) -> Unpacked | None:
    """Returns the records of a request, unpacked; None if it holds no aggregate."""
    if not any(data.startswith(aggregation.MAGIC) for _, data in writing.entries):
        return None
    entries, hashes, counts = [], list[int | None](), []
    left = MOST_RECORDS - len(writing.entries)
    for place, (key, data) in enumerate(writing.entries):
        packed = aggregation.parse(data) if len(data) <= MAX_RECORD else None
        if packed is None or len(packed.keys) - 1 > left:
            entries.append((key, data))
            hashes.append(writing.hashes[place] if writing.hashes else None)
            counts.append(1)
            continue
        entries += zip(packed.keys, packed.datas, strict=True)
        hashes += [packed.explicit.get(number) for number in range(len(packed.keys))]
        counts.append(len(packed.keys))
        left -= len(packed.keys) - 1
    return Unpacked(writing._replace(entries=entries, hashes=hashes), counts)
