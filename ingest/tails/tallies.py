"""Counts the records that a flow has put, and the lines that it could not put unchanged."""

import msgspec

MOST_SHOWN = 120  # characters of a line that a message repeats


class Tally(msgspec.Struct, omit_defaults=True):
    """Counts since the flow was first started."""

    records: int = 0
    size: int = 0  # bytes that were read of the files
    blank: int = 0  # lines without a character
    unmatched: int = 0  # lines that no conversion could read; they are left out
    overlong: int = 0  # records that were cut off
    extra: int = 0  # lines with more columns than names
    keyless: int = 0  # records in which the partition key was not found
    sample: str = ""  # the beginning of the first line that could not be read

    def miss(self, record: bytes) -> None:
        """Counts a record that cannot be converted."""
        self.unmatched += 1
        if not self.sample:
            self.sample = record[:MOST_SHOWN].decode(errors="replace")

    def copied(self) -> "Tally":
        return msgspec.structs.replace(self)


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Tally).decode


def encoded(tally: Tally) -> str:
    return _encode(tally).decode()


def decoded(text: str | None) -> Tally:
    """Returns the tally of a mark; a new one if there is no mark, or a damaged one."""
    try:
        return _decode(text) if text else Tally()
    except msgspec.MsgspecError:
        return Tally()
