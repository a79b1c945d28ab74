"""Runs the examples that put and read by HTTP, the Kinesis API and the WebSocket."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.emulators import free_port
from tests.examples.conftest import Site, Stream
from tests.examples.running import PACKAGES, first_line, run, start, stop
from tests.processes import limited

pytestmark = [pytest.mark.xdist_group("examples"), pytest.mark.needs(PACKAGES)]
Environment = dict[str, str]
WRONG = f"mlr_{'A' * 43}"
READINGS = [{"sensor": f"s{number % 3}", "celsius": number} for number in range(20)]


def written(folder: Path, records: list[Any]) -> Path:
    path = folder / "records.ndjson"
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return path


def test_http_in_stores_a_run_once_when_it_is_started_again(
    tmp_path: Path, stream: Stream, environment: Environment
) -> None:
    places = {"sensors": stream.name, "records.ndjson": written(tmp_path, READINGS)}
    told = {run("integration/http_in.py", environment, places) for _ in range(2)}
    assert told == {"20 records are stored, 0 lines refused.\n"}
    assert sorted(map(str, stream.records())) == sorted(map(str, READINGS))


def test_http_in_tells_lines_that_are_no_records(tmp_path: Path, stream: Stream, environment: Environment) -> None:
    path = written(tmp_path, READINGS)
    path.write_text(path.read_text().replace('"s2"', "s2", 1))
    places = {"sensors": stream.name, "records.ndjson": path}
    process = start("integration/http_in.py", environment, places)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "19 records are stored, 1 lines refused.\n")
    assert err.startswith("Line 3: it is not JSON")


def test_http_in_tells_a_wrong_token(tmp_path: Path, environment: Environment) -> None:
    places = {"records.ndjson": written(tmp_path, READINGS)}
    process = start("integration/http_in.py", environment | {"MILLRACE_TOKEN": WRONG}, places)
    err = process.communicate(timeout=60)[1]
    assert (err[:4], "Start it again with the same lines and --run monday" in err) == ("401:", True)


def test_kinesis_in_keeps_the_order_of_a_key(tmp_path: Path, stream: Stream, environment: Environment) -> None:
    places = {"sensors": stream.name, "records.ndjson": written(tmp_path, READINGS)}
    run("integration/kinesis_in.py", environment, places)
    found = [record for record in stream.records() if record["sensor"] == "s1"]
    assert found == [record for record in READINGS if record["sensor"] == "s1"]


def test_kinesis_in_tells_lines_without_the_field(tmp_path: Path, stream: Stream, environment: Environment) -> None:
    places = {"sensors": stream.name, "records.ndjson": written(tmp_path, [READINGS[0], 5, {"a": 1}])}
    process = start("integration/kinesis_in.py", environment, places)
    says = "Line 2 is no JSON object with the field 'sensor'.\nLine 3 is no JSON object with the field 'sensor'.\n"
    assert (process.communicate(timeout=60)[1], process.returncode) == (says, 1)
    assert stream.records() == READINGS[:1]


def test_kinesis_out_goes_on_where_it_stopped_across_a_split(
    tmp_path: Path, stream: Stream, environment: Environment
) -> None:
    places = {"sensors": stream.name, "places.json": tmp_path / "places.json"}
    stream.put(*READINGS[:3])
    first = run("integration/kinesis_out.py", environment, places, ["--once"])
    shards = stream.client.list_shards(StreamName=stream.name)["Shards"]
    for shard in shards:
        half = sum(map(int, shard["HashKeyRange"].values())) // 2
        stream.client.split_shard(StreamName=stream.name, ShardToSplit=shard["ShardId"], NewStartingHashKey=str(half))
    stream.put(*READINGS[3:])
    second = run("integration/kinesis_out.py", environment, places, ["--once"])
    found = [[json.loads(line) for line in out.splitlines()] for out in (first, second)]
    assert found == [READINGS[:3], READINGS[3:]]


def test_websocket_out_prints_the_state_of_a_topic(environment: Environment) -> None:
    process = start("integration/websocket_out.py", environment, {})
    topics = {json.loads(first_line(process))["topic"] for _ in range(2)}
    assert (topics, stop(process)) == ({"orders", "pulse"}, "")


def test_websocket_out_signs_in_again_when_its_session_is_ended(site: Site) -> None:
    process = start("integration/websocket_out.py", site.environment, {})
    first_line(process)
    site.deployment.run("end_sessions", "--user", "robot")
    assert process.stdout is not None
    assert process.stderr is not None
    with limited(process):
        assert process.stderr.readline() == "The connection ended with the code 4401.\n"
        topics = (json.loads(line)["topic"] for line in process.stdout)
        assert next(topic for topic in topics if topic == "orders")  # unchanged: only a new connection is told of it
    assert stop(process) == ""


def test_websocket_out_tells_a_wrong_password(environment: Environment) -> None:
    process = start("integration/websocket_out.py", environment | {"MILLRACE_PASSWORD": "wrong"}, {})
    assert process.communicate(timeout=60)[1].startswith("Millrace did not sign in MILLRACE_USER")


def events(url: str, token: str, last: str = "") -> Any:
    """Yields events as the package sseclient-py reads them."""
    from sseclient import SSEClient  # noqa: PLC0415 - among the packages of the examples

    request = Request(url, headers={"Authorization": f"Bearer {token}", "Last-Event-ID": last})
    with urlopen(request, timeout=60) as answer:
        yield from SSEClient(iter(answer.readline, b"")).events()


def test_sse_out_goes_on_behind_the_last_event(stream: Stream, environment: Environment) -> None:
    url = f"http://127.0.0.1:{(port := free_port())}/events"
    places = {"sensors": stream.name, "8081": port}
    process = start("integration/sse_out.py", environment | {"SSE_TOKEN": "x"}, places)
    first_line(process)
    since = json.dumps([time.time() - 60, {}])  # as if the client had come a minute ago
    stream.put(READINGS[0])
    first = next(events(url, "x", since))
    stream.put(*READINGS[1:3])
    second = next(events(url, "x", first.id))
    assert [json.loads(each.data) for each in (first, second)] == READINGS[:2]
    for token, last, code in [("y", "", 401), ("x", "no JSON", 400), ("x", "5", 400)]:
        with pytest.raises(HTTPError, match=str(code)):
            next(events(url, token, last))
    stop(process)
