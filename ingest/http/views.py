"""Answers POST /streams/NAME/records. docs/http-in.md is its reference."""

import re
from hashlib import sha256
from threading import BoundedSemaphore

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.access import WRITE_STREAMS
from accounts.bearer import token_required
from accounts.models import ApiToken
from ingest.http import answers, reading, storing, unpacking
from ingest.http.keys import keys_for
from ingest.http.rates import Rates
from ingest.http.reading import Records
from ingest.http.refusals import RefusedError
from streams.backends.limits import MAX_RECORD
from streams.engine import signals
from streams.wiring import is_kinesis

DOOR = "http"
# Requests of a process at the same time; further ones are asked to come again. A large one takes up to 100 MB.
SMALL_AT_ONCE, LARGE_AT_ONCE = 64, 2
PATIENCE = 2.0  # seconds that a large one waits for its turn
SMALL = 1 << 16  # bytes of a body that is not packed
KEY = re.compile(r"[\x20-\x7e]{1,255}")  # an Idempotency-Key

rates = Rates()
_small, _large = BoundedSemaphore(SMALL_AT_ONCE), BoundedSemaphore(LARGE_AT_ONCE)


@token_required(WRITE_STREAMS)
def put(request: HttpRequest, token: ApiToken, name: str) -> HttpResponse:
    """Puts the records of the body into the stream, and answers with the outcome of each."""
    try:
        return _put(request, token, name)
    except RefusedError as refused:
        signals.refused.send(put, door=DOOR, reason=refused.reason)
        return answers.refusal(refused)


def _put(request: HttpRequest, token: ApiToken, name: str) -> HttpResponse:
    storing.check_name(name)
    if seconds := rates.wait(token.pk):
        says = f"This token may put {settings.INGEST_RATE:,} records a second: wait {seconds} s."
        raise RefusedError(429, "rate", says, {"Retry-After": str(seconds)})
    room, patience = (_small, 0.0) if _is_small(request) else (_large, PATIENCE)
    if not room.acquire(timeout=patience):
        says = "This server reads as many requests as it can hold: send this one again."
        raise RefusedError(503, "busy", says, storing.RETRY)
    try:
        return _put_now(request, token, name)
    finally:
        room.release()


def _put_now(request: HttpRequest, token: ApiToken, name: str) -> HttpResponse:
    receipt = _receipt(request, token)
    records, digest = _records(request)
    if not records.keys:
        if records.faults:
            signals.refused.send(put, door=DOOR, reason="record", records=len(records.faults))
            return answers.unread(name, records)
        raise RefusedError(400, "empty", "The body holds no record.")
    done = storing.store(name, records, receipt, digest)
    number = len(records.keys) - len(done.written.errors)
    if not done.written.repeated:
        signals.put.send(put, stream=name, records=number)
        rates.note(token.pk, number, settings.INGEST_RATE)
    for reason, faults in (("record", records.faults), ("throttled", done.written.errors)):
        if faults:
            signals.refused.send(put, door=DOOR, reason=reason, records=len(faults))
    return answers.stored(name, records, done, short=request.GET.get("outcomes") == "no")


def _is_small(request: HttpRequest) -> bool:
    length = _length(request)
    return length is not None and length <= SMALL and "Content-Encoding" not in request.headers


def _records(request: HttpRequest) -> tuple[Records, str]:
    """Returns the records of the body, and a digest of everything that makes them."""
    kind, field, header = _kind(request), request.GET.get("key"), request.headers.get("X-Partition-Key")
    keys = keys_for(field, header)
    encoding = unpacking.encoding_of(request.headers.get("Content-Encoding", ""))
    body = unpacking.read(request, _length(request), encoding, settings.INGEST_MAX_BYTES)
    asked = repr((kind, field, header)).encode()
    digest = sha256(body, usedforsecurity=False)
    digest.update(asked)
    return reading.read(kind, body, keys, MAX_RECORD), digest.hexdigest()


def _kind(request: HttpRequest) -> str:
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _length(request: HttpRequest) -> int | None:
    text = request.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _receipt(request: HttpRequest, token: ApiToken) -> str:
    """Returns the name of the request's receipt: its Idempotency-Key, apart from those of other people. "" for none."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return ""
    if not KEY.fullmatch(key):
        raise RefusedError(400, "idempotency", "An Idempotency-Key has 1 to 255 printable ASCII characters.")
    if is_kinesis():
        says = (
            "Amazon Kinesis keeps no receipts, so an Idempotency-Key cannot be honoured: send the request without it."
        )
        raise RefusedError(501, "idempotency", f"{says} A repeat may then put records twice.")
    return f"http:{token.user_id}:{key}"
