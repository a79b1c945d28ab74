"""A database that goes away, says nothing, reads only or is full: clear answers, and back without a hand."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic

import pytest

from tests.databases import Database, server
from tests.deployment import Deployment, Web
from tests.disks import fill
from tests.monitoring.proxy import Proxy
from tests.waiting import wait_for


def ask(web: Web, path: str) -> tuple[int, str]:
    """As a browser that has a session."""
    with closing(HTTPConnection("127.0.0.1", web.port, timeout=60)) as line:
        line.request("GET", path, headers={"Accept": "text/html", "Cookie": f"sessionid={'1' * 32}"})
        answer = line.getresponse()
        return answer.status, answer.read().decode()


def red(web: Web, line: str) -> bool:
    status, text = ask(web, "/readyz")
    return status == 503 and line in text.splitlines()


def green(web: Web) -> bool:
    return ask(web, "/readyz")[0] == 200


@contextmanager
def site(deployment: Deployment) -> Iterator[Web]:
    web = Web(deployment)
    try:
        wait_for(lambda: green(web))
        yield web
    finally:
        web.kill()


@pytest.fixture(scope="module", params=["postgres", "mariadb"])
def base(request: pytest.FixtureRequest) -> Iterator[Database]:
    with server(request.param) as database:
        yield database


@pytest.fixture(scope="module")
def proxy(base: Database) -> Iterator[Proxy]:
    proxy = Proxy(base.url)
    yield proxy
    proxy.cut()


@pytest.fixture(scope="module")
def web(base: Database, proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    deployment = Deployment(tmp_path_factory.mktemp("deployment"), base)
    if base.url.startswith("mysql"):  # its root writes in any case
        change(base, "CREATE USER site@'%'", "GRANT ALL ON millrace.* TO site@'%'")
    deployment.environment["DATABASE_URL"] = proxy.url.replace("root@", "site@")
    with site(deployment) as web:
        yield web


@pytest.mark.parametrize("away", ["cut", "go_dead"])
def test_unreachable_database_is_reported_soon_with_a_message(web: Web, proxy: Proxy, away: str) -> None:
    getattr(proxy, away)()
    began = monotonic()
    wait_for(lambda: red(web, "database: does not answer"))  # an answer of before is good for a second
    status, page = ask(web, "/market/")
    assert (status, "The database does not answer just now." in page) == (503, True)
    assert re.search(r"this number: <code>[0-9a-f]{32}</code>", page)
    assert monotonic() - began < 10
    assert ask(web, "/livez") == (200, "alive\n")
    proxy.mend()
    wait_for(lambda: green(web) and ask(web, "/market/")[0] == 302)


def test_read_only_database_turns_readiness_red(web: Web, base: Database) -> None:
    only_reads(base, "ON")
    wait_for(lambda: red(web, "writing: refused"))
    assert ask(web, "/accounts/sign-in/")[0] == 200
    only_reads(base, "OFF")
    wait_for(lambda: green(web))


def only_reads(base: Database, switch: str) -> None:
    """For all connections to come."""
    postgres = f"ALTER DATABASE millrace SET default_transaction_read_only = {switch}"
    if base.url.startswith("postgres"):
        change(base, "SET default_transaction_read_only = off", postgres)
    else:
        change(base, f"SET GLOBAL read_only = {switch}")


def change(base: Database, *statements: str) -> None:
    with closing(base.connect()) as connection:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)


def test_full_disk_turns_readiness_red(small_disk: Path) -> None:
    with site(Deployment(small_disk)) as web:
        filler = small_disk / "filler"
        filler.write_bytes(bytes(110 << 20))
        wait_for(lambda: red(web, "disk: almost full"))
        fill(filler)
        assert red(web, "disk: almost full") and ask(web, "/accounts/sign-in/")[0] != 500
        filler.unlink()
        wait_for(lambda: green(web))


def test_full_disk_of_the_database_turns_readiness_red(small_disk: Path, tmp_path: Path) -> None:
    with server("postgres", disk=small_disk) as database, site(Deployment(tmp_path, database)) as web:
        fill(filler := small_disk / "filler")
        wait_for(lambda: red(web, "writing: refused"))
        assert ask(web, "/accounts/sign-in/")[0] == 200
        filler.unlink()
        wait_for(lambda: green(web))
