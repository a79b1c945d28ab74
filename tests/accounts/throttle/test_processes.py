"""Two hundred guesses at once, at four web servers that share a database."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.databases import server, sqlite
from tests.deployment import Deployment, Web

SIGN_IN = "/accounts/sign-in/"
SERVERS, POSTS = 4, 200


class Site:
    """A site with an account, and a file of the passwords that its hasher checked."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment, self.log = deployment, deployment.folder / "checked"
        deployment.environment |= {
            "DJANGO_SETTINGS_MODULE": "tests.accounts.throttle.counting",
            "CHECKED_BY_THE_HASHER": str(self.log),
        }
        deployment.run("first_user", "--name", "ada")
        self.webs = [Web(deployment) for _ in range(SERVERS)]

    def checked(self) -> int:
        return len(self.log.read_bytes().splitlines())

    def guess(self, names: list[str]) -> set[int]:
        """Posts a wrong password for each of the names at once; the statuses of the answers."""
        cookie, token = self._form()

        def post(number: int) -> int:
            form = urlencode({"username": names[number], "password": f"wrong {number}", "csrfmiddlewaretoken": token})
            headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
            return self._ask(number, "POST", form, headers)[0]

        with ThreadPoolExecutor(POSTS) as clients:
            return set(clients.map(post, range(len(names))))

    def _form(self) -> tuple[str, str]:
        _, headers, page = self._ask(0, "GET")
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]
        return headers["Set-Cookie"].partition(";")[0], token

    def _ask(
        self, number: int, method: str, body: str = "", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], str]:
        connection = HTTPConnection("127.0.0.1", self.webs[number % len(self.webs)].port, timeout=120)
        connection.request(method, SIGN_IN, body, headers or {})
        answer = connection.getresponse()
        found = answer.status, dict(answer.headers), answer.read().decode()
        connection.close()
        return found

    def restart(self) -> None:
        self.stop()
        self.webs = [Web(self.deployment)]

    def stop(self) -> None:
        for web in self.webs:
            web.kill()


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as stack:
        is_file = request.param == "sqlite"
        database = sqlite(tmp_path / "millrace.sqlite3") if is_file else stack.enter_context(server(request.param))
        found = Site(Deployment(tmp_path, database))
        stack.callback(found.stop)
        yield found


def test_guesses_are_limited_to_ten_over_four_processes_and_a_restart(site: Site) -> None:
    assert site.guess(["ada"] * POSTS) == {200}
    assert site.checked() == 10
    site.restart()
    assert site.guess(["ada"] * 20) == {200}
    assert site.checked() == 10
