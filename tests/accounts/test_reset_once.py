"""A link to set a new password, used five times at once at real web servers."""

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

PATH = "from accounts import resets; from accounts.models import User; print(resets.path(User.objects.get()))"


class Visitor:
    """A browser with cookies that has opened the link and has the form before it."""

    def __init__(self, port: int, link: str) -> None:
        self.port, self.cookies = port, dict[str, str]()
        self.form = self.ask("GET", link)[1]["Location"]
        self.token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', self.ask("GET", self.form)[2])[0]

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, dict[str, str], str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        given = [line.partition(";")[0].partition("=") for line in answer.headers.get_all("Set-Cookie", [])]
        self.cookies |= {name: value for name, _, value in given}
        found = answer.status, dict(answer.headers), answer.read().decode()
        connection.close()
        return found

    def choose(self, password: str) -> int:
        """302 when the new password is set, 200 when the link is no longer good."""
        form = {"password1": password, "password2": password, "csrfmiddlewaretoken": self.token}
        return self.ask("POST", self.form, urlencode(form))[0]


@pytest.fixture(params=["sqlite", "postgres"])
def deployment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    with ExitStack() as stack:
        is_file = request.param == "sqlite"
        database = sqlite(tmp_path / "millrace.sqlite3") if is_file else stack.enter_context(server(request.param))
        yield Deployment(tmp_path, database)


def test_reset_link_used_five_times_at_once_sets_one_password(deployment: Deployment) -> None:
    deployment.run("first_user", "--name", "ada")
    link = deployment.run("shell", "--no-imports", "-c", PATH).strip()
    webs = [Web(deployment) for _ in range(2)]
    visitors = [Visitor(webs[number % 2].port, link) for number in range(5)]
    passwords = [f"seven wet herons by mill {number}" for number in range(5)]
    with ThreadPoolExecutor(5) as clients:
        answers = list(clients.map(Visitor.choose, visitors, passwords))
    for web in webs:
        web.kill()
    assert sorted(answers) == [200, 200, 200, 200, 302]
    events = deployment.query("SELECT COUNT(*) FROM accounts_securityevent WHERE name = 'password.reset'")
    assert events[0][0] == 1
