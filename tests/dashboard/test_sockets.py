"""The live socket through the real ASGI application."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from dashboard.consumers import MAX_TOPICS
from login.asgi import application
from streams.models import TopicVersion
from tests.sockets import Socket

pytestmark = pytest.mark.django_db(transaction=True)
OURS = b"http://localhost"
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


async def test_a_subscriber_gets_the_state_and_then_each_change(connect: Open) -> None:
    socket = await connect()
    assert await socket.connect()
    await socket.subscribe("orders")
    first = await socket.receive("topic")
    assert (first["topic"], first["version"], first["data"]["sites"]) == ("orders", 0, [])
    await TopicVersion.objects.acreate(topic="orders", version=7)
    assert (await socket.receive("topic"))["version"] == 7


async def test_a_stranger_is_closed_with_4401(connect: Open) -> None:
    socket = await connect(cookies={})
    await socket.connect()
    assert await socket.close_code() == 4401


@pytest.mark.parametrize("origin", [b"http://evil.example", b"null", b""])
async def test_another_origin_is_refused(connect: Open, origin: bytes) -> None:
    socket = await connect(origin=origin)
    assert await socket.connect() is False


async def test_another_address_is_refused(connect: Open) -> None:
    socket = await connect(path="/ws/other/")
    assert await socket.connect() is False


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"subscribe": "market"}', '{"subscribe": [1]}', '{"unsubscribe": []}', TOO_MANY],
)
async def test_anything_else_than_a_subscription_closes_the_socket(connect: Open, text: str) -> None:
    socket = await connect()
    await socket.connect()
    await socket.say(text)
    assert await socket.close_code() == 4400


@pytest.mark.parametrize("end", ["sign out", "deactivate", "delete", "new password"])
async def test_a_socket_closes_within_five_seconds_of_its_session(
    connect: Open, client: Client, alice: User, end: str
) -> None:
    socket = await connect()
    await socket.connect()
    await socket.subscribe("market")
    await socket.receive("topic")
    await sync_to_async(end_session)(client, alice, end)
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


def test_polling_tells_what_is_newer(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    assert client.get("/live/orders.json").json()["version"] == 0
    TopicVersion.objects.create(topic="orders", version=7)
    assert client.get("/live/orders.json?since=6").json()["version"] == 7
    with django_assert_num_queries(3):  # the session, the user, the versions
        assert client.get("/live/orders.json?since=7").status_code == 204


@pytest.mark.parametrize(
    ("path", "status"),
    [("/live/weather.json", 404), ("/live/market.json?since=x", 400), ("/live/market.json?since=" + "9" * 99, 400)],
)
def test_a_poll_that_makes_no_sense_is_told_so(client: Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert (answer.status_code, "error" in answer.json()) == (status, True)


def test_a_poll_without_a_session_is_told_in_words(db: None) -> None:
    answer = Client().get("/live/market.json")
    assert (answer.status_code, answer.json()) == (401, {"error": "signed out"})
