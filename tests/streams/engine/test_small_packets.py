"""A state and a batch of any size are stored in statements of 1 MiB, MariaDB's smallest useful max_allowed_packet.

On other databases the same statements run without the limit; tests/test_on_servers.py runs this module on MariaDB.
"""

from collections.abc import Iterator

import pytest
from django.db import connection

from applications.market.models import TradeMinute
from streams.coordination import packets
from streams.core.commits import Commit
from streams.core.state import State, StateChange
from streams.models import DeadLetter, Lease
from tests.streams.engine.test_last_resort import GOOD, NOON, consume, leases

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = 1 << 20  # bytes


@pytest.fixture(autouse=True)
def small_packet(transactional_db: None) -> Iterator[None]:
    """Lets new connections to MariaDB send statements of 1 MiB at most, for the time of a test."""
    before = packets.limit()
    if before is None:
        yield
        return
    _set(SMALL)
    assert packets.limit() == SMALL
    yield
    _set(before)


def _set(size: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET GLOBAL max_allowed_packet = %s", [size])
    connection.close()  # the setting of a connection is that of its beginning


def test_state_of_many_packets_is_stored_changed_and_read_again() -> None:
    store = leases()
    [held] = store.acquire(1)
    state = StateChange(b"meta", {(str(key),): b"\0" * 200_000 for key in range(20)})
    store.commit(held, Commit("trim-horizon", NOON, state))
    store.commit(held, Commit("trim-horizon", NOON, StateChange(b"more", {("1",): b"new"}, [("2",)])))
    kept = {key: value for key, value in state.put.items() if key != ("2",)} | {("1",): b"new"}
    assert store.state(held) == State(b"more", kept, [])
    whole = State(b"whole", dict(state.put), [])
    store.replace(held, whole)
    assert store.state(held) == whole


def test_batch_of_many_packets_loses_no_record() -> None:
    names = [f"{'€' * 250}{number}" for number in range(1500)]  # 3 bytes a character: rows of 1.2 MB in one batch
    records = [(name, GOOD.replace(b"AMZN", name.encode())) for name in names]
    letters = [("AMZN", b"\0" * 50_000)] * 60
    consume(leases(), [*records, *letters])
    lease = Lease.objects.get()
    assert (lease.applied, lease.dead, DeadLetter.objects.count()) == (1500, 60, 60)
    assert TradeMinute.objects.filter(trades=1).count() == 1500
