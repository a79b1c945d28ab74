"""The live socket through the real ASGI application."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from datetime import timedelta
from typing import Any, NoReturn
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import people, sessions
from accounts.models import Session, User
from accounts.sessions import SessionInfo
from accounts.sessions.engine import SessionStore
from dashboard.live import consumers
from dashboard.live.allowance import Arrivals
from dashboard.live.consumers import BURST, MAX_LENGTH, MAX_TOPICS
from dashboard.live.service import guard, hub
from login.asgi import application
from streams import applications
from streams.applications import Topic
from streams.models import TopicVersion
from tests.sockets import Socket, stored

pytestmark = pytest.mark.django_db(transaction=True)
OURS = b"http://localhost"
LONG = json.dumps({"subscribe": ["x" * (MAX_LENGTH + 1)]})
TOO_MANY = json.dumps({"subscribe": ["market"] * (MAX_TOPICS + 1)})
Open = Callable[..., Awaitable[Socket]]


@pytest.fixture
def alice(settings: Settings) -> User:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return User.objects.create_user("alice", password="a long enough password")


@pytest.fixture
def client(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
async def connect(client: Client) -> AsyncIterator[Open]:
    """Opens a socket as alice; closes all at the end."""
    opened: list[Socket] = []

    async def open_socket(cookies: Any = client.cookies, origin: bytes = OURS, path: str = "/ws/live/") -> Socket:
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
        socket = Socket(application, path, [(b"origin", origin), (b"cookie", cookie.encode())])
        opened.append(socket)
        return socket

    yield open_socket
    for socket in opened:
        await socket.disconnect()
    for each in (hub, guard):  # they would still be reading tables that are about to be emptied
        if each._task:
            each._task.cancel()
        await asyncio.wrap_future(each._thread.submit(lambda: None))


async def test_a_subscriber_gets_the_state_and_then_each_change(connect: Open) -> None:
    socket = await connect()
    assert await socket.connect()
    await socket.subscribe("orders")
    first = await socket.receive("topic")
    assert (first["topic"], first["version"], first["data"]["sites"]) == ("orders", 0, [])
    await TopicVersion.objects.acreate(topic="orders", version=7)
    assert (await socket.receive("topic"))["version"] == 7


async def test_socket_without_a_session_is_closed_with_4401(connect: Open) -> None:
    socket = await connect(cookies={})
    await socket.connect()
    assert await socket.close_code() == 4401


@pytest.mark.parametrize("origin", [b"http://evil.example", b"null", b""])
async def test_socket_of_another_origin_is_refused(connect: Open, origin: bytes) -> None:
    socket = await connect(origin=origin)
    assert await socket.connect() is False


async def test_socket_at_another_address_is_refused(connect: Open) -> None:
    socket = await connect(path="/ws/other/")
    assert await socket.connect() is False


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", LONG, '{"subscribe": "market"}', '{"subscribe": [1]}', '{"unsubscribe": []}', TOO_MANY],
)
async def test_message_that_is_no_subscription_closes_the_socket(connect: Open, text: str) -> None:
    socket = await connect()
    await socket.connect()
    await socket.say(text)
    assert await socket.close_code() == 4400


@pytest.mark.usefixtures("quick")
async def test_a_socket_that_subscribes_without_end_is_closed(connect: Open) -> None:
    socket = await connect()
    await socket.connect()
    for number in range(2 * BURST):  # some are allowed anew while a slow machine sends these
        await socket.subscribe(f"weather {number}")
    assert await socket.close_code() == 4429


async def test_sockets_of_a_user_beyond_the_bound_are_refused_with_a_reason(connect: Open, settings: Settings) -> None:
    settings.SOCKET_LIMIT = 1
    first, second = await connect(), await connect()
    await first.connect()
    await first.subscribe("market")
    await first.receive("topic")
    await second.connect()
    assert await second.close_code() == 4429


async def test_session_that_opens_sockets_without_end_is_refused_without_a_query(
    connect: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "arrivals", Arrivals(0, lambda: 0.0))
    monkeypatch.setattr(consumers, "COME_AGAIN", 0)
    monkeypatch.setattr(consumers, "HOLD", 0.01)
    socket = await connect(cookies={})  # whose session is none: 4401, if anybody had asked
    await socket.connect()
    assert (await socket.close_code(), consumers.held) == (4429, set())


@pytest.mark.long  # the guard looks once in two seconds, eight times
@pytest.mark.parametrize(
    "end", ["sign out", "deactivate", "delete", "new password", "idle", "old", "ended", "everybody's ended"]
)
async def test_a_socket_closes_within_five_seconds_of_its_session(
    connect: Open, client: Client, alice: User, end: str
) -> None:
    socket = await connect()
    await socket.connect()
    await socket.subscribe("market")
    await socket.receive("topic")
    await stored(end_session, client, alice, end)
    assert await socket.close_code(5) == 4401


def end_session(client: Client, user: User, way: str) -> None:
    match way:
        case "sign out":
            client.post("/accounts/sign-out/")
        case "deactivate":
            User.objects.update(is_active=False)
        case "delete":
            user.delete()
        case "new password":
            user.set_password("another long password")
            user.save()
        case "idle":
            Session.objects.update(expire_date=timezone.now())
        case "old":
            Session.objects.update(ends=timezone.now(), expire_date=timezone.now())
        case "ended":
            sessions.end_all(user, "staff", by="root")
        case "everybody's ended":
            sessions.end_everybody("the command line")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard looks ten times between two beats."""
    monkeypatch.setattr("dashboard.live.session_guard.INTERVAL", 0.02)
    monkeypatch.setattr("dashboard.live.hub.BEAT", 0.2)


