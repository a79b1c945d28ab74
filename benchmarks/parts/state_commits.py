"""KIND HELD: commits 100 changed entries (keys) or 100 new history rows (rows) to a state of so many; prints JSON."""

import gc
import json
import os
import sys
import tracemalloc
from time import perf_counter
from typing import Any

import django
import msgspec

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
django.setup()

from streams.coordination import lease_states  # noqa: E402 - Django is set up only now
from streams.coordination.leases import Leases  # noqa: E402 - Django is set up only now
from streams.core.commits import Commit, HeldLease  # noqa: E402 - Django is set up only now
from streams.core.hashing import HASH_SPACE  # noqa: E402 - Django is set up only now
from streams.core.records import TRIM_HORIZON, Description, Shard  # noqa: E402 - Django is set up only now
from streams.core.sink import Rows  # noqa: E402 - Django is set up only now
from streams.core.state import HistoryRow, StateChange, merge  # noqa: E402 - Django is set up only now
from streams.core.state_log import BOUNDS, StateLog, Write  # noqa: E402 - Django is set up only now
from streams.engine.commit_store import CommitStore  # noqa: E402 - Django is set up only now
from streams.models import Lease  # noqa: E402 - Django is set up only now

CHANGED = 100
ENTRY, ROW = b"e" * 80, b"r" * 40
COMMITS = 60


def main() -> None:
    kind, size = sys.argv[1], int(sys.argv[2])
    whole, changes = run(kind, size, whole=True), run(kind, size, whole=False)
    print(json.dumps({"whole": whole, "changes": changes, "load": changes["load"], "memory": changes["memory"]}))


def stores(sizes: list[int]) -> dict[bool, type[CommitStore[None]]]:
    """Returns the store of whole states (True) and that of changes (False); each notes the bytes of its writes."""

    class Store(CommitStore[None]):
        """Notes the bytes of each write."""

        def _change(self, held: HeldLease, change: StateChange, watermark: int) -> Write:
            write = super()._change(held, change, watermark)
            sizes.append(len(write.head) + sum(map(len, write.added.values())))
            return write

    class WholeStore(CommitStore[None]):
        """Writes the whole state with each commit."""

        entries: dict[Any, bytes] = {}
        history: list[HistoryRow] = []

        def _change(self, held: HeldLease, change: StateChange, watermark: int) -> Write:
            self.entries.update(change.put)
            self.history += change.history
            self.history = [row for row in self.history if row.until > watermark]
            head = msgspec.msgpack.encode((change.meta, self.entries, self.history))
            sizes.append(len(head))
            return Write(head, {}, [])

    return {True: WholeStore, False: Store}


def step(kind: str, size: int, number: int, count: int) -> StateChange:
    """Returns the change of a commit: `count` rows, or `count` of the keys size."""
    if kind == "rows":
        rows = [HistoryRow(str(n % 997), number * count + n + size, ROW) for n in range(count)]
        return StateChange(b"meta", history=rows)
    keys = ((number * 7919 + n) % size for n in range(count))
    return StateChange(b"meta", {(str(key),): ENTRY for key in keys})


def run(kind: str, size: int, *, whole: bool) -> dict[str, Any]:
    sizes: list[int] = []
    name = "whole" if whole else "changes"
    shard = Shard("a", 0, HASH_SPACE - 1)
    leases = Leases(name, "s", lambda states, owns, watermark=None: merge(states, owns))
    leases.sync(lambda: Description("s", "ACTIVE", 24, [shard], "one"), TRIM_HORIZON)
    leases.assign()
    [held] = leases.acquire(1)
    store = stores(sizes)[whole](name, "s", name, Rows(lambda stream, results: None))
    store.commit(held, Commit("trim-horizon", 1, step(kind, size, 0, size)))
    sizes.clear()
    seconds = []
    for number in range(1, (10 if whole and size > 10_000 else COMMITS) + 1):
        change = step(kind, size, number + (size // CHANGED if kind == "rows" else 0), CHANGED)
        began = perf_counter()
        store.commit(held, Commit("trim-horizon", 1 + number * CHANGED, change))
        seconds.append(perf_counter() - began)
    if whole:
        return {"seconds": seconds, "bytes": sizes}
    began = perf_counter()
    state, _ = lease_states.load(Lease.objects.get(application=name), BOUNDS)
    load = perf_counter() - began
    return {"seconds": seconds, "bytes": sizes, "load": load, "memory": memory(state, size)}


def memory(state: Any, size: int) -> float:
    """Returns the bytes for each entry that a log takes, beside the keys, which the processor has too."""
    segments: dict[Any, bytes] = {}
    gc.collect()
    tracemalloc.start()
    log = StateLog(lambda ids: ((one, segments[one]) for one in ids))
    segments |= log.replace(state).added
    stored = sum(map(len, segments.values()))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (taken - stored) / size


if __name__ == "__main__":
    main()
