"""The session guard: no socket outlives its session or its owner's permissions. docs/protocol.md has the close codes.

It makes one query per process and interval, for any number of sockets. It follows a session by its id, so that a new
key (at every proof of identity) closes nothing. It fails closed: it closes sockets that it cannot verify.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db import Error, close_old_connections, reset_queries

from accounts.sessions import SessionInfo

INTERVAL = 2.0  # seconds between ticks
PATIENCE = 2.0  # seconds until a query must be answered: the end of a session is seen within 4 s
MISSES = 3  # queries without an answer, until sockets can no longer be verified
# Close codes; 1013 is of RFC 6455's registry.
SESSION_ENDED, FORBIDDEN, TOO_MANY, TRY_LATER = 4401, 4403, 4429, 1013

FindSessions = Callable[[Collection[UUID]], Mapping[UUID, SessionInfo]]
logger = logging.getLogger(__name__)


class Guarded(Protocol):
    """A socket, as the guard sees it."""

    standing: SessionInfo
    topics: frozenset[str]

    def close(self, code: int) -> None: ...


class SessionGuard:
    def __init__(
        self, valid_sessions: FindSessions, permits: Callable[[str, SessionInfo], bool], now: Callable[[], datetime]
    ) -> None:
        """`valid_sessions` finds the valid ones of the given ids; `permits` returns whether one may see a topic."""
        self.permits = permits
        self._valid_sessions = valid_sessions
        self._now = now
        self._deadlines: dict[Guarded, asyncio.TimerHandle] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="guard")
        self._task: asyncio.Task[None] | None = None
        self._asking: asyncio.Future[Mapping[UUID, SessionInfo]] | None = None
        self._asked: frozenset[UUID] = frozenset()
        self._misses = 0

    def watch(self, socket: Guarded) -> None:
        """Watches the socket until `release`. A timer holds its absolute end, even if the database does not answer."""
        loop = asyncio.get_running_loop()
        left = (socket.standing.ends - self._now()).total_seconds()
        self._deadlines[socket] = loop.call_later(left, socket.close, SESSION_ENDED)
        if self._task is None or self._task.done():
            self._misses, self._asking = 0, None
            self._task = loop.create_task(self._run())

    def release(self, socket: Guarded) -> None:
        if deadline := self._deadlines.pop(socket, None):
            deadline.cancel()

    async def look(self) -> None:
        """Makes one tick: closes the sockets of ended sessions, and those with a topic that is forbidden by now."""
        now = self._now()
        for socket in self._deadlines:
            if socket.standing.ends <= now:  # a timer counts seconds, and does not notice a clock that is put forward
                socket.close(SESSION_ENDED)
        valid = await self._ask()
        if valid is not None:
            self._misses = 0
            self._judge(valid)
            return
        self._misses += 1
        if self._misses >= MISSES:
            logger.error("The database does not answer for sessions: closing %d sockets.", len(self._deadlines))
            self._close_all()

    def _judge(self, valid: Mapping[UUID, SessionInfo]) -> None:
        for socket in self._deadlines:
            session = socket.standing.session
            if session not in valid:
                if session in self._asked:  # else it joined while the answer was on its way
                    socket.close(SESSION_ENDED)
                continue
            socket.standing = valid[session]
            if not all(self.permits(topic, socket.standing) for topic in socket.topics):
                socket.close(FORBIDDEN)

    async def _ask(self) -> Mapping[UUID, SessionInfo] | None:
        """Returns the valid sessions; None if the database does not answer in time. Never asks twice at once."""
        if self._asking is None:
            self._asked = frozenset(socket.standing.session for socket in self._deadlines)
            self._asking = asyncio.get_running_loop().run_in_executor(self._thread, self._query, self._asked)
        answered, _ = await asyncio.wait({self._asking}, timeout=PATIENCE)
        if not answered:
            return None
        asking, self._asking = self._asking, None
        try:
            return asking.result()
        except Error:
            logger.warning("The session guard could not read the database; it will try again.", exc_info=True)
            return None

    def _query(self, sessions: frozenset[UUID]) -> Mapping[UUID, SessionInfo]:
        """Asks the database in a thread of the guard's own, so that no slow page delays it."""
        close_old_connections()
        try:
            return self._valid_sessions(sessions)
        finally:
            reset_queries()  # Django keeps them while DEBUG is on
            close_old_connections()  # the next socket may open hours later

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._deadlines:
                due = loop.time() + INTERVAL
                await self.look()
                await asyncio.sleep(due - loop.time())
        except BaseException:  # the guard stops watching
            self._close_all()
            raise

    def _close_all(self) -> None:
        for socket in self._deadlines:
            socket.close(TRY_LATER)
