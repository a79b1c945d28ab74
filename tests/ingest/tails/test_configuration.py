"""Configurations are read as they are, and each fault is told with its line."""

from pathlib import Path

import pytest

from ingest.tails import keys, lenient_json
from ingest.tails.configuration import read_configuration
from ingest.tails.flows import Config
from ingest.tails.folders import Folders
from ingest.tails.tallies import Tally
from streams.sources.base import SourceError

AGENT = """/* Kinesis Agent */
{
  "cloudwatch.emitMetrics": true, // not here
  "awsSecretAccessKey": "do not print",
  "flows": [
    {
      "filePattern": "/tmp/app*.log", "kinesisStream": "yourstream",
      "partitionKeyOption": "DETERMINISTIC", "maxBufferAgeMillis": 1000,
      "initialPosition": "START_OF_FILE", "skipHeaderLines": "2", "multiLineStartPattern": "^\\\\[",
      "dataProcessingOptions": [
        {"optionName": "CSVTOJSON", "customFieldNames": ["a", "b"], "delimiter": "\\\\t",},
      ],
    },
    {"filePattern": "/tmp/x", "deliveryStream": "fire"},
  ],
}
"""
FULL = """[[flow]]
files = ["/a/*.log", "/b"]
name = "web"
stream = "s"
from = "end"
key = "deterministic"
newline = true
[[flow.convert]]
kind = "log"
format = "syslog"
"""
FAULTS = {
    '[[flow]]\nfile = "a"\nstream = "s"': "line 2: 'file' is not known; did you mean 'files'?",
    '[[flow]]\nfiles = "a"\nstream = "s p"': "line 3: 's p' is not a stream's name",
    '[[flow]]\nfiles = "a"\nstream = "s"\nfrom = "strat"': "line 4: from is 'strat'; did you mean 'start'?",
    '[[flow]]\nfiles = "a"\nstream = "s"\nmulti_line_start = "("': "line 4: 'multi_line_start' is no pattern",
    '[[flow]]\nfiles = "a"\nstream = "s"\nkey = {pattern = \'(.)\\1\'}': "line 4: 'pattern' is no pattern to use here",
    '[[flow]]\nfiles = "a"\nstream = "s"\nkey = {feild = "a"}': "line 4: 'feild' is not known; did you mean 'field'?",
    '[[flow]]\nfiles = "a"\nstream = "s"\nkey = {text = "{hots}"}': "line 4: {hots} is not known in a key",
    '[[flow]]\nfiles = "a"\nstream = "s"\nskip_header_lines = -1': "line 4: 'skip_header_lines' must be a whole number",
    '[[flow]]\nfiles = "a"\nstream = "s"\n[[flow]]\nfiles = "a"\nstream = "s"': "has two flows 'a' into s",
    '[[flow]]\nfiles = "a"\nstream = "s"\n[[flow.convert]]\nkind = "cvs"': "line 5: kind is 'cvs'; did you mean 'csv'?",
    "[[flow]]\nstream = 's'": "line 1: 'files' must be a text",
    "flow = 1": "has no flow",
    '[[flow]]\nfiles = "a\\u0000/*"\nstream = "s"': "line 2: 'files' has a NUL character",
    '[[flow]]\nfiles = "a"\nstream = "s"\nkey = {field = "' + "a." * 300 + '"}': "line 4: the path of a field has",
    '{"flows": [{"filePattern": "\\ud800", "kinesisStream": "s"}]}': "is not JSON: it has half a character",
    "[[flow": "is not TOML",
    "flow = " + "9" * 5000: "is not TOML: it has a number of more than 4,300 digits",
    "a." * 501 + "a = 1": "is not TOML: line 1 has more than 500 dots",
    '{"flows": [{"filePatern": "a", "kinesisStream": "s"}]}': "'filePatern' is not known; did you mean 'filePattern'?",
    '{\n"flow": []}': "line 2: 'flow' is not known; did you mean 'flows'?",
    '{"flows": [{"filePattern": "a", "deliveryStream": "s"}]}': "no flow has a kinesisStream",
    '{"flows": 1, "flows": 2}': "line 1: the key 'flows' comes twice",
    '{"flows": [\n{"filePattern" "a"}]}': "line 2: Expecting ':' delimiter",
    "[" * 90 + "]" * 90: "is not TOML",
    "{" * 90: "more than 50 levels",
}  # fmt: skip


def read(folder: Path, text: str) -> Config:
    (folder / "config").write_text(text)
    return read_configuration(folder / "config")


def test_agent_json_is_taken_as_it_is(tmp_path: Path) -> None:
    config = read(tmp_path, AGENT)
    [flow] = config.flows
    assert (flow.patterns, flow.stream, flow.from_end, flow.headers) == (("/tmp/app*.log",), "yourstream", False, 2)
    assert (flow.key, flow.newline, flow.rules.newline) == (keys.deterministic, True, False)
    assert flow.rules.start and flow.rules.start.match(b"[x")
    assert flow.converts[0]([b"1\t2"], Tally()) == [b'{"a":"1","b":"2"}']


def test_options_of_the_agent_that_are_not_taken_are_listed_by_name_and_line(tmp_path: Path) -> None:
    told = [line.partition(", line ")[2].partition(" is not taken")[0] for line in read(tmp_path, AGENT).not_taken]
    assert told == ["3: cloudwatch.emitMetrics", "4: awsSecretAccessKey", "8: maxBufferAgeMillis",
                    "14: the flow with deliveryStream"]  # fmt: skip
    assert "do not print" not in str(read(tmp_path, AGENT).not_taken)


@pytest.mark.parametrize(("text", "why"), FAULTS.items(), ids=range(len(FAULTS)))
def test_fault_is_told_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(SourceError) as told:
        read(tmp_path, text)
    assert why in str(told.value)


def test_toml_has_all_that_a_flow_can(tmp_path: Path) -> None:
    [flow] = read(tmp_path, FULL).flows
    assert (flow.name, flow.patterns, flow.from_end, flow.key) == ("web", ("/a/*.log", "/b"), True, keys.deterministic)
    assert flow.converts[0]([b"Oct  5 08:01:02 h p: m"], Tally())[0].startswith(b'{"timestamp"')


def test_stars_after_stars_are_walked_once(tmp_path: Path) -> None:
    folder = tmp_path / "a/b/c/d/e/f"
    folder.mkdir(parents=True)
    (folder / "x.log").touch()
    listed: list[float] = []

    def now() -> float:
        listed.append(0.0)
        return 0.0

    found = [entry.path for entry in Folders(now).find(f"{tmp_path}/{'**/' * 30}x.log")]
    assert (found, len(listed) < 30) == ([str(folder / "x.log")], True)


def test_lines_of_many_keys_are_counted_in_linear_time() -> None:
    parsed = lenient_json.parse("{" + ",\n".join(f'"k{place}": 1' for place in range(50_000)) + "}")
    assert (parsed.lines["k0"], parsed.lines["k49999"]) == (1, 50_000)
