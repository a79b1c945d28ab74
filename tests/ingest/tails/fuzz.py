"""Reads configurations and files that are nearly right as `produce tail` does.

FUZZ_SECONDS=600 FUZZ_SEED=2 pytest -s tests/ingest/tails/test_fuzz.py runs it for longer. Faults of ours are: an error
other than SourceError, a step that takes long, and other records after a kill than without one.
"""

import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.tails.agent_json import OPTIONS, TAKEN
from ingest.tails.configuration import read_configuration
from ingest.tails.flows import Flow
from ingest.tails.log_formats import FORMATS
from ingest.tails.tailer import Tailer
from ingest.tails.toml_flows import CONVERT, FLOW
from ingest.tails.toml_flows import FORMATS as TOML_FORMATS
from ingest.tails.tracking import Tracker
from ingest.tails.trial import check
from streams.sources.base import SourceError
from tests.ingest.tails.scene import Stored

KILLED = 30  # steps of half a second of its own clock; later ones let it take a last line that nothing follows
SLOWEST = 10.0  # seconds of this process for one configuration with its files
PATTERNS = [
    *(r"^\[", r"\w+", r"(\w+) (.*)", r"(a+)+$", r"(.)\1", r"(?=x)y", r"(?P<user>\w+)=(?P<id>\d*)", "(", "["),
    *("a{99999}", r"(?:(?:a?){50}){50}", r".*.*.*=.*", r"^(([a-z])+.)+[A-Z]", r"\x00", "é", "", "(?s).", r"\b"),
]  # fmt: skip
TEXTS = [
    *("", " ", "a", "a.b", "user.id", "*", "é", "\x00", "..", "x" * 2000, "a," * 50, "\t", "\\t", "{host}"),
    *("{name}-{path}", "{", "}", "RANDOM", "DETERMINISTIC", "random", "START_OF_FILE", "END_OF_FILE", "start", "end"),
    *("COMPACT", "PRETTYPRINT", *FORMATS, *TOML_FORMATS),
]  # fmt: skip
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    3,
    2**70,
    1.5,
    [],
    {},
    [[]],
    {"": ""},
    ["a", 1],
    {"a": {"b": [1]}},
    *TEXTS,
    *PATTERNS,
]
USUAL: dict[str, list[Any]] = {
    **dict.fromkeys(("multiLineStartPattern", "multi_line_start", "matchPattern", "pattern"), PATTERNS),
    **{name: [0, 1, 3, "2"] for name in ("skipHeaderLines", "skip_header_lines")},
    **{name: [["a", "b"], ["a"], ["a", "a"], list("abcdefgh")] for name in ("customFieldNames", "columns")},
    **{name: [True, False] for name in ("newline", "pretty")},
    **{name: [{"a": "b"}, {"a": {"b": 1}}, ["host", "message"]] for name in ("metadata", "fields")},
    "key": ["random", "deterministic", {"field": "user.id"}, {"text": "{host}"}],
    "logFormat": list(FORMATS),
    "format": list(TOML_FORMATS),
    "metadataFields": [["a"]],
    "jsonFormat": ["COMPACT", "PRETTYPRINT"],
}  # the values that a key often takes
COMMON = b'1.2.3.4 - - [07/Mar/2004:16:10:02 -0800] "GET /a HTTP/1.1" 200 6'
PIECES = [
    *(b"a,b,c", b'"a","b', b"a\tb", b'{"user":{"id":"x"}}', b"{", b"[", b"", b" ", b"\r", b"\0", b"\xff\xfe", b"\xc3"),
    *(COMMON, b"Oct  5 08:01:02 h p[1]: m", b"2026-10-05T08:01:02Z h p: m", b"[x] [a:b] [pid 1] y", b"user=ada id=1"),
    *(b"a" * 40, b"x" * 70_000, b"=" * 5000, b"[ start", b'"' * 30, b"," * 3000),
]  # fmt: skip


