"""Makes the change from one JSON text to the next; docs/protocol.md has its form.

The pieces of both texts are compared as bytes: a reader that applies the change has each value of the next text.
"""

from collections.abc import Iterable
from operator import eq

import msgspec

MOST = 50  # items that differ; a list with more is sent whole, since most things on a map move with each snapshot

Raw = msgspec.Raw
_parts = msgspec.json.Decoder(dict[str, Raw]).decode
_items = msgspec.json.Decoder(list[Raw]).decode


def change(before: bytes | Raw, after: bytes | Raw) -> bytes:
    """Returns a change, in JSON, that makes `after` of `before`: `[after]` itself, or the parts that differ."""
    before, after = bytes(before), bytes(after)
    whole = b"[" + after + b"]"
    kinds = before[:1] + after[:1]
    found = _of_objects(before, after) if kinds == b"{{" else _of_lists(before, after) if kinds == b"[[" else whole
    return min(whole, found, key=len)


def _of_objects(before: bytes, after: bytes) -> bytes:
    old, new = _parts(before), _parts(after)
    if list(old) != list(new):  # one with other keys, or in another order, is sent whole
        return b"[" + after + b"]"
    return _object(msgspec.json.encode(key) + b":" + change(old[key], new[key]) for key in old if old[key] != new[key])


def _of_lists(before: bytes, after: bytes) -> bytes:
    old, new = _items(before), _items(after)
    left, come = _moved(old, new)
    kept = min(len(old) - left, len(new) - come)
    differ = [place for place in range(kept) if old[left + place] != new[come + place]]
    if len(differ) > MOST:
        return b"[" + after + b"]"
    parts = []
    if come:
        parts.append(b'"before":' + msgspec.json.encode(new[:come]))
    if left or kept < len(old):
        parts.append(b'"keep":' + msgspec.json.encode([left, left + kept]))
    if come + kept < len(new):
        parts.append(b'"after":' + msgspec.json.encode(new[come + kept :]))
    parts += (b'"%d":' % (come + place) + change(old[left + place], new[come + place]) for place in differ)
    return _object(parts)


def _object(parts: Iterable[bytes]) -> bytes:
    return b"{" + b",".join(parts) + b"}"


def _moved(old: list[Raw], new: list[Raw]) -> tuple[int, int]:
    """Returns how many items have left at the beginning, and how many have come there, so that most others stay."""
    ways = [(0, 0), (1, 0), (0, 1)]
    if old and new and old[0] != new[0]:
        if new[0] in old:
            ways.append((old.index(new[0]), 0))
        if old[0] in new:
            ways.append((0, new.index(old[0])))
    return max(ways, key=lambda way: _same(old[way[0] :], new[way[1] :]))


def _same(old: list[Raw], new: list[Raw]) -> int:
    """Returns how many items of two lists are the same in their places."""
    return sum(map(eq, old, new))
