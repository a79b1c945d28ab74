"""Imports the lease table of a KCL 2 or 3 application in DynamoDB: its checkpoints become leases of ours.

One row is one shard: leaseKey (the shard, or account:stream:epoch:shard where one application reads several streams),
checkpoint (Kinesis' sequence number, or a word), checkpointSubSequenceNumber (the place inside an aggregated record,
from 0, as ours), parentShardId (a set). Both checkpoints name the last record that is done.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import boto3
from botocore import exceptions as boto
from django.db import IntegrityError, transaction

from common.text import clause
from streams.backends.kinesis.errors import CREDENTIALS, DENIED, EXPIRED, NOBODY, UNKNOWN, WHERE_FROM
from streams.backends.kinesis.reading import SUB_BITS
from streams.core.records import SHARD_END, TRIM_HORIZON, Position, Shard, StreamError, after, at
from streams.models import Lease

ACTION = "dynamodb:Scan"
PAGE = 1000  # rows asked for at a time
NAMED = 5  # rows at most, in a sentence

Item = dict[str, dict[str, Any]]  # a row as DynamoDB gives it: by attribute, its type and value


class Row(NamedTuple):
    """Holds a parsed lease of KCL."""

    shard: str
    words: str  # its checkpoint, as KCL writes it
    checkpoint: Position
    parents: list[str]
    bounds: tuple[str, str] | None  # of its hash range, hexadecimal, where KCL noted them


class Found(NamedTuple):
    """Holds the leases of a table on one stream."""

    rows: list[Row]
    others: int  # rows of other streams, and of KCL that are no leases


class Moment(NamedTuple):
    """Gives the times that KCL's words stand for."""

    latest: int  # milliseconds
    timestamp: int | None  # of AT_TIMESTAMP, which KCL keeps in its configuration and not in the table


class _UnknownError(Exception):
    """Says why a row is not understood."""


def scan(table: str, region: str | None, endpoint_url: str | None) -> list[Item]:
    """Returns all rows of the table. Raises StreamError."""
    try:
        client = boto3.session.Session().client("dynamodb", region_name=region, endpoint_url=endpoint_url)
        region = client.meta.region_name
        pages = client.get_paginator("scan").paginate(
            TableName=table, ConsistentRead=True, PaginationConfig={"PageSize": PAGE}
        )
        return [item for page in pages for item in page["Items"]]
    except (boto.ClientError, boto.BotoCoreError) as error:
        raise StreamError(_in_our_words(error, table, region)) from None  # botocore's text may hold secrets
    except ValueError as error:
        raise StreamError(f"The --endpoint-url is none that boto3 takes: {error}") from None


def read(items: Iterable[Item], stream: str, moment: Moment) -> Found:
    """Returns the leases on the stream, by shard. Raises StreamError that names the rows which are not understood."""
    rows: dict[str, Row] = {}
    unknown: list[str] = []
    others = 0
    for item in items:
        try:
            shard = _shard_of(item, stream)
            if shard is None:
                others += 1
            elif shard in rows:
                raise _UnknownError("its shard is there twice: a stream of that name was made anew")
            else:
                rows[shard] = _row(shard, item, moment)
        except _UnknownError as error:
            unknown.append(f"{_text(item, 'leaseKey') or 'one without a leaseKey'} ({error})")
    if unknown:
        more = f" and {len(unknown) - NAMED} more" if len(unknown) > NAMED else ""
        raise StreamError(f"Nothing was imported: not understood are {', '.join(sorted(unknown)[:NAMED])}{more}.")
    return Found([rows[shard] for shard in sorted(rows)], others)


def plan(found: Found, application: str, stream: str, shards: Sequence[Shard]) -> list[Lease]:
    """Returns the leases to make, by shard. Raises StreamError when the table is not about that stream."""
    known = {shard.id: shard for shard in shards}
    if not found.rows:
        raise StreamError(f"Nothing was imported: the table has no lease on stream {stream!r}.")
    if not any(row.shard in known for row in found.rows):
        raise StreamError(f"Nothing was imported: stream {stream!r} has none of the shards in the table.")
    names = {"application": application, "stream": stream}
    leases = [Lease(**names, **_place(row, known.get(row.shard))) for row in found.rows]
    # KCL removes the leases of finished shards once their children are under way, though the stream still holds them.
    done = _ancestors({row.shard for row in found.rows}, known)
    leases += [Lease(**names, **_listed(known[shard]), checkpoint=str(SHARD_END)) for shard in done]
    return sorted(leases, key=lambda lease: lease.shard)


def refuse_if_read(application: str, stream: str) -> None:
    """Raises StreamError when the application has leases on the stream: its own checkpoints are never replaced."""
    count = Lease.objects.filter(application=application, stream=stream).count()
    if count:
        raise StreamError(
            f"Nothing was imported: {application} has {count} lease{'s' if count > 1 else ''} on {stream} already and"
            " goes on from those; import before it reads the stream for the first time."
        )


