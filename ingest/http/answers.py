"""Writes the answers of the door, as JSON."""

from collections.abc import Sequence

import msgspec
from django.http import HttpResponse, JsonResponse

from ingest.http.reading import Records, outcomes_in_order
from ingest.http.refusals import RefusedError
from ingest.http.storing import Stored

MOST_OUTCOMES = 10_000  # of records in an answer; a larger one tells the faults alone
MOST_FAULTS = 1_000  # of records in an answer that tells the faults alone
THROTTLED = "the stream took no more at the moment: send it again"

_encode = msgspec.json.Encoder().encode


def refusal(refused: RefusedError) -> JsonResponse:
    """Returns the answer to a request that is refused as a whole."""
    return JsonResponse({"error": str(refused)}, status=refused.status, headers=refused.headers)


def unread(stream: str, records: Records) -> HttpResponse:
    """Returns the answer to a body of which no record could be read."""
    faults = [_fault(line, records.faults[line]) for line in sorted(records.faults)[:MOST_FAULTS]]
    told = {"error": "None of the records could be read.", "stream": stream, "records": 0}
    return _answer(told | {"failed": len(records.faults), "outcomes": faults}, 400)


def stored(stream: str, records: Records, done: Stored, *, short: bool) -> HttpResponse:
    """Returns the answer to a request of which at least one record is stored; `short` leaves out the stored ones."""
    failed = len(records.faults) + len(done.written.errors)
    told: dict[str, object] = {"stream": stream, "records": len(records.keys) - len(done.written.errors)}
    short = short or not done.located or len(records.keys) + failed > MOST_OUTCOMES
    outcomes: object
    if not failed:
        outcomes = [] if short else msgspec.Raw(_all_stored(done.written.shards, done.written.sequences))
    else:
        outcomes = _faults(records, done) if short else _outcomes(records, done)
    answer = _answer(told | {"failed": failed, "outcomes": outcomes}, 200)
    if done.written.repeated:
        answer.headers["Idempotent-Replay"] = "true"
    return answer


def _answer(told: dict[str, object], status: int) -> HttpResponse:
    return HttpResponse(_encode(told), status=status, content_type="application/json")


def _all_stored(shards: Sequence[str], sequences: Sequence[int]) -> bytes:
    """Returns the outcomes of records that are all stored, as JSON; dictionaries would take four times as long.

    The stream makes the names of shards, of ASCII letters, digits and hyphens.
    """
    if len(set(shards)) == 1:
        between = f'"}},{{"shard":"{shards[0]}","sequence":"'
        return f'[{between[3:]}{between.join(map(str, sequences))}"}}]'.encode()
    pairs = zip(shards, sequences, strict=True)
    return f"[{','.join(map(_STORED, pairs))}]".encode()


_STORED = '{"shard":"%s","sequence":"%d"}'.__mod__


def _outcomes(records: Records, done: Stored) -> list[dict[str, object]]:
    return [_outcome(records, done, line, place) for line, place in outcomes_in_order(records)]


def _faults(records: Records, done: Stored) -> list[dict[str, object]]:
    failed = (
        (line, place) for line, place in outcomes_in_order(records) if place is None or place in done.written.errors
    )
    return [_outcome(records, done, line, place) for (line, place), _ in zip(failed, range(MOST_FAULTS), strict=False)]


def _outcome(records: Records, done: Stored, line: int, place: int | None) -> dict[str, object]:
    if place is None:
        return _fault(line, records.faults[line])
    if place in done.written.errors:
        return _fault(line, THROTTLED)
    return {"shard": done.written.shards[place], "sequence": str(done.written.sequences[place])}


def _fault(line: int, error: str) -> dict[str, object]:
    return {"error": error, "line": line}
