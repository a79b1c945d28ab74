"""Tests of code for which databases differ, run again on PostgreSQL and MariaDB; docs/where-things-go.md lists it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.alarms.killing import survive
from tests.databases import Database, server
from tests.deployment import ROOT, Deployment

SELECTED = [
    "tests/accounts/factors/test_totp.py",
    "tests/accounts/sessions",
    "tests/accounts/test_events.py",
    "tests/accounts/test_history.py",
    "tests/accounts/test_invitations.py",
    "tests/accounts/test_people.py",
    "tests/accounts/test_retention.py",
    "tests/accounts/test_sign_in.py",
    "tests/accounts/test_tokens.py",
    "tests/accounts/throttle/test_devices.py",
    "tests/accounts/throttle/test_store.py",
    "tests/alarms/test_bad_targets.py",
    "tests/alarms/test_delivering.py",
    "tests/alarms/test_following.py",
    "tests/alarms/test_oracle.py",
    "tests/alarms/test_rules.py",
    "tests/alarms/test_shards.py",
    "tests/applications/market/test_topics.py",
    "tests/applications/orders/test_lines.py",
    "tests/applications/orders/test_sites.py",
    "tests/applications/orders/test_topics.py",
    "tests/applications/orders/test_views.py",
    "tests/applications/quotes/test_storing.py",
    "tests/applications/test_rollups.py",
    "tests/applications/probes/test_pages.py",
    "tests/applications/test_sinks.py",
    "tests/applications/test_two_streams.py",
    "tests/applications/test_views.py",
    "tests/contracts/test_leases.py",
    "tests/contracts/test_leases_of_streams.py",
    "tests/dashboard/boards/test_datasets.py",
    "tests/dashboard/live/test_hub.py",
    "tests/dashboard/operators/test_forgetting.py",
    "tests/dashboard/operators/test_state.py",
    "tests/dashboard/test_marking.py",
    "tests/dashboard/operators/test_streams_views.py",
    "tests/dashboard/steps/test_row_steps.py",
    "tests/dashboard/test_choosing.py",
    "tests/dashboard/test_names.py",
    "tests/dashboard/test_quick_times.py",
    "tests/dashboard/test_zoned_days.py",
    "tests/login/test_gate.py",
    "tests/login/test_janitor.py",
    "tests/sql/live/test_delivery.py",
    "tests/sql/live/test_steps.py",
    "tests/sql/live/test_view_types.py",
    "tests/streams/coordination/test_leases.py",
    "tests/streams/coordination/test_listing.py",
    "tests/streams/engine/test_last_resort.py",
    "tests/streams/engine/test_small_packets.py",
    "tests/streams/models/test_kept.py",
    "tests/streams/models/test_migrations.py",
    "tests/streams/models/test_statements.py",
    "tests/streams/operations/test_deadletters.py",
    "tests/streams/operations/test_retention.py",
]
ROUNDS = 8  # in which the processes of alarms are killed
LEFT_OUT = [
    "real_worker",  # this one and the next two start processes, on a database of their own
    "busy_worker",
    "one_of_several_processes",
    "fails_after_a_day",  # more than a hundred attempts, each as the first ones
    "throttle_equals_the_naive_oracle",  # a thousand transactions; SQLite runs the same statements
    "shown_in_little_memory",  # of this process
    "no_page_lets_staff_set_a_password",  # asks for every page and stores nothing
    "read1-trades",  # migrates back and forth; two other cases do
    "read2-trades",
    "state_of_orders_is_read_after",  # the same statements as for a state of trades
    "state_of_no_application_is_kept",
    "stranger_is_redirected_to_sign_in",  # 568 requests without a session, which run no SQL
]


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_selected_tests_pass_on_a_database_server(kind: str, tmp_path: Path) -> None:
    chosen = " and ".join(f"not {name}" for name in LEFT_OUT)
    words = ["-n", "0", "--hypothesis-profile=few", "--reuse-db", "-p", "no:cacheprovider", "-k", chosen]
    with server(kind) as database:  # --reuse-db: the server itself is thrown away
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *words, *SELECTED],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": database.url, "PYTEST_ADDOPTS": ""},
            capture_output=True,
            text=True,
            timeout=1100,
        )
        assert done.returncode == 0, done.stdout[-6000:]
        survive(Deployment(tmp_path, database_of_tests(database)), ROUNDS)
    assert int(re.findall(r"(\d+) passed", done.stdout)[0]) > 150


def database_of_tests(database: Database) -> Database:
    """Returns the database in which the selected tests ran: its tables stand, and are empty."""
    url = database.url.removesuffix("millrace") + "test_millrace"
    if url.startswith("postgres"):
        return Database.at(url)

    def connect() -> Any:
        connection = database.connect()
        connection.cursor().execute("USE test_millrace")
        return connection

    return Database(url, connect, database.impatient)
