"""A program that needs no script: it counts records by key, so that the parts around the engine can be tested alone.

The script is a number, by which each count is multiplied. `ALL` gets a row for each record and is read by a pump, `OUT`
gets the row that the pump makes of it. The record `bad` is a fault.
"""

from collections.abc import Callable, Sequence

from sql.engine.contract import Packet, Results, RowFault
from sql.errors import Fault
from sql.folder import Application
from sql.plan.nodes import Column, InAppStream, Plan, Project, Proof, Pump, Scan
from sql.types import BIGINT, TIMESTAMP, varchar
from streams.core.records import Batch, DeadRecord
from streams.core.state import State, StateChange, StateKey, merge

COLUMNS = (Column(name="KEY", type=varchar(64)), Column(name="TOTAL", type=BIGINT), Column(name="AT", type=TIMESTAMP))
TOML = """name = "counts"
source = "{source}"

[schema]
format = "json"
row_path = "$"

[[schema.columns]]
name = "K"
type = "VARCHAR(64)"
mapping = "$.k"
"""


class FakeProgram:
    def __init__(self, application: Application) -> None:
        self.factor = int(application.script)
        scan = Scan(stream="ALL", columns=COLUMNS)
        pump = Pump(name="P", target="OUT", root=Project(input=scan, items=(), columns=COLUMNS))
        self.plan = Plan(
            source=InAppStream(name=application.input, columns=()),
            streams={name: InAppStream(name=name, columns=COLUMNS) for name in ("ALL", "OUT")},
            pumps=(pump,),
            tables={},
            proof=Proof(per_shard=application.partition_key is not None, sentences=("It counts all.",)),
            text=application.script,
        )

    def start(self, state: State, tables: object = None, start: int = 0) -> "FakeEngine":
        return FakeEngine(self, state)

    def inherit(self, states: Sequence[State], owns: Callable[[str], bool], watermark: int | None = None) -> State:
        return merge(states, owns)

    def set_back(self, state: State, watermark: int) -> State:
        return state


class FakeEngine:
    def __init__(self, program: FakeProgram, state: State) -> None:
        self._program = program
        self._counts = {key[0]: int(count) for key, count in state.entries.items()}
        self._results = Results([], [], {})
        self._changed: set[str] = set()

    def configure(self, settings: object) -> None:
        raise AssertionError("the processor around the engine configures it")

    def switch(self, program: FakeProgram, tables: object = None, start: int | None = None) -> None:
        self._program = program

    def add(self, batch: Batch, events: list[bytes]) -> Sequence[DeadRecord]:
        rows = []
        for key, data, sequence in zip(batch.keys, events, batch.sequences, strict=True):
            if data == b"bad":
                words = (Fault.CAST, "'bad' is no number.", "TOTAL", "CAST(K AS INTEGER)")
                self._results.faults.append(RowFault(batch.arrived, "P", *words, 3, "bad", key, sequence))
                continue
            self._counts[key] = self._counts.get(key, 0) + 1
            self._changed.add(key)
            rows.append((key, self._counts[key] * self._program.factor, batch.arrived))
        if rows:
            self._results.packets.extend(Packet(name, batch.arrived, list(rows)) for name in ("ALL", "OUT"))
        return []

    def advance(self, watermark: int) -> None:
        pass

    def take(self) -> Results | None:
        found, self._results = self._results, Results([], [], {})
        return found if found.packets or found.faults else None

    def changes(self) -> StateChange:
        put: dict[StateKey, bytes] = {(key,): str(self._counts[key]).encode() for key in self._changed}
        self._changed = set()
        return StateChange(b"", put)


def files(factor: int = 1, source: str = "clicks", more: str = "") -> dict[str, bytes]:
    """Returns the files of a folder."""
    return {
        "application.toml": (more + TOML.format(source=source)).encode(),
        "application.sql": str(factor).encode(),
    }
