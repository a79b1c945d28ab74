"""Producers and workers during and after an outage of the database or the disk: real processes, nothing lost."""

import json
import resource
import sys
import threading
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.databases import Database, server
from tests.deployment import Deployment
from tests.disks import fill
from tests.monitoring.proxy import Proxy
from tests.monitoring.test_away import change, only_reads
from tests.test_exactly_once import naive_minutes
from tests.waiting import wait_for


class Running:
    """A command of a deployment; its stderr is gathered as it comes, and shown if the test fails."""

    def __init__(self, deployment: Deployment, *words: str) -> None:
        self.process = deployment.start(*words)
        self.lines: list[str] = []
        assert self.process.stderr
        self._reader = threading.Thread(target=self._read, args=[self.process.stderr], daemon=True)
        self._reader.start()

    def _read(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.lines.append(line)
            sys.stderr.write(line)

    def has_said(self, words: str, times: int) -> bool:
        """So many times or more."""
        return sum(words in line for line in self.lines) >= times

    @property
    def goes_on(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> str:
        """Stops the command in good order and returns its stdout."""
        assert self.process.stdout and self.process.stderr
        self.process.terminate()
        assert self.process.wait(timeout=60) == 0, self.lines
        self._reader.join(60)
        with self.process.stdout as out, self.process.stderr:
            return out.read()


def check_counts(deployment: Deployment) -> None:
    deployment.run("consume", "trades", "--until-caught-up")
    records = deployment.records("trades")
    [(applied, letters)] = deployment.query(
        "SELECT sum(applied), sum(dead) FROM streams_lease WHERE application = 'trades'"
    )
    assert (applied, letters) == (len(records), 0)
    found = {
        (row["minute"][:16], row["ticker"], row["side"]): (row["trades"], row["shares"], row["first"], row["last"])
        for row in deployment.rows("report", "trades", "--minutes", "1000")
    }
    assert found == naive_minutes(records)


@pytest.fixture(scope="module", params=["postgres", "mariadb"])
def base(request: pytest.FixtureRequest) -> Iterator[Database]:
    with server(request.param) as database:
        if request.param == "mariadb":  # its root writes in any case
            change(database, "CREATE USER site@'%'", "GRANT ALL ON millrace.* TO site@'%'")
        yield database


@pytest.fixture
def proxy(base: Database) -> Iterator[Proxy]:
    proxy = Proxy(base.url)
    yield proxy
    proxy.cut()


@pytest.fixture
def deployment(base: Database, proxy: Proxy, tmp_path: Path) -> Deployment:
    deployment = Deployment(tmp_path, base)
    deployment.environment["DATABASE_URL"] = proxy.url.replace("root@", "site@")
    change(base, "DELETE FROM streams_lease", "DELETE FROM market_trademinute")
    return deployment


def has_moved(deployment: Deployment, application: str, done: int) -> bool:
    return deployment.applied(application) > done


def test_repeated_loss_of_the_database_costs_no_record(deployment: Deployment, proxy: Proxy) -> None:
    names = ("trades", "orders")
    producers = [Running(deployment, "produce", name, "--rate", "300", "--seed", "1") for name in names]
    wait_for(lambda: deployment.created() == ["orders", "trades"])
    workers = [Running(deployment, "consume", name) for name in names]
    wait_for(lambda: deployment.applied("trades") and deployment.applied("orders"))
    for cut in range(1, 4):
        proxy.cut()
        for worker in workers:
            wait_for(partial(worker.has_said, "The database refused", 2 * cut))
        proxy.mend()
        for name in names:
            wait_for(partial(has_moved, deployment, name, deployment.applied(name)))
        for worker in workers:
            wait_for(partial(worker.has_said, "answers again", cut))
    assert all(each.goes_on for each in (*producers, *workers))
    for each in (*producers, *workers):
        each.stop()
    check_counts(deployment)
    assert [int(dead) for (dead,) in deployment.query("SELECT sum(dead) FROM streams_lease")] == [0]


def test_worker_waits_for_a_read_only_database(deployment: Deployment, base: Database, proxy: Proxy) -> None:
    deployment.run("produce", "trades", "--rate", "0", "--count", "10")
    producer, worker = (
        Running(deployment, "produce", "trades", "--rate", "300"),
        Running(deployment, "consume", "trades"),
    )
    wait_for(lambda: deployment.applied("trades"))
    only_reads(base, "ON")
    proxy.cut()
    proxy.mend()  # the setting is for new connections
    wait_for(lambda: worker.has_said("read-only", 2))
    only_reads(base, "OFF")
    wait_for(partial(has_moved, deployment, "trades", deployment.applied("trades")))
    producer.stop()
    worker.stop()
    check_counts(deployment)


def test_processes_stop_on_a_signal_while_the_database_is_away(deployment: Deployment, proxy: Proxy) -> None:
    deployment.run("produce", "trades", "--rate", "0", "--count", "10")
    worker = Running(deployment, "consume", "trades")
    wait_for(lambda: deployment.applied("trades"))
    proxy.cut()
    wait_for(lambda: worker.has_said("trying again", 1))
    worker.stop()
    assert worker.has_said("The leases are left to expire", 1)
    assert deployment.run("consume", "trades", code=1).startswith("The database refused: ")


def no_space(running: Running, *, most: int = 1024) -> None:
    """As a full disk: files of this process cannot grow past so many bytes, nor change beyond them."""
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def test_full_disk_stops_no_process_and_loses_no_record(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path)
    producer = Running(deployment, "produce", "trades", "--rate", "500", "--seed", "1", "--json")
    wait_for(lambda: "trades" in deployment.created())
    worker = Running(deployment, "consume", "trades")
    wait_for(lambda: deployment.applied("trades") > 100)
    for process, words in ((worker, "The database refused"), (producer, "The embedded stream in ")):
        no_space(process)
        wait_for(partial(process.has_said, words, 2))
        no_space(process, most=resource.RLIM_INFINITY)
        wait_for(partial(has_moved, deployment, "trades", deployment.applied("trades")))
    assert producer.goes_on and worker.goes_on
    sent = json.loads(producer.stop())["records"]
    worker.stop()
    check_counts(deployment)
    assert deployment.applied("trades") == sent


def test_worker_waits_for_a_full_disk_of_the_database(small_disk: Path, tmp_path: Path) -> None:
    with server("postgres", disk=small_disk) as database:
        deployment = Deployment(tmp_path, database)
        deployment.run("produce", "trades", "--rate", "0", "--count", "10")
        producer, worker = (
            Running(deployment, "produce", "trades", "--rate", "500"),
            Running(deployment, "consume", "trades"),
        )
        wait_for(lambda: deployment.applied("trades") > 100)
        fill(filler := small_disk / "filler")
        wait_for(lambda: worker.has_said("No space left on device", 2))
        filler.unlink()
        wait_for(partial(has_moved, deployment, "trades", deployment.applied("trades")))
        assert producer.goes_on and worker.goes_on
        producer.stop()
        worker.stop()
        check_counts(deployment)
