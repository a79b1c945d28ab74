"""Fixtures of the tests of alarms."""

from tests.sql.live.conftest import fake_programs as fake_programs
