"""Sends requests that are nearly right to the door for records: nice python -m tests.ingest.http.fuzz SECONDS [SEED].

Faults of ours are: a status of 500 and above, no answer to a request whose frame is whole, an answer that is not JSON
where it says so, a good request that fails afterwards, and another number of stored records than the answers say.
"""

import gzip
import json
import random
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import zstandard

from tests.ingest.http import vocabulary as words
from tests.ingest.http.doors import Asked, Door, Reply, Site, memory, number_stored, site

ALLOWED = {200, 400, 401, 403, 404, 405, 413, 414, 415, 422, 429, 431}


class Fuzz:
    """Makes requests by chance, and counts the records that the answers say are stored."""

    def __init__(self, where: Site, seed: int) -> None:
        self.site = where
        self.chance = random.Random(seed)
        self.found: Counter[tuple[str, int]] = Counter()
        self.stored = 0  # records, as the answers say
        self.doubts = 0  # requests that ended without an answer

    def step(self) -> None:
        """Sends one request. Raises AssertionError for an answer that there should not be."""
        name, door = self.chance.choice(sorted(self.site.doors.items()))
        asked, whole = self.asked(is_raw=name == "direct")
        began = time.monotonic()
        reply = door.send(asked, whole=whole)
        took = time.monotonic() - began
        self.found[name, reply.status] += 1
        told = f"{reply.status} {reply.body[:200]!r} after {took:.1f} s"
        shown = f"{name}: {told} to {shortened(asked)!r}"
        assert reply.status in ALLOWED or (reply.status == 0 and not whole), shown
        assert took < 10, shown
        self.doubts += reply.status == 0
        self.count(reply, shown)

    def count(self, reply: Reply, shown: str) -> None:
        if b"content-type: application/json" not in reply.head or not reply.body:
            assert reply.status != 200 or b"content-length: 0" in reply.head or not reply.body, shown
            return
        told = json.loads(reply.body)
        assert (reply.status == 200) != ("error" in told), shown
        if reply.status == 200 and b"idempotent-replay" not in reply.head:
            self.stored += told["records"]

    def check(self) -> None:
        """Raises AssertionError if a door does not answer a good request, or if the stream holds another number."""
        for door in self.site.doors.values():
            self.count(self.good(door), "a good request")
        number = number_stored(self.site.deployment.streams)
        assert number == self.stored or (self.doubts and number > self.stored), (number, self.stored)
        self.stored, self.doubts = number, 0

    def good(self, door: Door) -> Reply:
        headers = [
            (b"Authorization", b"Bearer " + self.site.token),
            (b"Content-Type", b"text/plain"),
            (b"Content-Length", b"3"),
        ]
        reply = door.send(Asked(b"POST", b"/streams/clicks/records", headers, b"yes"))
        assert (reply.status, json.loads(reply.body)["records"]) == (200, 1), reply
        return reply

    def asked(self, *, is_raw: bool) -> tuple[Asked, bool]:
        """Returns a request, and whether its frame is whole, so that it must get an answer."""
        body = self.packed(self.body())
        framed, data, whole = self.frame(body, is_raw=is_raw)
        asked = Asked(self.mostly([b"POST"], words.METHODS), self.target(), self.headers(body) + framed, data)
        return asked, whole and (not is_raw or is_clean(asked))

    def target(self) -> bytes:
        query = self.mostly([b""], words.QUERIES) if self.chance.random() < 0.5 else b""
        return b"/streams/%s/records" % self.mostly([b"clicks"], words.NAMES) + (b"?" + query if query else b"")

    def headers(self, body: bytes) -> list[tuple[bytes, bytes]]:
        chance = self.chance
        found = [] if self.rarely() else [(b"Authorization", self.authorization())]
        found.append((b"Content-Type", self.mostly(words.KINDS[:4], words.KINDS)))
        if body[:2] == b"\x1f\x8b" or body[:4] == b"\x28\xb5\x2f\xfd":
            found.append((b"Content-Encoding", b"gzip" if body[:1] == b"\x1f" else b"zstd"))
        if chance.random() < 0.4:
            found += [
                (chance.choice(words.HEADERS), chance.choice(words.ODD)) for _ in range(chance.choice([1, 1, 2, 5]))
            ]
        if self.rarely():
            value = b"v" * chance.choice([1, 100])
            found += [(b"X-H%d" % number, value) for number in range(chance.choice([50, 90, 300]))]
        if self.rarely():
            found.append((b"content-encoding", chance.choice([b"br", b"gzip, gzip", b"zstd", b"x-gzip"])))
        return found

    def frame(self, body: bytes, *, is_raw: bool) -> tuple[list[tuple[bytes, bytes]], bytes, bool]:
        """Returns the headers that frame the body, what is sent, and whether it is whole."""
        kind = self.chance.random()
        if kind < 0.8 or not is_raw:
            if kind < 0.93:
                return [(b"Content-Length", str(len(body)).encode())], body, True
            return [(b"Content-Length", self.chance.choice(words.LENGTHS))], body, False
        if kind < 0.9:
            return [(b"Transfer-Encoding", b"chunked")], self.chunked(body), True
        if kind < 0.95:
            data = self.chunked(body)
            place = self.chance.randrange(len(data))
            broken = self.chance.choice(
                [data[:place], data[:place] + b"zz" + data[place:], b"ffffffffffffffffff\r\n" + data]
            )
            return (
                [(b"Transfer-Encoding", self.chance.choice([b"chunked", b"gzip, chunked", b"identity"]))],
                broken,
                False,
            )
        lengths = [(b"Content-Length", self.chance.choice([*words.LENGTHS, str(len(body)).encode()])) for _ in range(2)]
        return [*lengths, (b"Transfer-Encoding", b"chunked")][: self.chance.choice([1, 2, 3])], body, False

    def chunked(self, body: bytes) -> bytes:
        size = self.chance.choice([1000, 70_000]) if len(body) > 2000 else self.chance.choice([1, 7, 5000])
        parts = [body[place : place + size] for place in range(0, len(body), size)]
        trailer = b"X-Trailer: 1\r\n" if self.rarely() else b""
        return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n" + trailer + b"\r\n"

    def body(self) -> bytes:
        kind = self.chance.random()
        if kind < 0.02:
            return self.chance.choice(words.LARGE)
        if kind < 0.1:
            return self.chance.randbytes(self.chance.choice([0, 1, 30, 3000]))
        if kind < 0.25:
            return b"a,b\n" + b"".join(b"%d,x\n" % number for number in range(self.chance.choice([1, 30, 500])))
        return b"".join(self.chance.choices(words.PIECES, k=self.chance.choice([0, 1, 1, 1, 2, 3, 8])))

    def packed(self, body: bytes) -> bytes:
        """Returns the body, sometimes packed, and then sometimes damaged."""
        if self.chance.random() < 0.8:
            return body
        packs: list[Callable[[bytes], bytes]] = [gzip.compress, zstandard.compress, zlib.compress, twice, bomb]
        data = self.chance.choice(packs)(body)
        place = self.chance.randrange(1, len(data))
        return self.chance.choice(
            [data, data, data, data[:place], data[:place] + b"\xff" + data[place:], data + b"rest"]
        )

    def authorization(self) -> bytes:
        if not self.rarely():
            return b"Bearer " + self.site.token
        token = self.site.token
        return self.chance.choice(
            [
                b"Bearer",
                b"bearer  " + token,
                b"Basic eDp5",
                b"Bearer \xff",
                b"Bearer " + b"x" * 9000,
                token,
                b"Bearer " + token + b"\xc3\xa9",
            ]
        )

    def mostly(self, usual: list[bytes], others: list[bytes]) -> bytes:
        return self.chance.choice(others if self.chance.random() < 0.12 else usual)

    def rarely(self) -> bool:
        return self.chance.random() < 0.03


