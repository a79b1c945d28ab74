"""Unpacks single files in bounded memory, frame after frame; a file that ends within a frame is an error.

Bytes that were unpacked before a damaged place are returned before the error. The libraries' own classes do less:
lzma.LZMAFile has no bound on memory, zstandard's stream_reader takes the end within a frame for the end of the file,
and gzip.GzipFile drops the bytes that it has unpacked before an error.
"""

import bz2
import io
import lzma
import zlib
from abc import abstractmethod
from typing import Any

import zstandard

LOOK = 1 << 16  # bytes at the start that decide the kind of a file, and that are read at once
MAX_XZ = 1 << 27  # bytes of memory: `xz -9` needs 65 MiB, and a header may ask for 4 GiB
ZSTD_STEP = 256  # packed bytes: a block of 4 bytes may unpack to 128 KiB, so that these give at most 8 MiB
UNPACK_ERRORS = (zlib.error, lzma.LZMAError, zstandard.ZstdError)  # of bz2: OSError


class Frames(io.RawIOBase):
    """Reads the unpacked bytes of a file; frames follow each other, with zeros between them at most."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self._packed = b""
        self._left = b""  # unpacked, not returned yet
        self._begin()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._left:
            if self._ended() and not self._begin_next():
                return 0
            self._left = self._unpack(len(buffer))
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def _begin_next(self) -> bool:
        """Begins the frame after the one that has ended; returns whether there is one."""
        rest = self._rest().lstrip(b"\0")
        while not rest:
            if not (part := self._file.read1(LOOK)):
                return False
            rest = part.lstrip(b"\0")
        self._packed = rest
        self._begin()
        return True

    def _more(self, size: int) -> bytes:
        """Returns the next packed bytes, at most `size`. Raises EOFError at the end of the file."""
        self._packed = self._packed or self._file.read1(LOOK)
        if not self._packed:
            raise EOFError("it is cut short")
        part, self._packed = self._packed[:size], self._packed[size:]
        return part

    @abstractmethod
    def _begin(self) -> None:
        """Makes the unpacker of one frame."""

    @abstractmethod
    def _ended(self) -> bool:
        """Returns whether the frame has ended."""

    @abstractmethod
    def _rest(self) -> bytes:
        """Returns the bytes after the frame that were read already."""

    @abstractmethod
    def _unpack(self, size: int) -> bytes:
        """Returns the next unpacked bytes, b"" if more packed ones are needed; about `size` are asked for."""


class Xz(Frames):
    _unpacker: lzma.LZMADecompressor | bz2.BZ2Decompressor

    def _begin(self) -> None:
        self._unpacker = lzma.LZMADecompressor(memlimit=MAX_XZ)

    def _ended(self) -> bool:
        return self._unpacker.eof

    def _rest(self) -> bytes:
        return self._unpacker.unused_data + self._packed

    def _unpack(self, size: int) -> bytes:
        packed = self._more(LOOK) if self._unpacker.needs_input else b""
        return self._unpacker.decompress(packed, max_length=size)


class Bz2(Xz):
    def _begin(self) -> None:
        self._unpacker = bz2.BZ2Decompressor()


class Gz(Frames):
    def _begin(self) -> None:
        self._unpacker = zlib.decompressobj(wbits=31)  # with the header and the check sum of gzip

    def _ended(self) -> bool:
        return self._unpacker.eof

    def _rest(self) -> bytes:
        return self._unpacker.unused_data + self._packed

    def _unpack(self, size: int) -> bytes:
        return self._unpacker.decompress(self._unpacker.unconsumed_tail or self._more(LOOK), size)


class Zstd(Frames):
    """Refuses frames with a window above 128 MiB, which zstd itself does unless it is told otherwise."""

    def _begin(self) -> None:
        self._unpacker = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()

    def _ended(self) -> bool:
        return self._unpacker.eof

    def _rest(self) -> bytes:
        return self._unpacker.unused_data + self._packed

    def _unpack(self, size: int) -> bytes:
        return self._unpacker.decompress(self._more(ZSTD_STEP))
