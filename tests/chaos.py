"""Runs producers and workers in real processes on one stream, and lets accidents happen to all of them."""

import json
import os
import signal
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from random import Random
from subprocess import Popen
from typing import Any

from streams.backends.embedded.stream import EmbeddedStream
from tests.audit_app import acks
from tests.deployment import Deployment, kill
from tests.dumps import kind
from tests.processes import stat
from tests.sql.promises.applications import copied
from tests.sql.promises.checking import end
from tests.waiting import wait_for

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "0"))  # of a long run; 0 for DECKS
DECKS = {"sqlite": 2, "postgres": 1, "mysql": 1}  # in each deck every kind of accident happens
SEED = int(os.environ.get("CHAOS_SEED", "1"))
RATE = 150  # records a second, of each producer
THROTTLED = "?faults=throttle:0.3,partial:0.2,expire:0.1&seed=%d"
IN_SQL = ("book", "tickers")  # one with a lease of the whole stream, one with a lease for each shard


def halt(process: "Popen[str]", others_can_write: Callable[[], bool]) -> None:
    """Stops a process, but not in the middle of a write: it would hold a lock that keeps all others from writing."""
    while True:
        process.send_signal(signal.SIGSTOP)
        wait_for(lambda: _stands_still(process.pid))
        if others_can_write():
            return
        process.send_signal(signal.SIGCONT)
        wait_for(others_can_write)


def _stands_still(pid: int) -> bool:
    """Returns whether every thread is stopped: a thread in the kernel that waits for a lock takes it first."""
    return {stat(thread)[0] for thread in Path(f"/proc/{pid}/task").iterdir()} == {"T"}


def throttled(deployment: Deployment, chance: Random) -> dict[str, str]:
    """Returns the variables of a process to which the stream often says that it is too busy."""
    return {"STREAM_URL": deployment.environment["STREAM_URL"] + THROTTLED % chance.randrange(10**6)}


class Workers:
    """Runs three workers, and replaces each when it is gone."""

    def __init__(self, deployment: Deployment, chance: Random) -> None:
        self.deployment = deployment
        self.chance = chance
        self.running = [self._new() for _ in range(3)]

    def _new(self, variables: Mapping[str, str] = {}) -> "Popen[str]":
        return self.deployment.start("consume", "audit", *IN_SQL, variables=variables)

    def _replace(self, worker: "Popen[str]", variables: Mapping[str, str] = {}) -> None:
        self.running[self.running.index(worker)] = self._new(variables)

    def _one(self) -> "Popen[str]":
        """Returns some worker that has begun its work."""
        worker = self.chance.choice(self.running)
        assert worker.poll() is None, worker.communicate(timeout=60)
        wait_for(lambda: self.deployment.look(f"SELECT 1 FROM streams_member WHERE owner LIKE '%/{worker.pid}/%'"))
        return worker

    def kill(self) -> None:
        worker = self.chance.choice(self.running)
        kill(worker)
        self._replace(worker)

    def stop(self) -> None:
        worker = self._one()
        worker.terminate()
        worker.communicate(timeout=60)
        assert worker.returncode == 0
        self._replace(worker)

    def throttle(self) -> None:
        """Replaces a worker by another; the stream often refuses its reads and its puts of rows as long as it runs."""
        worker = self._one()
        kill(worker)
        self._replace(worker, throttled(self.deployment, self.chance))

    def pause(self) -> None:
        """Stops a worker for longer than a lease lasts: when it wakes, other workers hold its shards."""
        worker = self._one()
        halt(worker, lambda: self.deployment.can_write(f"%/{worker.pid}/%"))
        wait_for(lambda: not self.deployment.look(f"SELECT 1 FROM streams_lease WHERE owner LIKE '%/{worker.pid}/%'"))
        worker.send_signal(signal.SIGCONT)

    def end(self) -> None:
        for worker in self.running:
            worker.terminate()
        for worker in self.running:
            worker.communicate(timeout=60)