def is_clean(asked: Asked) -> bool:
    """Returns whether HTTP/1.1 allows the bytes of the head; else the server may just close the connection."""
    names = [name.lower() for name, _ in asked.headers]
    text = b"".join([asked.target, *(value for _, value in asked.headers)])
    odd = {b"expect", b"upgrade", b"host", b"te"} & set(names)
    return (
        not odd
        and all(32 <= byte < 127 for byte in text)
        and asked.method.isalpha()
        and sum(map(len, [text, *names])) < 30_000
    )


def shortened(asked: Asked) -> Asked:
    headers = [(name, value[:60]) for name, value in asked.headers[:12]]
    return Asked(asked.method[:30], asked.target[:200], headers, asked.body[:200])


def twice(body: bytes) -> bytes:
    return gzip.compress(body) * 2


def bomb(body: bytes) -> bytes:
    return gzip.compress(b"0" * (30 << 20), 1) if len(body) % 2 else zstandard.compress(b"0" * (30 << 20))


def main(seconds: float, seed: int) -> None:
    with TemporaryDirectory() as folder, site(Path(folder)) as where:
        fuzz, ends = Fuzz(where, seed), time.monotonic() + seconds
        fuzz.check()
        while time.monotonic() < ends:
            for _ in range(300):
                fuzz.step()
            fuzz.check()
        sizes = [f"{memory(pid) >> 20} MiB" for pid in where.pids]
        print(fuzz.found.total(), "requests;", dict(sorted(fuzz.found.items())), sizes, fuzz.stored, "records")  # noqa: T201 - by hand


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
