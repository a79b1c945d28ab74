"""Makes shard iterators, which are places in a shard, and the tokens of paged lists. Both last five minutes."""

import msgspec

from ingest.endpoint.errors import ApiError, invalid
from ingest.endpoint.seals import Seals
from streams.core import clock
from streams.core.records import Position

VALID = 5 * clock.MINUTE


class Iterator(msgspec.Struct, array_like=True, frozen=True):
    stream: str
    shard: str
    position: str  # the text of a Position
    made: int  # milliseconds
    identity: str  # of the stream, so that no iterator leads into another stream of the same name

    @property
    def place(self) -> Position:
        return Position.parse(self.position)


class Token(msgspec.Struct, array_like=True, frozen=True):
    """Says where a list of a stream continues."""

    operation: str
    stream: str
    after: str  # the last name that was listed
    made: int  # milliseconds
    condition: str = ""  # the filter of the list, as JSON


_encode = msgspec.msgpack.Encoder().encode
_iterator = msgspec.msgpack.Decoder(Iterator).decode
_token = msgspec.msgpack.Decoder(Token).decode


class Iterators:
    def __init__(self, seals: Seals) -> None:
        self._seals = seals

    def seal(self, iterator: Iterator) -> str:
        return self._seals.seal(b"i" + _encode(iterator))

    def open(self, text: str, now: int) -> Iterator:
        """Returns the place of an iterator. Raises ApiError if it is not ours, or older than five minutes."""
        content = self._seals.open(text)
        if content is None or content[:1] != b"i":
            raise invalid("Invalid ShardIterator.")
        found = _iterator(content[1:])
        if now - found.made > VALID:
            raise ApiError(
                "ExpiredIteratorException",
                f"Iterator expired. The iterator was created at time {clock.to_iso(found.made)} while right now it is"
                f" {clock.to_iso(now)} which is further in the future than the tolerated delay of"
                f" {VALID} milliseconds.",
            )
        return found

    def seal_token(self, token: Token) -> str:
        return self._seals.seal(b"t" + _encode(token))

    def open_token(self, text: str, operation: str, now: int) -> Token:
        """Returns the place of a token. Raises ApiError if it is not ours, or older than five minutes."""
        content = self._seals.open(text)
        found = _token(content[1:]) if content is not None and content[:1] == b"t" else None
        if found is None or found.operation != operation:
            raise invalid("Invalid NextToken.")
        if now - found.made > VALID:
            raise ApiError("ExpiredNextTokenException", "The NextToken has expired. Begin the list again.")
        return found
