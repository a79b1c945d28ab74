"""Each record is archived once when every worker is killed while the stream is split and merged."""

import json
from pathlib import Path
from random import Random

from tests.deployment import Deployment, kill
from tests.waiting import wait_for

RECORDS = 40_000


def test_each_record_is_archived_once_when_every_worker_is_killed(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path)
    deployment.environment |= {
        "ARCHIVE_URL": f"file:{tmp_path / 'archive'}",
        "ARCHIVE_RECORDS": "2000",
        "ARCHIVE_AGE": "0",
    }
    deployment.run("streams", "create", "trades", "--shards", "2")
    producer = deployment.start("produce", "trades", "--count", str(RECORDS), "--rate", "8000", "--seed", "3")
    chance, kills = Random(5), 0
    while (done := deployment.applied("archive")) < RECORDS:
        wanted = min(RECORDS, done + chance.randint(1, RECORDS // 5))
        worker = deployment.start("consume", "archive", "--stream", "trades")
        if kills == 1:
            deployment.run("streams", "split", "trades", "shardId-000000000000")
        if kills == 3:
            deployment.run("streams", "merge", "trades", "shardId-000000000002", "shardId-000000000003")
        wait_for(lambda: deployment.applied("archive") >= wanted, 60)  # noqa: B023 - called at once
        kill(worker)
        kills += 1
    producer.communicate(timeout=60)
    deployment.run("consume", "archive", "--stream", "trades", "--until-caught-up")
    deployment.run("archive", "verify", "trades")
    there = [(row["arrived"], row["data"]["id"]) for row in deployment.rows("streams", "tail", "trades")]
    replayed = map(json.loads, deployment.run("archive", "replay", "trades").splitlines())
    back = [(row["arrived"], row["data"]["id"]) for row in replayed]
    assert (back, kills >= 4) == (there, True)
