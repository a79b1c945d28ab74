"""Bytes in blocks as numbered lines, however they are cut."""

from collections.abc import Iterator
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from ingest.files import splitting
from ingest.files.bad_lines import BadLines
from ingest.files.splitting import Lines
from streams.backends import limits


class Cut:
    """Gives blocks that were made beforehand; None is a moment without bytes."""

    def __init__(self, blocks: list[bytes | None]) -> None:
        self._blocks: Iterator[bytes | None] = iter([*(block for block in blocks if block != b""), b""])
        self.closed = False

    def block(self) -> bytes | None:
        return next(self._blocks)

    def close(self) -> None:
        self.closed = True


def naive(data: bytes, most: int) -> list[tuple[int, bytes]]:
    """Returns the numbered lines of at most `most` bytes, their \\r included."""
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    numbered = enumerate(lines if lines[-1] else lines[:-1], 1)
    return [(number, line.removesuffix(b"\r")) for number, line in numbered if len(line) <= most]


MOST = 9
PIECE = st.lists(st.sampled_from([b"\n", b"\r", b"a", b"bcd", b"\n\n"]), max_size=3).map(b"".join)  # at most MOST bytes


@given(blocks=st.lists(st.none() | PIECE, max_size=12), limit=st.integers(1, 4))
@example(blocks=[b"a\r", b"\r\nb"], limit=1)
@example(blocks=[b"\xef\xbb\xbfbcda", b"a", None, b"bcdbcd\nb", b"\n"], limit=2)
def test_lines_are_the_same_however_the_bytes_are_cut(blocks: list[bytes | None], limit: int) -> None:
    cut, bad, found = Cut(blocks), BadLines("FILE"), []
    with patch.object(splitting, "MAX_LINE", MOST):
        lines = Lines(cut, bad)
        while not lines.over or lines.ahead():
            first, taken = lines.take(limit)
            found += list(enumerate(taken, first))
    whole = b"".join(block for block in blocks if block)
    assert (found, cut.closed) == (naive(whole, MOST), True)
    assert bad.total == len(naive(whole, 99)) - len(found)


def test_the_longest_line_is_the_largest_record_of_any_stream() -> None:
    assert splitting.MAX_LINE == limits.LARGEST_RECORD == 10 << 20
