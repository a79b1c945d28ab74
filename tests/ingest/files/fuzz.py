"""Reads files that are nearly right as `produce lines` does.

FUZZ_SECONDS=600 FUZZ_SEED=2 pytest -s tests/ingest/files/test_fuzz.py runs it for longer. Faults of ours are: an error
other than SourceError, a file that keeps the reader busy, and records that depend on how many of them a call takes.
"""

import bz2
import gzip
import lzma
import random
import time
from argparse import ArgumentError, ArgumentParser
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import zstandard

from ingest.files.options import add_options
from ingest.files.source import open_source
from streams.sources.base import SourceError

SLOWEST = 20.0  # seconds of this process for one file
MOST = 5000  # records of a file that are compared
LIMITS = (1, 7, 4096)  # records that a call takes
PIECES = [
    *(b'{"a": 1}', b'{"id":"x","n":{"a":[1,2]}}', b'{"a":NaN}', b'{"a":1e999}', b'"text"', b"[1,2]", b"null"),
    *(b"{", b"}", b"[", b"]", b"[{", b"},", b'"', b"'", b"\\", b",", b";", b"\t", b"|", b"a,b,c", b"a;b;c", b"1,2,3"),
    *(b'"x,y",2', b'"a""b",1', b'"open', b"1.234,50;x", b"1,234.50", b"sep=;", b"a,a", b"", b" ", b"\r", b"\r\n"),
    *(b"\n", b"\n\n", b"\n\r", b"\0", b"\xff", b"\xc3\xa9", b"\xe9", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe"),
    *(b"\xfe\xff", "Ünïcode".encode(), "a,b\n1,2\n".encode("utf-16"), b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh9"),
    *(b"PK\x03\x04", b"-0", b"1e5", b"0x10", b"007", b"9" * 400, b"x" * 3000, b"[" * 300, b"{" * 200),
]  # fmt: skip
LARGE = [b"x" * (3 << 20), b'"' + b"y" * (2 << 20), b"a," * 200_000, b"[" * 100_000, b"\n" * 300_000, b"1,2\n" * 20_000]
NAMES = ["f", "f.csv", "f.tsv", "f.json", "f.jsonl", "f.ndjson", "f.txt", "f.log", "f.csv.gz", "f.xz", "f.json.zst"]
PACKS: list[Callable[[bytes], bytes]] = [
    gzip.compress, zstandard.compress, bz2.compress, lzma.compress, lambda data: gzip.compress(data) * 2,
]  # fmt: skip
OPTIONS: list[list[str]] = [
    *(["--format", name] for name in ("json", "csv", "text")),
    *(["--key", key] for key in ("id", "a", "n.a.0", "b", ".", "a.", "é", "0", "a" * 600)),
    *(["--encoding", name] for name in ("cp1252", "utf-16", "utf-16-le", "utf-7", "cp932", "utf-8-sig", "idna")),
    *(["--columns", names] for names in ("a,b", "id", '"x,y",z', "a,a", "é,b,c,d,e,f")),
    *(["--delimiter", sign] for sign in (";", "tab", "|", "a", " ", "é", ".")),
    *(["--random-key"], ["--decimal-comma"], ["--text"]),
]  # fmt: skip


class _Parser(ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise ArgumentError(None, message)


class Fuzz:
    """Makes files and options by chance."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.found: Counter[str] = Counter()
        self._parser = _Parser()
        add_options(self._parser)

    def step(self) -> None:
        """Reads one file. Raises AssertionError for a fault, with the file and the options that show it."""
        data, name, words = self.data(), self.chance.choice(NAMES), self.words()
        path = self.folder / name
        path.write_bytes(data)
        shown = f"{words} {name} {len(data)} bytes: {data[:300]!r}"
        began = time.process_time()
        try:
            outcomes = [self.read(path, words, limit) for limit in self.chance.sample(LIMITS, 2)]
        except Exception as error:
            raise AssertionError(shown) from error
        assert outcomes[0] == outcomes[1], (shown, outcomes[0][:3], outcomes[1][:3])
        assert time.process_time() - began < SLOWEST, shown
        path.unlink()

    def read(self, path: Path, words: list[str], limit: int) -> tuple[list[bytes], int, str]:
        """Returns the data of the records, the number of bad lines, and the error that ended the reading."""
        datas: list[bytes] = []
        try:
            options = vars(self._parser.parse_args(["--file", str(path), *words]))
            source = open_source(options, Random(1), 0)
        except (SourceError, ArgumentError) as error:
            self.found["refused"] += 1
            return [], 0, str(error)
        try:
            while not source.ended() and len(datas) < MOST:
                datas += [data for _, data in source.take(limit)]
        except SourceError as error:
            self.found["broke off"] += 1
            return datas, source.skipped, str(error)
        finally:
            source.end()
        self.found["read"] += 1
        return (datas, source.skipped, "") if len(datas) < MOST else (datas[:MOST], 0, "long")

    def data(self) -> bytes:
        chance = self.chance
        kind = chance.random()
        if kind < 0.02:
            data = chance.choice(LARGE)
        elif kind < 0.1:
            data = chance.randbytes(chance.choice([0, 1, 50, 3000]))
        else:
            ends = chance.choice([b"\n", b"\n", b"\r\n", b"", b"\r"])
            data = ends.join(chance.choices(PIECES, k=chance.choice([0, 1, 2, 3, 8, 40])))
        if chance.random() < 0.8:
            return data
        packed = chance.choice(PACKS)(data)
        place = chance.randrange(1, len(packed))
        return chance.choice(
            [packed, packed, packed[:place], packed[:place] + b"\xff" + packed[place:], packed + b"rest"]
        )

    def words(self) -> list[str]:
        return [
            word for option in self.chance.sample(OPTIONS, self.chance.choice([0, 0, 1, 1, 2, 3])) for word in option
        ]
