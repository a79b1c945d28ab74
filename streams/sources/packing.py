"""Opens a file of rows in any packing and encoding, as a stream of UTF-8 lines, or as the rows of a sheet.

The file is unpacked while it is read, so that memory is bounded for any unpacked size.
"""

import codecs
import io
import tempfile
import zipfile
from collections.abc import Callable
from typing import IO, Any

from streams.sources.base import SourceError
from streams.sources.frames import LOOK, Bz2, Frames, Gz, Xz, Zstd

MAX_INNER = 1 << 30  # bytes of a workbook within a .zip, which is unpacked to an unnamed temporary file
KINDS = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Excel file (.xls); save it as .xlsx or .csv",
    b"PAR1": "a Parquet file; write it as .csv",
    b"7z\xbc\xaf\x27\x1c": "a .7z archive; unpack it and give the file in it",
    b"Rar!": "a .rar archive; unpack it and give the file in it",
    b"SQLite format 3\0": "an SQLite database; write its table as .csv",
    b"%PDF": "a PDF; give the data as .csv",
    b"<": "a web page or XML, not a table: the download may have ended at a page that asks you to sign in",
    b"{": "JSON; write it as .csv",
    b"[{": "JSON; write it as .csv",
    b"version https://git-lfs": "a pointer of Git LFS, not the file itself: git lfs pull",
    b"\x89HDF": "an HDF5 file; write it as .csv",
}
PACKERS: dict[bytes, type[Frames]] = {
    b"\x1f\x8b": Gz,
    b"\xfd7zXZ\x00": Xz,
    b"BZh": Bz2,
    b"\x28\xb5\x2f\xfd": Zstd,
}
ZIP = b"PK\x03\x04"


class Workbook(Exception):  # noqa: N818 - no error: `unpacked` raises it for a file of another kind
    """Carries an open Excel workbook."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        super().__init__()
        self.archive = archive


def unpacked(file: io.BufferedReader) -> io.BufferedReader:
    """Returns the bytes of a file, unpacked if its first bytes are those of a packed one.

    Raises Workbook for an Excel file, SourceError for other files that are no text; its message follows a file name.
    """
    if inner := unpacked_stream(file):
        return _plain(inner)
    start = file.peek(8)
    if start.startswith(ZIP):
        return _from_zip(file)
    return _plain(file)


def unpacked_stream(file: io.BufferedReader) -> io.BufferedReader | None:
    """Returns the unpacked bytes if the first bytes are those of a packer of single files; None for other files."""
    start = file.peek(8)
    for mark, unpack in PACKERS.items():
        if start.startswith(mark):
            return io.BufferedReader(unpack(file), LOOK)
    return None


def _plain(file: io.BufferedReader) -> io.BufferedReader:
    start = file.peek(LOOK)
    bare = start.removeprefix(codecs.BOM_UTF8).lstrip()
    for mark, kind in KINDS.items():
        if bare.startswith(mark):
            raise SourceError(f"is {kind}.")
    if start[257:262] == b"ustar":
        raise SourceError("is a .tar archive; unpack it and give the file in it.")
    return file


def _from_zip(file: IO[bytes]) -> io.BufferedReader:
    if not file.seekable():
        raise SourceError("is a .zip or .xlsx that comes through a pipe; give it as a file.")
    try:
        archive = zipfile.ZipFile(file)
        names = [each.filename for each in archive.infolist()]
        if "xl/workbook.xml" in names:
            raise Workbook(archive)
        if "mimetype" in names:
            raise SourceError("is a LibreOffice file; save it as .xlsx or .csv.")
        return _member(archive, [name for name in names if not name.endswith("/") and not _of_system(name)])
    except zipfile.BadZipFile as error:
        raise SourceError(f"is a damaged .zip: {error}.") from None
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or compressed by a method that Python lacks
        raise SourceError(f"is a .zip that cannot be opened: {error}.") from None


def _of_system(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2] in (".DS_Store", "Thumbs.db")


def _member(archive: zipfile.ZipFile, names: list[str]) -> io.BufferedReader:
    """Opens the one file in an archive; it may be a workbook, like UCI's, which needs a seekable file."""
    if len(names) != 1:
        shown = ", ".join(repr(name[:60]) for name in names[:5]) or "none"
        raise SourceError(f"is a .zip of {len(names)} files ({shown}); unpack it and give one of them.")
    member = archive.open(names[0])
    inner: Any = io.BufferedReader(member, LOOK)
    start = inner.peek(8)
    if not start.startswith(ZIP):
        return unpacked(inner)
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - it ends with the reader of its rows
    while part := inner.read(LOOK):
        copy.write(part)
        if copy.tell() > MAX_INNER:
            raise SourceError(
                f"is a .zip whose workbook has more than {MAX_INNER:,} bytes; unpack it and save it as .csv."
            )
    copy.seek(0)
    return _from_zip(copy)


def as_utf8(file: io.BufferedReader, encoding: str | None) -> io.BufferedReader:
    """Returns lines in UTF-8 that end with a newline. A byte order mark or zeros show UTF-16.

    Other text is returned unchanged: the reader of lines distinguishes UTF-8 from Windows-1252.
    """
    start = file.peek(LOOK)[:LOOK]
    encoding = encoding or wide_encoding(start)
    if encoding:
        file = io.BufferedReader(_Recoded(file, codecs.getincrementaldecoder(encoding)().decode), LOOK)
        start = file.peek(LOOK)[:LOOK]
    if b"\r" in start and b"\n" not in start:
        return io.BufferedReader(
            _Recoded(file, lambda part, final=False: part.decode("latin-1").replace("\r", "\n"), "latin-1")
        )
    return file


def wide_encoding(start: bytes) -> str | None:
    """Returns the encoding of text of two bytes a character by its first bytes; None for other text."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(start) > 1 and start[:200].count(0) * 5 > len(start[:200]) * 2:
        return {(True, False): "utf-16-le", (False, True): "utf-16-be"}.get((start[1] == 0, start[0] == 0))
    return None


class _Recoded(io.RawIOBase):
    """Decodes the bytes of another stream by parts and encodes them as UTF-8."""

    def __init__(self, file: io.BufferedReader, decode: Callable[..., str], encoding: str = "utf-8") -> None:
        self._file, self._decode, self._encoding = file, decode, encoding
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._left:
            part = self._file.read1(LOOK)
            self._left = self._decode(part, final=not part).encode(self._encoding, errors="replace")
            if not part:
                break
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count
