"""Answers requests: finds the operation, checks signature, arguments and permission, and runs it.

Arguments are read and puts are answered on the event loop; reads and changes of the store run in a few threads.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from ingest.endpoint import faults, hot, signatures
from ingest.endpoint.access_log import Entry
from ingest.endpoint.canonical import Signed
from ingest.endpoint.errors import ACCOUNT, ApiError, dry_run, invalid, serialization, unknown_operation
from ingest.endpoint.iterators import Iterators
from ingest.endpoint.keys import Key, Keys
from ingest.endpoint.opened import Opened
from ingest.endpoint.operations import consumers, putting
from ingest.endpoint.operations.base import ANY, READ, WRITE, Call, Operation, Store, named
from ingest.endpoint.operations.putting import Put
from ingest.endpoint.operations.table import OPERATIONS
from ingest.endpoint.operations.unsupported import NAMES as UNSUPPORTED
from ingest.endpoint.protocols import JSON, Codec, codec_of, operation_of
from ingest.endpoint.signatures import Claim
from ingest.endpoint.unpacking import unpack
from ingest.endpoint.validation import Fields, checked
from ingest.endpoint.writer import Writer
from streams.core import clock
from streams.core.records import InvalidRecordError

READERS = 4  # threads
PUTS = {"PutRecord": (putting.PUT_RECORD, putting.of_one), "PutRecords": (putting.PUT_RECORDS, putting.of_many)}
SUBSCRIBE = "SubscribeToShard"


class Subscribe(NamedTuple):
    """Holds a call of SubscribeToShard, which is answered by a stream of events.

    `check` raises ApiError once the key may no longer read the stream.
    """

    call: Call
    check: Callable[[], Awaitable[None]]


class Caller(NamedTuple):
    """Holds the key of a request, and its region."""

    key_id: str
    key: Key
    region: str

    def may(self, scopes: tuple[str, ...], stream: str) -> bool:
        return any(self.key.grant.allows(scope, stream) for scope in scopes)


class Asked(NamedTuple):
    """Holds the facts about a request that are known before its body is read."""

    operation: str  # "" if it names none
    codec: Codec
    claim: Claim
    caller: Caller


class Service:
    def __init__(
        self,
        streams: Opened,
        iterators: Iterators,
        keys: Keys,
        writer: Writer,
        now: clock.Clock = clock.now,
        *,
        unpacks: bool = True,
    ) -> None:
        """`unpacks` says whether aggregates of KPL are stored as the records that they hold."""
        self._keys = keys
        self._writer = writer
        self._now = now
        self._unpacks = unpacks
        self.pool = ThreadPoolExecutor(READERS, "reader")
        self.store = Store(streams, lambda: streams("").all_names(), iterators, now)

    async def ask(self, signed: Signed, entry: Entry) -> Asked:
        """Returns the facts about a request before its body is read. Raises ApiError if its key is not valid."""
        operation = operation_of(signed.path, signed.headers)
        if _fields(operation) is not None or operation in UNSUPPORTED:
            entry.operation = operation
        claim = signatures.read(signed)
        key = await self._keys.active(claim.key)
        entry.key = claim.key
        signatures.check_time(claim, datetime.fromtimestamp(self._now() / 1000, UTC))
        return Asked(operation, codec_of(signed.headers), claim, Caller(claim.key, key, claim.region))

    async def answer(self, asked: Asked, signed: Signed, entry: Entry) -> bytes | Subscribe:
        """Returns the body of the answer to a request. Raises ApiError."""
        operation, codec, claim, caller = asked
        signatures.verify(claim, caller.key.secret, signed)
        fields = _fields(operation)
        if operation in UNSUPPORTED:
            raise invalid(f"The operation {operation} is not supported by Millrace.")
        if fields is None:
            raise unknown_operation()
        if operation in PUTS:
            return await self._put(operation, signed.body, codec, caller, entry)
        arguments = _arguments(fields, signed.body, codec)
        if operation == SUBSCRIBE:
            stream = consumers.stream_of(arguments, self.store)
            call = await self._call(operation, (READ,), arguments, stream, caller, entry)
            return Subscribe(call, lambda: self._check(caller, call))
        found = OPERATIONS[operation]
        stream = found.name(arguments, self.store)
        call = await self._call(operation, found.scopes, arguments, stream, caller, entry)
        body: bytes = await self.in_pool(lambda: _run(found, call, codec), stream)
        return body

    async def in_pool(self, task: Callable[[], Any], stream: str = "") -> Any:
        """Runs a task in a thread of the readers. Raises ApiError for an error of the stream."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self.pool, task)
        except Exception as error:
            raise faults.translated(error, stream) from error

    async def _call(
        self,
        operation: str,
        scopes: tuple[str, ...],
        arguments: dict[str, Any],
        stream: str,
        caller: Caller,
        entry: Entry,
    ) -> Call:
        entry.stream = stream or "-"
        call = Call(arguments, stream, caller.region, self.store, lambda name: caller.may(ANY, name))
        if stream and not caller.may(scopes, stream):
            raise _denied(operation, call.arn(), caller)
        if arguments.get("DryRun"):
            await self.in_pool(lambda: call.opened.properties(), stream)
            raise dry_run()
        return call

    async def _check(self, caller: Caller, call: Call) -> None:
        """Raises ApiError if the key may no longer read the stream."""
        found = caller._replace(key=await self._keys.active(caller.key_id))
        if not found.may((READ,), call.stream):
            raise _denied(SUBSCRIBE, call.arn(), found)

    async def _put(self, operation: str, body: bytes, codec: Codec, caller: Caller, entry: Entry) -> bytes:
        stream, put = _put_of(operation, body, codec, self.store)
        await self._call(operation, (WRITE,), {"DryRun": put.dry}, stream, caller, entry)
        unpacked = unpack(put.writing) if self._unpacks else None
        try:
            written = await self._writer.put(stream, unpacked.writing if unpacked else put.writing, put.size)
        except InvalidRecordError:
            most = await self.in_pool(lambda: self.store.open(stream).properties().max_record, stream)
            raise putting.too_large(put, most) from None
        except Exception as error:
            raise faults.translated(error, stream) from error
        written = unpacked.folded(written) if unpacked else written
        if put.many and not written.errors and codec is JSON:
            return putting.answer_as_json(written)
        return codec.encode(putting.answer(put, written, stream))


