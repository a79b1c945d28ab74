"""Keeps dead letters in the database, with any bytes in them; hands them out to be replayed, and closes them.

Letters are the last resort, so storing one must not fail because of its record. Its key and error are made storable
first. If the database cannot take a part, it is cut, and the error says so.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Concat, Length

from common.text import LONGEST_ERROR, one_line, only_ascii, storable
from streams.coordination import packets
from streams.core import clock, replayed
from streams.core.commits import HeldLease, LetterTakenError, Replay, ReplayRequest
from streams.core.error_kinds import LONGEST, kind_of
from streams.core.records import DeadRecord
from streams.models import DeadLetter

Letters = QuerySet[DeadLetter]

BYTES_A_STATEMENT = 4 << 20  # of the data of letters, unless the database takes less
REPLAYS = 500  # letters in one commit
BYTES_A_REPLAY = 8 << 20
KEPT = 4096  # bytes that are kept of a record that the database does not take whole
KEY = 256  # characters: the column's width


def add(held: HeldLease, dead: Collection[DeadRecord], packet: int | None) -> None:
    """Inserts dead letters, inside the caller's transaction. `packet` is the most bytes of a statement, or None."""
    room = BYTES_A_STATEMENT if packet is None else min(BYTES_A_STATEMENT, packet // 4)
    for part in _parts(dead, room):
        DeadLetter.objects.bulk_create([_row(held, record, packet) for record in part])


def _parts(dead: Collection[DeadRecord], room: int) -> Iterator[list[DeadRecord]]:
    """Yields runs of records with at most `room` bytes, the other columns included; one record is always taken."""
    part: list[DeadRecord] = []
    size = 0
    for record in dead:
        its = len(record.data) + len(record.key) + len(record.error) + KEY
        if part and size + its > room:
            yield part
            part, size = [], 0
        part.append(record)
        size += its
    if part:
        yield part


def _row(held: HeldLease, record: DeadRecord, packet: int | None) -> DeadLetter:
    write, write_error = (only_ascii, only_ascii) if record.reduced else (storable, one_line)
    key, notes = write(record.key, KEY), ""
    if key != record.key:
        notes += " (The key is shown with escapes; its bytes are kept beside it.)"
    data, whole_size = record.data, None
    if (record.reduced or packets.exceeds(data, packet)) and len(data) > KEPT:
        digest = hashlib.sha256(data).hexdigest()
        notes += f" (Only the first {KEPT:,} of its {len(data):,} bytes are kept; SHA-256 of all: {digest}.)"
        data, whole_size = data[:KEPT], len(data)
    error = write_error(record.error, LONGEST_ERROR - len(notes))
    return DeadLetter(
        application=held.application,
        stream=held.stream,
        shard=held.shard,
        sequence=str(record.sequence),
        partition_key=key,
        key_bytes=None if key == record.key else record.key.encode(errors="surrogatepass")[: KEPT * 4],
        arrived=clock.to_datetime(record.arrived),
        data=data,
        whole_size=whole_size,
        error=error + notes,
        kind=only_ascii(kind_of(error), LONGEST)
        if record.reduced
        else kind_of(error),  # which adds a character of its own
        attempts=record.attempts,
    )


def waiting(letters: Letters, mine: Callable[[str], bool]) -> list[ReplayRequest]:
    """Returns letters to replay whose keys are mine, oldest first, as many as one commit takes.

    A single letter may have more bytes than that.
    """
    asked = letters.filter(status=DeadLetter.Status.REPLAY).order_by("pk")
    chosen: list[int] = []
    size = 0
    rows = asked.annotate(size=Length("data")).values_list("pk", "partition_key", "key_bytes", "size")
    for number, key, key_bytes, its in rows.iterator(chunk_size=2000):
        if not _is_mine(_exact(key, key_bytes), mine):
            continue
        size += its
        if len(chosen) == REPLAYS or (chosen and size > BYTES_A_REPLAY):
            break
        chosen.append(number)
    return [
        ReplayRequest(row.pk, int(row.sequence), _exact(row.partition_key, row.key_bytes), bytes(row.data))
        for row in asked.filter(pk__in=chosen)
    ]


def _exact(key: str, key_bytes: bytes | memoryview | None) -> str:
    return key if key_bytes is None else bytes(key_bytes).decode(errors="surrogatepass")


def _is_mine(key: str, mine: Callable[[str], bool]) -> bool:
    """Returns whether a worker may replay a key.

    A key that is not Unicode belongs to no shard: every worker may try it.
    """
    try:
        return mine(key)
    except UnicodeEncodeError:
        return True


def close(letters: Letters, replays: Sequence[Replay], watermark: int) -> None:
    """Stores the outcomes of replays, which counted at the watermark.

    Raises LetterTakenError unless all of them were still asked for.
    """
    outcomes: defaultdict[str | None, list[int]] = defaultdict(list)
    for letter, error in replays:
        outcomes[error and one_line(error)].append(letter.id)
    for error, ids in outcomes.items():
        asked = letters.filter(pk__in=ids, status=DeadLetter.Status.REPLAY)
        fields: dict[str, Any] = {"status": DeadLetter.Status.APPLIED}
        if error is None:
            fields["error"] = Concat("error", Value(replayed.note(watermark)), output_field=TextField())
        else:
            fields = {"status": DeadLetter.Status.KEPT, "error": error, "kind": kind_of(error)}
        if asked.update(attempts=F("attempts") + 1, **fields) != len(ids):
            raise LetterTakenError("A dead letter was replayed or discarded meanwhile")
