"""Makes the partition keys of the records of a request: from a field, one for all, or at random."""

import os
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Protocol

import msgspec

from common.text import quoted
from ingest.field_names import fits_struct
from ingest.http.refusals import RefusedError
from streams.core import names

MOST_STEPS = 8  # of a path to a field
MOST_PATH = 256  # characters
READ_ERRORS = (msgspec.MsgspecError, UnicodeError, RecursionError)
BLANKS = b" \t\r\n"  # JSON's white space

_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_text = msgspec.json.Decoder(str).decode


class FaultError(ValueError):
    """Says why one record is not taken, without a capital letter or a full stop."""


class Keys(Protocol):
    """Makes keys. `field` is the path of a field as the sender wrote it, "" if the keys do not come from one."""

    field: str

    def of_all(self, datas: Sequence[bytes]) -> list[str]:
        """Returns the key of each record. May raise READ_ERRORS and FaultError: then each is asked for by itself."""

    def of(self, data: bytes) -> str:
        """Returns the key of one record, which is valid JSON if the key comes from a field. Raises FaultError."""


class RandomKeys:
    """Makes keys of 16 hexadecimal digits, which spread records evenly over all shards."""

    field = ""

    def of_all(self, datas: Sequence[bytes]) -> list[str]:
        digits = os.urandom(8 * len(datas)).hex()
        return [digits[place : place + 16] for place in range(0, 16 * len(datas), 16)]

    def of(self, data: bytes) -> str:
        return os.urandom(8).hex()


class OneKey:
    """Gives all records the key that the sender named in a header."""

    field = ""

    def __init__(self, key: str) -> None:
        self._key = key

    def of_all(self, datas: Sequence[bytes]) -> list[str]:
        return [self._key] * len(datas)

    def of(self, data: bytes) -> str:
        return self._key


class FieldKeys:
    """Reads the key of a JSON record from the field at a path, such as `customer.id` or `lines.0.sku`.

    A text is the key itself; a number is the key as it is written in the record (1.10 stays 1.10), true and false
    likewise. A record where the field is missing, null, an object or an array has no key.
    """

    def __init__(self, path: str) -> None:
        self.field = path
        self._steps = [step.replace("\0", ".") for step in path.replace("\\.", "\0").split(".")]
        if not all(self._steps) or len(self._steps) > MOST_STEPS or len(path) > MOST_PATH:
            says = f"“key” names no field: it is a path of 1 to {MOST_STEPS} names with dots between them."
            raise RefusedError(400, "key", says)
        self._one_by_one = not all(map(fits_struct, self._steps))
        leaf: Any = str
        for step in [] if self._one_by_one else reversed(self._steps):
            leaf = msgspec.defstruct("Level", [("inner", leaf)], rename={"inner": step})
        self._decode = msgspec.json.Decoder(leaf).decode
        self._inner = attrgetter(".".join(["inner"] * len(self._steps)))

    def of_all(self, datas: Sequence[bytes]) -> list[str]:
        if self._one_by_one:
            return list(map(self.of, datas))
        return list(map(self._inner, map(self._decode, datas)))

    def of(self, data: bytes) -> str:
        value = data
        for step in self._steps:
            value = self._step(value.strip(BLANKS), step)
        value = value.strip(BLANKS)
        if value == b"null" or value[:1] in (b"{", b"["):
            raise FaultError(f"its field {quoted(self.field)} is neither text nor a number")
        return _text(value) if value.startswith(b'"') else value.decode()

    def _step(self, value: bytes, step: str) -> bytes:
        try:
            if value.startswith(b"{"):
                return bytes(_object(value)[step])
            if value.startswith(b"[") and step.isascii() and step.isdecimal() and len(step) < 10:
                return bytes(_array(value)[int(step)])
        except LookupError:
            pass
        raise FaultError(f"it has no field {quoted(self.field)}")


def keys_for(field: str | None, header: str | None) -> Keys:
    """Returns the keys that a request asks for: `?key=FIELD`, or the header X-Partition-Key. Raises RefusedError."""
    if field is not None and header is not None:
        raise RefusedError(400, "key", "Give either “key” in the address or the header X-Partition-Key, not both.")
    if field is not None:
        return FieldKeys(field)
    if header is None:
        return RandomKeys()
    try:
        key = header.encode("latin-1").decode()  # as the servers decode a header
    except UnicodeError:
        raise RefusedError(400, "key", "X-Partition-Key is not UTF-8.") from None
    if fault := names.key_fault(key):
        raise RefusedError(400, "key", fault)
    return OneKey(key)