def save(leases: Sequence[Lease], application: str, stream: str) -> None:
    """Stores all leases or none. Raises StreamError."""
    try:
        with transaction.atomic():
            refuse_if_read(application, stream)
            Lease.objects.bulk_create(leases)
    except IntegrityError:
        refuse_if_read(application, stream)  # a worker came first
        raise


def _shard_of(item: Item, stream: str) -> str | None:
    """Returns the row's shard; None for a row that is not a lease on the stream."""
    if "entityType" in item and "checkpoint" not in item:
        return None  # KCL 3.5 keeps its workers' figures and its leader's lock in the same table
    key = _text(item, "leaseKey")
    if not key:
        raise _UnknownError("it is no lease")
    parts = key.split(":")
    if len(parts) == 4:
        return parts[3] if parts[1] == stream else None
    if len(parts) != 1:
        raise _UnknownError("its leaseKey is neither a shard nor account:stream:epoch:shard")
    return key


def _row(shard: str, item: Item, moment: Moment) -> Row:
    words, sub = _text(item, "checkpoint"), _text(item, "checkpointSubSequenceNumber") or "0"
    parents = [parent.rpartition(":")[2] for parent in item.get("parentShardId", {}).get("SS", [])]
    found = f"{words}:{sub}" if sub != "0" else words
    return Row(shard, found, _position(words, sub, moment), sorted(parents), _bounds(item))


def _position(words: str, sub: str, moment: Moment) -> Position:
    match words:
        case "TRIM_HORIZON":
            return TRIM_HORIZON
        case "SHARD_END":
            return SHARD_END
        case "LATEST":
            return at(moment.latest)
        case "AT_TIMESTAMP" if moment.timestamp is not None:
            return at(moment.timestamp)
        case "AT_TIMESTAMP":
            raise _UnknownError("AT_TIMESTAMP, whose time is in KCL's configuration: give it with --timestamp")
    if not _is_number(words):
        raise _UnknownError(f"checkpoint {words!r}")
    if not _is_number(sub) or int(sub) >= 1 << SUB_BITS:
        raise _UnknownError(f"checkpointSubSequenceNumber {sub!r}")
    return after(int(words) << SUB_BITS | int(sub))


def _bounds(item: Item) -> tuple[str, str] | None:
    bounds = [_text(item, name) for name in ("startingHashKey", "endingHashKey")]
    if not all(map(_is_number, bounds)):
        return None
    return f"{int(bounds[0]):032x}", f"{int(bounds[1]):032x}"


def _place(row: Row, shard: Shard | None) -> dict[str, Any]:
    """Returns the columns of a lease; for a shard that the stream no longer lists, as KCL noted them."""
    if shard:
        columns = _listed(shard)
    else:
        columns = {"shard": row.shard, "parents": row.parents}
        if row.bounds:
            columns |= {"hash_start": row.bounds[0], "hash_end": row.bounds[1]}
    return columns | {"checkpoint": str(row.checkpoint)}


def _listed(shard: Shard) -> dict[str, Any]:
    bounds = {"hash_start": f"{shard.hash_start:032x}", "hash_end": f"{shard.hash_end:032x}"}
    return {"shard": shard.id, "parents": list(shard.parents)} | bounds


def _ancestors(shards: set[str], known: dict[str, Shard]) -> set[str]:
    """Returns those of the shards that the stream lists and that do not descend from another of the shards."""
    found: set[str] = set()
    ahead = list(shards)
    while ahead:
        shard = known.get(ahead.pop())
        for parent in shard.parents if shard else ():
            if parent in known and parent not in found:
                found.add(parent)
                ahead.append(parent)
    return found - shards


def _text(item: Item, name: str) -> str:
    value = item.get(name, {})
    return str(value.get("S", value.get("N", "")))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _in_our_words(error: Exception, table: str, region: str | None) -> str:
    """Returns one sentence, without AWS's text about the caller, since that may quote signed headers."""
    if isinstance(error, CREDENTIALS):
        return f"There are no AWS credentials that work ({type(error).__name__}); {WHERE_FROM}."
    if isinstance(error, boto.NoRegionError):
        return "No AWS region is set: name one with --region, or set AWS_DEFAULT_REGION."
    if isinstance(error, NOBODY):
        return (
            f"DynamoDB cannot be reached ({type(error).__name__}); check the network, the name of the region ({region})"
            " and --endpoint-url."
        )
    if not isinstance(error, boto.ClientError):
        return f"Table {table!r} cannot be read: {clause(error)}."
    code = str(error.response.get("Error", {}).get("Code", ""))
    if code == "ResourceNotFoundException":
        return f"There is no table {table!r} in {region}: KCL names it as its application, unless told otherwise."
    if code in DENIED:
        return (
            f"AWS does not let these credentials do {ACTION} on table {table!r}; allow the IAM action {ACTION}"
            " (and kms:Decrypt, if the table has a key of its own)."
        )
    if code in EXPIRED:
        return f"The AWS credentials have expired ({code}, at {ACTION}); renew them, and check the clock."
    if code in UNKNOWN:
        return f"AWS does not accept these credentials ({code}, at {ACTION}); {WHERE_FROM}."
    return f"DynamoDB refused {ACTION} on table {table!r} ({code}); try again."