class Producers:
    """Runs three producers, each with a file for its acknowledged records, and replaces each when it is gone."""

    def __init__(self, deployment: Deployment, chance: Random) -> None:
        self.deployment = deployment
        self.chance = chance
        self.files: list[Path] = []
        self.running = dict(self._new() for _ in range(3))
        self.paused: Popen[str] | None = None

    def _new(self, variables: Mapping[str, str] = {}) -> tuple["Popen[str]", Path]:
        number = len(self.files) + 1
        file = self.deployment.folder / f"{number}.acks"
        self.files.append(file)
        words = ["produce", "audit", "--rate", str(RATE), "--seed", str(number), "--json"]
        return self.deployment.start(*words, variables={"ACKS": str(file), **variables}), file

    def _one(self) -> "Popen[str]":
        """Returns some producer that has put a record and is not paused."""
        producer = self.chance.choice([one for one in self.running if one is not self.paused])
        self._wait_until_begun(producer)
        return producer

    def _wait_until_begun(self, producer: "Popen[str]") -> None:
        wait_for(lambda: producer.poll() is not None or acks.read(self.running[producer]))
        assert producer.poll() is None, producer.communicate(timeout=60)

    def kill(self) -> None:
        self._kill(self._one())

    def kill_in_a_put(self) -> None:
        """Kills a producer between a put and its acknowledgement, where a signal from outside rarely hits."""
        producer = self._one()
        acks.fatal(self.running[producer]).touch()
        producer.wait(timeout=60)
        self._kill(producer)

    def _kill(self, producer: "Popen[str]") -> None:
        kill(producer)
        del self.running[producer]
        self.running |= [self._new()]

    def stop(self) -> None:
        """Replaces a producer in good order. It prints how many records were taken: as many as were acknowledged."""
        producer = self._one()
        self._end(producer)
        self.running |= [self._new()]

    def throttle(self) -> None:
        """Replaces a producer by another; the stream often refuses all or some of the records of its requests."""
        producer = self._one()
        self._end(producer)
        self.running |= [self._new(throttled(self.deployment, self.chance))]

    def _end(self, producer: "Popen[str]") -> None:
        self._wait_until_begun(producer)
        producer.terminate()
        out, err = producer.communicate(timeout=60)
        assert producer.returncode == 0, err
        assert json.loads(out)["records"] == len(acks.read(self.running.pop(producer)))

    def pause(self) -> None:
        """Stops a producer until the next call, which lets it go on."""
        if self.paused:
            self.go_on()
            return
        self.paused = self._one()
        halt(self.paused, self._can_write)

    def go_on(self) -> None:
        if self.paused:
            self.paused.send_signal(signal.SIGCONT)
        self.paused = None

    def _can_write(self) -> bool:
        with closing(sqlite3.connect(self.deployment.streams, timeout=1, isolation_level=None)) as db:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
        return self.deployment.can_write("")  # it adds to a count in the database, too, every ten seconds

    def end(self) -> None:
        self.go_on()
        for producer in list(self.running):
            self._end(producer)


class ChaosHarness:
    """Lets random accidents happen to the workers and producers of a stream, which is split and merged meanwhile."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.chance = Random(SEED)
        self.stream = EmbeddedStream(deployment.streams, "audit")
        self.stream.create(shards=4)
        EmbeddedStream(deployment.streams, "large").create()
        deployment.environment["DJANGO_SETTINGS_MODULE"] = "tests.audit_app.settings"
        deployment.environment["STATE_HEAD"] = "400"  # bytes, so that states have segments
        deploys = [("sql", "deploy", name, str(copied(name, deployment.folder))) for name in IN_SQL]
        deployment.run_all(("migrate", "--run-syncdb", "--verbosity", "0"), *deploys)
        self.versions: dict[str, int] = {}  # the active ones, once there are two
        self.workers = Workers(deployment, self.chance)
        self.producers = Producers(deployment, self.chance)

    def split(self) -> None:
        shards = self._open()
        if len(shards) < 8:
            self.stream.split(self.chance.choice(shards).id)

    def merge(self) -> None:
        shards = self._open()
        if len(shards) > 2:
            first = self.chance.randrange(len(shards) - 1)
            self.stream.merge(shards[first].id, shards[first + 1].id)

    def switch(self) -> None:
        """Makes the other version of an application in SQL the active one, while workers run it."""
        name = self.chance.choice(IN_SQL)
        before = self.versions.get(name)
        self.versions[name] = 1 if before == 2 else 2
        if before is None:
            self.deployment.run("sql", "deploy", name, str(copied(name, self.deployment.folder, version=2)))
        else:
            self.deployment.run("sql", "rollback", name, str(self.versions[name]))

    def _open(self) -> list[Any]:
        return sorted(
            (shard for shard in self.stream.describe().shards if shard.open), key=lambda shard: shard.hash_start
        )

    def run(self) -> None:
        """Makes the accidents happen: ROUNDS of them if that is given, else whole decks."""
        deck = self._deck()
        for number in range(ROUNDS or DECKS[kind(self.deployment.server)] * len(deck)):
            if number % len(deck) == 0:
                self.chance.shuffle(deck)
            self._round(deck[number % len(deck)])
        self._end()

    def _deck(self) -> list[Callable[[], None]]:
        workers, producers = self.workers, self.producers
        times = {workers.kill: 3, workers.stop: 1, workers.pause: 1, self.split: 2, self.merge: 2, self.switch: 3}
        times |= {producers.kill: 1, producers.kill_in_a_put: 1, producers.stop: 1, producers.pause: 2}
        times |= {workers.throttle: 1, producers.throttle: 1}
        return [act for act, count in times.items() for _ in range(count)]

    def _round(self, act: Callable[[], None]) -> None:
        """Makes one accident happen, and waits until the workers apply more records."""
        act()
        done = self.deployment.applied("audit")
        wait_for(lambda: self.deployment.applied("audit") > done, seconds=120)

    def _end(self) -> None:
        """Stops every process in good order; one more worker reads the rest."""
        self.producers.end()
        self.workers.end()
        end(self.deployment, self.stream, "audit", *IN_SQL)
        self.shards = self.stream.describe().shards
        self.stream.close()