def _fields(operation: str) -> Fields | None:
    if operation in PUTS:
        return PUTS[operation][0]
    if operation == SUBSCRIBE:
        return consumers.SUBSCRIBE
    found = OPERATIONS.get(operation)
    return found and found.fields


def _arguments(fields: Fields, body: bytes, codec: Codec) -> dict[str, Any]:
    if not body:
        raise serialization()
    return checked(fields, codec.decode(body))


def _put_of(operation: str, body: bytes, codec: Codec, store: Store) -> tuple[str, Put]:
    """Returns the stream and the records of a put. Raises ApiError."""
    if operation == "PutRecords" and codec is JSON:
        try:
            return hot.put_records(body, store)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass  # the slow way names the fault
    fields, read = PUTS[operation]
    arguments = _arguments(fields, body, codec)
    return named(arguments, store), read(arguments)


def _run(operation: Operation, call: Call, codec: Codec) -> bytes:
    answer = operation.run(call)
    return codec.encode(answer) if answer else codec.empty


def _denied(operation: str, arn: str, caller: Caller) -> ApiError:
    return ApiError(
        "AccessDeniedException",
        f"User: arn:aws:iam::{ACCOUNT}:access-key/{caller.key_id} is not authorized to perform: kinesis:{operation} on"
        f" resource: {arn} because no identity-based policy allows the kinesis:{operation} action",
    )
