"""Makes the partition keys of the records of a request: from a field, one for all, or at random."""

import os
from collections.abc import Sequence
from typing import Protocol

from common.text import quoted
from ingest.http.refusals import RefusedError
from ingest.json_fields import JsonField, NoKeyError, steps_of
from streams.core import names

MOST_STEPS = 8  # of a path to a field
MOST_PATH = 256  # characters


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
    """Reads the key of a JSON record from the field at a path, as ingest.json_fields says. Raises RefusedError."""

    def __init__(self, path: str) -> None:
        self.field = path
        steps = steps_of(path)
        if not all(steps) or len(steps) > MOST_STEPS or len(path) > MOST_PATH:
            says = f"“key” names no field: it is a path of 1 to {MOST_STEPS} names with dots between them."
            raise RefusedError(400, "key", says)
        self._found = JsonField(steps)

    def of_all(self, datas: Sequence[bytes]) -> list[str]:
        try:
            return self._found.of_all(datas)
        except NoKeyError as error:
            raise self._fault(error) from None

    def of(self, data: bytes) -> str:
        try:
            return self._found.of(data)
        except NoKeyError as error:
            raise self._fault(error) from None

    def _fault(self, error: NoKeyError) -> FaultError:
        name = quoted(self.field)
        return FaultError(
            f"its field {name} is neither text nor a number" if error.found else f"it has no field {name}"
        )


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
