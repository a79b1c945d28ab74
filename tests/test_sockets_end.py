"""Sockets of a real server, with sessions that other processes end or that expire."""

import copy
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from queue import Queue
from time import monotonic, time
from typing import Any, NamedTuple

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.deployment import Deployment, Web
from tests.waiting import wait_for

pytestmark = pytest.mark.xdist_group("sockets end")

# Somebody of each name signs in; → their cookies.
SIGN_IN = """
import json
from django.test import Client
from accounts.models import User
def sign_in(name):
    browser = Client()
    browser.force_login(User.objects.create_user(name))
    return f"sessionid={browser.session.session_key}"
print(json.dumps({name: sign_in(name) for name in NAMES}))
"""
# Each session is ended in the way of its name; → when.
END = """
import json, time
from django.conf import settings
from django.test import Client
from accounts import sessions
from accounts.models import Session, User
settings.ALLOWED_HOSTS = ["*"]
def user(name):
    return User.objects.get(username=name)
def sign_out(name):
    browser = Client()
    browser.cookies.load(COOKIES[name])
    assert browser.post("/accounts/sign-out/").status_code == 302
def new_password(name):
    found = user(name)
    found.set_unusable_password()
    found.save()
def deactivate(name):
    found = user(name)
    found.is_active = False
    found.save()
ways = {"sign-out": sign_out, "password": new_password, "deactivated": deactivate,
        "deactivated unsaid": lambda name: User.objects.filter(username=name).update(is_active=False),
        "deleted": lambda name: user(name).delete(),
        "by staff": lambda name: sessions.end_all(user(name), "staff", by="root")}
print(json.dumps({name: (end(name), time.time())[1] for name, end in ways.items()}))
"""
WAYS = ["sign-out", "password", "deactivated", "deactivated unsaid", "deleted", "by staff"]


class End(NamedTuple):
    at: float  # seconds of the epoch
    code: int


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    return Deployment(tmp_path_factory.mktemp("deployment"))


@pytest.fixture(scope="module")
def web(deployment: Deployment) -> Iterator[Web]:
    web = Web(deployment)
    yield web
    web.stop()


def within(deployment: Deployment, script: str, **names: object) -> dict[str, Any]:
    """Returns the output of a script in a process of its own."""
    given = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    found: dict[str, Any] = json.loads(deployment.run("shell", "-v", "0", "-c", given + script).splitlines()[-1])
    return found


def watch(web: Web, cookie: str, opened: "Queue[str]", seconds: float = 60) -> End:
    """Listens to a socket until it is closed; says when it has heard its first word.

    Raises TimeoutError where the socket is still open after the seconds: beats come for ever, and a pool of threads
    waits for each of them, also after an assertion has failed.
    """
    until = monotonic() + seconds
    address, headers = web.url.replace("http", "ws") + "/ws/live/", {"Cookie": cookie}
    with connect(address, origin=Origin(web.url), additional_headers=headers) as socket:
        socket.send('{"subscribe": ["market"]}')
        opened.put(str(socket.recv(10)))
        while True:
            try:
                socket.recv(until - monotonic())
            except ConnectionClosed as closed:
                return End(time(), closed.rcvd.code if closed.rcvd else 0)


def ask(web: Web, path: str, cookie: str, **headers: str) -> int:
    line = HTTPConnection("127.0.0.1", web.port, timeout=60)
    line.request("GET", path, headers={"Cookie": cookie} | headers)
    status = line.getresponse().status
    line.close()
    return status


def test_sockets_close_within_five_seconds_of_any_end_of_their_session(deployment: Deployment, web: Web) -> None:
    cookies = within(deployment, SIGN_IN, NAMES=[*WAYS, "by command", "not at all"])
    opened: Queue[str] = Queue()
    with ThreadPoolExecutor(len(cookies)) as pool:
        ends = {name: pool.submit(watch, web, cookie, opened) for name, cookie in cookies.items()}
        for _ in ends:
            opened.get(timeout=60)
        said = within(deployment, END, COOKIES=cookies)
        assert deployment.run("end_sessions", "--user", "by command") == "Ended: 1 session of by command.\n"
        said["by command"] = time()
        late = {name for name, at in said.items() if ends[name].result(30).at - at > 5}
        assert (late, {ends[name].result().code for name in said}) == (set(), {4401})
        assert not ends["not at all"].done()
        deployment.run("end_sessions", "--all")


def brief(deployment: Deployment, **limits: str) -> Deployment:
    """The same deployment, where sessions are short."""
    found = copy.copy(deployment)
    found.environment = deployment.environment | limits
    return found


POLL = {"path": "/live/market.json", "Accept": "*/*", "Sec-Fetch-Mode": "cors"}
PAGE = {"path": "/market/", "Accept": "text/html", "Sec-Fetch-Mode": "navigate"}


IDLE, ABSOLUTE = 3, 7  # seconds


@pytest.mark.parametrize(("asked", "lasts"), [(POLL, IDLE), (PAGE, ABSOLUTE)], ids=["polls", "pages"])
def test_polls_move_no_idle_limit_and_pages_no_absolute_limit(
    deployment: Deployment, asked: dict[str, str], lasts: int
) -> None:
    short, opened, before = (
        brief(deployment, SESSION_IDLE=str(IDLE), SESSION_ABSOLUTE=str(ABSOLUTE)),
        Queue[str](),
        time(),
    )
    web = Web(short)
    [cookie] = within(short, SIGN_IN, NAMES=[asked["path"]]).values()
    signed_in = time()
    with ThreadPoolExecutor() as pool:
        end = pool.submit(watch, web, cookie, opened)
        wait_for(lambda: ask(web, cookie=cookie, **asked) != 200)
        assert end.result(10).code == 4401
    assert before + lasts <= end.result().at <= signed_in + lasts + 5
    assert opened.get(timeout=0) and ask(web, cookie=cookie, **asked) in (302, 401)
    web.stop()


def test_unreachable_database_closes_sockets_until_it_answers(deployment: Deployment, web: Web) -> None:
    [cookie] = within(deployment, SIGN_IN, NAMES=["ada"]).values()
    opened: Queue[str] = Queue()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(watch, web, cookie, opened)
        opened.get(timeout=60)
        deployment.query("ALTER TABLE accounts_session RENAME TO away")
        turned_away = pool.submit(watch, web, cookie, opened)
        with pytest.raises(ConnectionClosed) as closed:
            turned_away.result(10)
        assert (closed.value.rcvd and closed.value.rcvd.code, first.result(10).code) == (1013, 1013)
        deployment.query("ALTER TABLE away RENAME TO accounts_session")
        again = pool.submit(watch, web, cookie, opened)
        opened.get(timeout=60)
        deployment.run("end_sessions", "--all")
        assert again.result(30).code == 4401
