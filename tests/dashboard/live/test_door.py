"""The door of sockets."""

import asyncio
from threading import Event
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.sessions import SessionInfo
from dashboard.live.door import Door

pytestmark = pytest.mark.django_db(transaction=True)
KNOWN = SessionInfo(uuid4(), 1, staff=False, ends=timezone.now())


async def test_sockets_that_come_at_once_share_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    closed: list[int] = []
    ready = Event()
    monkeypatch.setattr("dashboard.live.door.connections.close_all", lambda: closed.append(len(seen)))

    def find(cookie: str) -> SessionInfo | None:
        ready.wait(10)
        connection.ensure_connection()
        seen.append(cookie)
        return KNOWN if cookie == "known" else None

    door = Door(find)
    coming = [asyncio.ensure_future(door.session(cookie)) for cookie in ("known", "unknown", "known")]
    await asyncio.gather(asyncio.to_thread(ready.set))
    assert await asyncio.gather(*coming) == [KNOWN, None, KNOWN]
    assert closed == [3]


async def test_connection_that_fails_is_closed_and_the_next_socket_is_let_in() -> None:
    answers: list[SessionInfo | Exception] = [OperationalError("away"), KNOWN]

    def find(cookie: str) -> SessionInfo | None:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    door = Door(find)
    with pytest.raises(OperationalError):
        await door.session("known")
    assert await door.session("known") == KNOWN