class Fuzz:
    """Makes configurations and files by chance."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.found: Counter[str] = Counter()

    def step(self) -> None:
        """Reads one configuration and its files. Raises AssertionError for a fault."""
        logs = self.folder / "logs"
        shutil.rmtree(logs, ignore_errors=True)
        logs.mkdir()
        chance = self.chance
        made = self.agents() if chance.random() < 0.5 else self.toml()
        text = self.broken(made) if chance.random() < 0.3 else made
        began = time.process_time()
        try:
            self.run(text)
        except Exception as error:
            raise AssertionError(text[:3000]) from error
        assert time.process_time() - began < SLOWEST, text[:3000]

    def run(self, text: str) -> None:
        path = self.folder / self.chance.choice(["tail.toml", "agent.json", "config"])
        path.write_text(text, errors="surrogatepass")
        try:
            config = read_configuration(path)
        except SourceError:
            self.found["refused"] += 1
            return
        for number in range(3):
            with (self.folder / "logs" / f"f{number % 2}.log").open("ab") as file:
                file.write(self.data())
        flows = tuple(replace(flow, patterns=(str(self.folder / "logs/*.log"),)) for flow in config.flows)
        told = check(replace(config, flows=flows))
        assert json.dumps(told.row()) and told.in_words()
        for flow in flows:
            self.tail(replace(flow, from_end=False))
        self.found["run"] += 1

    def tail(self, flow: Flow) -> None:
        """Reads the files once without and once with kills, and compares the records without their keys."""
        whole, killed = (self.records(flow, kills_after) for kills_after in (1000, 3))
        self.found["records"] += len(whole)
        assert whole == killed

    def records(self, flow: Flow, kills_after: int) -> list[bytes]:
        """Returns the records of a flow that is killed after so many steps, again and again at first."""
        stream, tailer = Stored(), None
        clock = [1000.0]
        for number in range(60):
            if tailer is None or (number < KILLED and number % kills_after == 0):
                tracker = Tracker(flow.patterns, from_end=False, headers=flow.headers)
                tailer = Tailer(flow, stream, tracker, lambda: clock[0])
            tailer.step()
            clock[0] += 0.5
        return sorted(data for _, data in stream.entries)

    def data(self) -> bytes:
        ends = self.chance.choice([b"\n", b"\n", b"\r\n", b"\n\n"])
        lines = self.chance.choices(PIECES, k=self.chance.choice([0, 1, 3, 30]))
        return ends.join(lines) + self.chance.choice([b"\n", b""])

    def agents(self) -> str:
        """Returns an agent.json."""
        flows = [self.agents_flow() for _ in range(self.chance.choice([1, 1, 2, 3]))]
        return json.dumps(self.with_odd({"cloudwatch.emitMetrics": True, "flows": flows}), indent=1)

    def agents_flow(self) -> dict[str, Any]:
        options = [
            self.with_odd({"optionName": name} | {key: self.value(key) for key in self.some(OPTIONS[name])})
            for name in self.chance.choices(list(OPTIONS), k=self.chance.choice([0, 0, 1, 1, 2]))
        ]
        flow = {"filePattern": self.path(), "kinesisStream": "s", "dataProcessingOptions": options}
        return self.with_odd(flow | {key: self.value(key) for key in self.some(TAKEN[2:-1])})

    def toml(self) -> str:
        """Returns our own TOML."""
        lines = []
        for _ in range(self.chance.choice([1, 1, 2])):
            flow: dict[str, Any] = {"files": self.path(), "stream": "s"}
            flow |= {key: self.value(key) for key in self.some(FLOW[3:-1])}
            lines += ["[[flow]]", *self.pairs(self.with_odd(flow))]
            for kind in self.chance.choices(list(CONVERT), k=self.chance.choice([0, 0, 1, 1, 2])):
                convert = {"kind": kind} | {key: self.value(key) for key in self.some(CONVERT[kind])}
                lines += ["[[flow.convert]]", *self.pairs(self.with_odd(convert))]
        return "\n".join(lines)

    def pairs(self, values: dict[str, Any]) -> list[str]:
        """Returns lines of TOML: JSON's texts, numbers and lists are TOML's too."""
        return [f"{json.dumps(key)} = {in_toml(value)}" for key, value in values.items()]

    def path(self) -> str:
        return f"{self.folder}/{self.chance.choice(['*.log', '**/f?.log', '[a-f]*', 'f0.log', '{f0,f1}.log'])}"

    def value(self, key: str) -> Any:
        """Returns a value that the key often takes."""
        chance = self.chance
        if key == "key" and chance.random() < 0.3:
            return {"pattern": chance.choice(PATTERNS)}
        return chance.choice(USUAL.get(key, TEXTS) if chance.random() < 0.9 else ODD)

    def some(self, names: Sequence[str]) -> list[str]:
        return self.chance.sample(names, self.chance.randrange(min(4, len(names)) + 1))

    def with_odd(self, values: dict[str, Any]) -> dict[str, Any]:
        """Gives a value of another kind to one key, sometimes."""
        if self.chance.random() < 0.05:
            values[self.chance.choice([*values, "x"])] = self.chance.choice(ODD)
        return values

    def broken(self, text: str) -> str:
        place = self.chance.randrange(len(text))
        part = self.chance.choice(
            ["", "\0", '"', "{", "[", "//", "/*", "\n", "\\u", "\ud800", "é", "{" * 300, "9" * 5000]
        )
        return text[:place] + part + text[place + self.chance.choice([0, 1, 20]) :]


def in_toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {in_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_toml, value)) + "]"
    return "'null'" if value is None else json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