@pytest.mark.usefixtures("quick")
async def test_a_new_key_of_the_same_session_closes_nothing(connect: Open, client: Client) -> None:
    socket = await connect()
    await socket.connect()
    await socket.receive("beat")
    await stored(client.session.cycle_key)
    for _ in range(3):
        await socket.receive("beat")


@pytest.mark.usefixtures("quick")
async def test_a_socket_never_extends_its_session(connect: Open) -> None:
    long_ago = timezone.now() - timedelta(minutes=20)
    await Session.objects.aupdate(seen=long_ago)
    before = await Session.objects.values().aget()
    socket = await connect()
    await socket.connect()
    await socket.subscribe("market")
    for _ in range(3):
        await socket.receive("beat")
    assert await Session.objects.values().aget() == before


@pytest.mark.usefixtures("quick")
async def test_many_sockets_take_one_query_an_interval(connect: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[int]()

    def living(found: Collection[UUID]) -> dict[UUID, SessionInfo]:
        with CaptureQueriesContext(connection) as queries:
            answer = sessions.valid_sessions(found)
        asked.append(len(queries))
        return answer

    monkeypatch.setattr(guard, "_valid_sessions", living)
    opened = [await connect() for _ in range(20)]
    for socket in opened:
        await socket.connect()
    for _ in range(2):
        await opened[-1].receive("beat")
    assert set(asked) == {1}


async def test_socket_may_retry_when_the_database_is_away(connect: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(SessionStore, "load", broken)
    socket = await connect()
    await socket.connect()
    assert await socket.close_code() == 1013


@pytest.mark.usefixtures("quick")
async def test_sockets_are_closed_when_the_database_stays_away(connect: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> NoReturn:
        raise OperationalError("gone")

    socket = await connect()
    await socket.connect()
    monkeypatch.setattr(guard, "_valid_sessions", broken)
    assert await socket.close_code() == 1013


@pytest.mark.usefixtures("quick")
async def test_socket_is_closed_with_4403_when_a_permission_is_lost(
    connect: Open, alice: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = Topic(build=lambda now, stream: {}, staff=True)
    monkeypatch.setitem(applications._topics, "secret", ("trades", secret))
    await User.objects.aupdate(is_staff=True)
    socket = await connect()
    await socket.connect()
    await socket.subscribe("secret")
    assert (await socket.receive("topic"))["topic"] == "secret"
    root = await stored(User.objects.create, username="root", likeness="root", is_staff=True, is_superuser=True)
    request = RequestFactory().post("/")
    assert await stored(people.perform, "make-viewer", alice, root, request) == (True, "alice is now a viewer.")
    assert await socket.close_code() == 4403
    assert (await sync_to_async(client.get)("/live/secret.json")).status_code == 403


async def test_socket_is_closed_with_4403_when_it_requests_a_forbidden_topic(
    connect: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = Topic(build=lambda now, stream: {}, staff=True)
    monkeypatch.setitem(applications._topics, "secret", ("trades", secret))
    socket = await connect()
    await socket.connect()
    await socket.subscribe("market", "secret")
    assert await socket.close_code() == 4403


def test_polling_names_the_living_workers(client: Client) -> None:
    answer = client.get("/live/pulse.json?since=0").json()
    told = {"workers": {}, "drained": {}, "ahead": {}, "elsewhere": {}, "clock_note": ""}
    assert (answer["topic"], answer["data"]) == ("pulse", told)


def test_polling_returns_newer_snapshots(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    assert client.get("/live/orders.json").json()["version"] == 0
    TopicVersion.objects.create(topic="orders", version=7)
    assert client.get("/live/orders.json?since=6").json()["version"] == 7
    with django_assert_num_queries(3):  # the session, the user, the versions
        assert client.get("/live/orders.json?since=7").status_code == 204


@pytest.mark.parametrize(
    ("path", "status"),
    [("/live/weather.json", 404), ("/live/market.json?since=x", 400), ("/live/market.json?since=" + "9" * 99, 400)],
)
def test_malformed_poll_is_refused_with_a_reason(client: Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert (answer.status_code, "error" in answer.json()) == (status, True)


def test_poll_without_a_session_is_refused_with_a_reason(db: None) -> None:
    answer = Client().get("/live/market.json")
    assert (answer.status_code, answer.json()) == (401, {"error": "signed out"})
