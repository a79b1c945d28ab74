"""The kind of a file by its first bytes, and packed files that are cut or damaged at any place."""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from streams.sources.frames import UNPACK_ERRORS
from streams.sources.packing import unpacked_stream, wide_encoding

PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}
ENCODINGS = {
    b"": None,
    b"\0": None,
    b"\0\0\0": None,
    b"a\0": "utf-16-le",
    b"\0a": "utf-16-be",
    b"\xff\xfea\0": "utf-16",
    b"abc": None,
}


@pytest.mark.parametrize("start", ENCODINGS, ids=repr)
def test_text_of_two_bytes_a_character_is_recognised(start: bytes) -> None:
    assert wide_encoding(start) == ENCODINGS[start]


def unpack(packed: bytes) -> tuple[bytes, bool]:
    """Returns the unpacked bytes, and whether they ended with an error."""
    file = unpacked_stream(io.BufferedReader(io.BytesIO(packed)))
    found = b""
    try:
        while file and (part := file.read1(7)):
            found += part
    except (OSError, EOFError, *UNPACK_ERRORS):
        return found, True
    return found, False


@pytest.mark.parametrize("packing", PACKINGS)
@given(parts=st.lists(st.binary(max_size=99), min_size=1, max_size=3), padding=st.sampled_from([b"", bytes(4)]))
def test_frames_are_unpacked_one_after_the_other(packing: str, parts: list[bytes], padding: bytes) -> None:
    packed = b"".join(PACKINGS[packing](part) + padding for part in parts)
    assert unpack(packed) == (b"".join(parts), False)


@pytest.mark.parametrize("packing", PACKINGS)
@given(data=st.binary(min_size=1, max_size=99), place=st.floats(0.3, 1, exclude_max=True))
def test_a_file_that_is_cut_anywhere_is_an_error(packing: str, data: bytes, place: float) -> None:
    packed = PACKINGS[packing](data)
    cut = packed[: max(6, int(len(packed) * place))]
    found, failed = unpack(cut)
    assert (data.startswith(found), failed or cut == packed) == (True, True)
