"""The session guard, with a clock and a database of the test's own."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import UUID, uuid4

import pytest
from django.db import InterfaceError, OperationalError
from hypothesis import given
from hypothesis import strategies as st

from accounts.sessions import SessionInfo
from dashboard.live import session_guard as guards
from dashboard.live.session_guard import FORBIDDEN, MISSES, SESSION_ENDED, TRY_LATER, SessionGuard

START = datetime(2026, 11, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Socket:
    """A socket for the guard: it keeps every code with which it is closed."""

    def __init__(self, standing: SessionInfo, *topics: str) -> None:
        self.standing = standing
        self.topics = frozenset(topics)
        self.codes = list[int]()

    def close(self, code: int) -> None:
        self.codes.append(code)


class Stage:
    """A guard with a clock and a database that a test sets. Staff may see "streams", everybody all other topics."""

    def __init__(self) -> None:
        self.now = START
        self.alive = dict[UUID, SessionInfo]()
        self.asked = list[set[UUID]]()
        self.failure: Exception | None = None
        self.answer = Event()  # unset: the database hangs
        self.answer.set()
        self.guard = SessionGuard(self.living, lambda topic, who: who.staff or topic != "streams", lambda: self.now)

    def living(self, sessions: Collection[UUID]) -> Mapping[UUID, SessionInfo]:
        self.asked.append(set(sessions))
        self.answer.wait(60)
        if self.failure:
            raise self.failure
        return {each: self.alive[each] for each in sessions if each in self.alive}

    def open(self, *topics: str, staff: bool = False, ends: datetime = START + HOUR) -> Socket:
        """A socket of a new session, watched without the guard's own loop."""
        socket = Socket(SessionInfo(uuid4(), 1, staff, ends), *topics)
        self.alive[socket.standing.session] = socket.standing
        self.guard._task = asyncio.get_running_loop().create_future()  # type: ignore[assignment]  # it runs, as it were
        self.guard.watch(socket)
        return socket

    def end(self, socket: Socket) -> None:
        del self.alive[socket.standing.session]


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_guard_closes_sockets_of_a_dead_session_and_no_others(stage: Stage) -> None:
    dead, living = stage.open(), stage.open()
    stage.end(dead)
    await stage.guard.look()
    assert (dead.codes, living.codes) == ([SESSION_ENDED], [])


async def test_guard_makes_one_query_for_a_thousand_sockets(stage: Stage) -> None:
    sockets = [stage.open("market") for _ in range(1000)]
    await stage.guard.look()
    assert stage.asked == [{socket.standing.session for socket in sockets}]


async def test_guard_closes_a_socket_with_a_forbidden_topic(stage: Stage) -> None:
    both, market = stage.open("streams", "market", staff=True), stage.open("market", staff=True)
    await stage.guard.look()
    assert (both.codes, market.codes) == ([], [])
    for socket in (both, market):
        stage.alive[socket.standing.session] = socket.standing._replace(staff=False)
    await stage.guard.look()
    assert (both.codes, market.codes, market.standing.staff) == ([FORBIDDEN], [], False)


@pytest.mark.parametrize("failure", [OperationalError("gone"), InterfaceError("closed")])
async def test_guard_closes_all_sockets_after_three_checks_without_an_answer(stage: Stage, failure: Exception) -> None:
    socket = stage.open("market")
    stage.failure = failure
    for _ in range(MISSES - 1):
        await stage.guard.look()
    assert socket.codes == []
    await stage.guard.look()
    assert socket.codes == [TRY_LATER]


async def test_guard_forgives_missed_checks_after_an_answer(stage: Stage) -> None:
    socket = stage.open("market")
    for failure in [OperationalError("gone"), OperationalError("gone"), None] * 3:
        stage.failure = failure
        await stage.guard.look()
    assert socket.codes == []


async def test_guard_counts_a_hanging_database_as_failing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "PATIENCE", 0.01)
    socket = stage.open("market")
    stage.answer.clear()
    for _ in range(MISSES):
        await stage.guard.look()
    assert (socket.codes, len(stage.asked)) == ([TRY_LATER], 1)
    stage.answer.set()


async def test_guard_does_not_judge_a_new_socket_by_an_older_query(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "PATIENCE", 0.01)
    first = stage.open()
    stage.answer.clear()
    await stage.guard.look()
    late = stage.open()
    stage.end(first)
    monkeypatch.setattr(guards, "PATIENCE", 10)
    stage.answer.set()
    await stage.guard.look()
    assert (first.codes, late.codes) == ([SESSION_ENDED], [])
    await stage.guard.look()
    assert late.codes == []


async def test_guard_closes_at_the_absolute_end_without_a_database(stage: Stage) -> None:
    socket = stage.open(ends=START + HOUR)
    stage.failure = OperationalError("gone")
    stage.now = START + HOUR - timedelta(seconds=1)
    await stage.guard.look()
    assert socket.codes == []
    stage.now = START + HOUR
    await stage.guard.look()
    assert socket.codes == [SESSION_ENDED]


async def test_guard_closes_at_the_absolute_end_without_a_check(stage: Stage) -> None:
    released = stage.open(ends=START + timedelta(milliseconds=5))
    stage.guard.release(released)
    socket = stage.open(ends=START + timedelta(milliseconds=10))
    async with asyncio.timeout(60):
        while not socket.codes:
            await asyncio.sleep(0.001)
    assert (socket.codes, released.codes, stage.asked) == ([SESSION_ENDED], [], [])


async def test_guard_leaves_no_socket_open_when_it_breaks(stage: Stage) -> None:
    socket = stage.open()
    stage.failure = RuntimeError("a mistake of ours")
    with pytest.raises(RuntimeError):
        await stage.guard._run()
    assert socket.codes == [TRY_LATER]


async def test_guard_checks_only_while_there_are_sockets(stage: Stage) -> None:
    socket = Socket(SessionInfo(uuid4(), 1, False, START + HOUR))
    stage.guard.watch(socket)
    stage.guard.release(socket)
    assert stage.guard._task
    await stage.guard._task
    assert stage.asked == []


Step = st.sampled_from(["end one", "fail", "answer", "new", "an hour"])


@given(st.lists(Step, max_size=30))
async def test_guard_agrees_with_the_plain_rules_under_any_events(steps: list[str]) -> None:
    """Compares the guard with the plain rules: living sessions, absolute ends and the number of missed checks."""
    stage, missed = Stage(), 0
    sockets = [stage.open()]
    for step in steps:
        if step == "new":
            sockets.append(stage.open(ends=stage.now + HOUR))
        elif step == "end one" and stage.alive:
            stage.alive.popitem()
        elif step == "an hour":
            stage.now += HOUR
        stage.failure = OperationalError("gone") if step == "fail" else None
        await stage.guard.look()
        missed = missed + 1 if step == "fail" else 0
        for socket in [each for each in sockets if each.codes]:
            stage.guard.release(socket)
            sockets.remove(socket)
        known = all(each.standing.session in stage.alive for each in sockets) or missed > 0
        assert known and all(each.standing.ends > stage.now for each in sockets)
        assert not (sockets and missed >= MISSES)
