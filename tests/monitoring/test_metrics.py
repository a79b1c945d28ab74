"""The figures for Prometheus, scraped from the real process beside real workers."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from itertools import chain
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.commands import exit_code
from tests.deployment import Deployment, Web, kill
from tests.processes import limited
from tests.waiting import wait_for

Figures = dict[tuple[str, str], float]

SIGN_IN = """
from django.test import Client
from accounts.models import User
client = Client()
client.force_login(User.objects.create_user("ada"))
print(client.session.session_key)
"""


class Exporter:
    """manage.py metrics of a deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self.process = deployment.start("metrics", "--bind", "127.0.0.1:0")
        assert self.process.stderr
        with limited(self.process):
            [self.url] = re.findall(r"http://\S+", self.process.stderr.readline())

    def families(self) -> list[Metric]:
        with urlopen(self.url, timeout=60) as answer:
            return list(text_string_to_metric_families(answer.read().decode()))

    def figures(self) -> Figures:
        """By name and the values of the labels."""
        samples = chain.from_iterable(family.samples for family in self.families())
        return {(each.name, " ".join(each.labels.values())): each.value for each in samples}


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """Where 2,000 trades and 300 orders were put and applied, three of them bad, by processes that have ended."""
    deployment = Deployment(tmp_path_factory.mktemp("deployment"))
    deployment.run_all(
        ("produce", "trades", "--count", "2000", "--rate", "0"),
        ("produce", "orders", "--count", "300", "--rate", "0", "--site", "london", "--stream", "shop"),
        ("produce", "orders", "--count", "3", "--rate", "0", "--stream", "trades"),
    )
    deployment.run_all(
        ("consume", "trades", "--until-caught-up"),
        ("consume", "orders", "--until-caught-up", "--stream", "shop"),
    )
    return deployment


@pytest.fixture(scope="module")
def exporter(deployment: Deployment) -> Iterator[Exporter]:
    exporter = Exporter(deployment)
    yield exporter
    kill(exporter.process)


def test_metrics_count_records_by_stream_and_application(exporter: Exporter) -> None:
    found = exporter.figures()
    expected = {
        ("millrace_records_put_total", "trades"): 2003,
        ("millrace_records_put_total", "shop"): 300,
        ("millrace_records_refused_total", "trades trades"): 3,
        ("millrace_dead_letters", "trades kept trades"): 3,
        ("millrace_lag_records", "trades trades"): 0,
        ("millrace_workers", "trades trades"): 0,
        ("millrace_sockets", ""): 0,
        ("millrace_sessions", ""): 0,
        ("millrace_database_up", ""): 1,
    }
    assert {key: found[key] for key in expected} == expected
    assert found["millrace_lag_seconds", "trades trades"] < 60
    applied = {labels: value for (name, labels), value in found.items() if name == "millrace_records_applied_total"}
    assert sorted(applied.values()) == [300, 2000]


def test_commit_durations_are_a_histogram(exporter: Exporter) -> None:
    found = exporter.figures()
    count = found["millrace_commit_seconds_count", "trades trades"]
    buckets = [value for (name, labels), value in found.items() if name.endswith("_bucket") and "shop" not in labels]
    assert count > 0 and buckets == sorted(buckets) and buckets[-1] == count
    assert 0 < found["millrace_commit_seconds_sum", "trades trades"] < 60


def test_metric_names_and_units_follow_prometheus_conventions(exporter: Exporter) -> None:
    for family in exporter.families():
        assert re.fullmatch(r"millrace_[a-z]+(_[a-z]+)*", family.name) and family.documentation.endswith(".")
        assert not family.name.endswith(("_total", "_count", "_ms", "_milliseconds"))


def test_build_info_names_revision_python_and_django(exporter: Exporter) -> None:
    [build] = [family for family in exporter.families() if family.name == "millrace_build_info"]
    assert build.samples[0].labels.keys() == {"revision", "python", "django"}


def test_sockets_and_sign_ins_come_from_the_processes_that_count_them(
    deployment: Deployment, exporter: Exporter
) -> None:
    web = Web(deployment)
    fail_to_sign_in(web)
    with socket_of_a_person(deployment, web):
        wait_for(lambda: exporter.figures()["millrace_sockets", ""] == 1)
    found = exporter.figures()
    web.kill()
    assert found["millrace_sign_ins_total", "failed"] == 1
    assert found["millrace_security_events_total", "sign-in.failed"] == 1
    assert found["millrace_sessions", ""] == 1


@contextmanager
def socket_of_a_person(deployment: Deployment, web: Web) -> Iterator[None]:
    key = deployment.run("shell", "--verbosity", "0", "-c", SIGN_IN).strip()
    address = web.url.replace("http", "ws") + "/ws/live/"
    headers = {"Cookie": f"sessionid={key}"}
    with connect(address, origin=Origin(web.url), additional_headers=headers) as socket:
        assert "beat" in str(socket.recv(timeout=60))
        yield


def fail_to_sign_in(web: Web) -> None:
    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    with opener.open(f"{web.url}/accounts/sign-in/") as answer:
        page = answer.read().decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    form = hidden | {"username": "nobody", "password": "wrong"}
    opener.open(f"{web.url}/accounts/sign-in/", urlencode(form).encode()).close()


def test_exporter_reports_only_a_missing_database_and_recovers(deployment: Deployment, exporter: Exporter) -> None:
    away = deployment.database.rename(deployment.database.with_suffix(".away"))
    for side in ("-wal", "-shm"):
        Path(f"{deployment.database}{side}").unlink(missing_ok=True)
    deployment.database.mkdir()
    names = {name for name, _ in exporter.figures()}
    assert names == {"millrace_build_info", "millrace_database_up", "millrace_scrape_seconds"}
    assert exporter.figures()["millrace_database_up", ""] == 0
    deployment.database.rmdir()
    away.rename(deployment.database)
    assert exporter.figures()["millrace_database_up", ""] == 1


@pytest.mark.parametrize("bind", ["0.0.0.0:9101", "9101", "localhost:9101", "127.0.0.1:99999", "127.0.0.1:", "x" * 999])
def test_exporter_listens_on_loopback_only(bind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("metrics", "--bind", bind) == 2
    assert "is no loopback address and port" in capsys.readouterr().err


def test_exporter_reports_a_taken_port_with_one_sentence(deployment: Deployment, exporter: Exporter) -> None:
    place = exporter.url.split("/")[2]
    assert (
        deployment.run("metrics", "--bind", place, code=2)
        == f"Nothing can be served at {place}: Address already in use.\n"
    )


def test_exporter_ends_on_a_signal(deployment: Deployment) -> None:
    process = Exporter(deployment).process
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    process.communicate(timeout=60)
