"""The door of sockets: finds their sessions in a thread of its own, whose connection serves all that come at once.

To open a connection costs as much as to find a session. After a restart, thousands of sockets come within seconds.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import Error, connections, reset_queries

from accounts.sessions import SessionInfo


class Door:
    def __init__(self, find: Callable[[str], SessionInfo | None]) -> None:
        """`find` returns the session of a cookie; None if there is none."""
        self._find = find
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="door")
        self._came = self._asked = 0  # sockets; the first is counted by the loop, the second by the thread

    async def session(self, cookie: str) -> SessionInfo | None:
        """Returns the session of a cookie; None if there is none. Raises Error if the database does not answer."""
        self._came += 1
        # Shielded: each is asked for, though its socket has gone meanwhile, so that the last one is known.
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, self._ask, cookie))

    def _ask(self, cookie: str) -> SessionInfo | None:
        self._asked += 1
        try:
            found = self._find(cookie)
        except Error:
            connections.close_all()  # a broken connection must not serve the next socket
            raise
        reset_queries()  # Django keeps them while DEBUG is on
        if self._asked == self._came:
            connections.close_all()  # the next socket may come hours later
        return found
