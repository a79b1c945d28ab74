"""Checks which version of an application computed each record, by the switches that leases noted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from streams.core.clock import from_iso
from streams.core.records import WHOLE, Shard
from tests.deployment import Deployment

Lane = Sequence[Mapping[str, Any]]  # records in the order in which a lease computes them


class Switch(NamedTuple):
    before: int
    version: int
    sequence: str  # of the first record that the version computed; "" where there was none yet
    arrived: int  # milliseconds

    def is_at(self, record: Mapping[str, Any]) -> bool:
        if not self.sequence:
            return self.before == 0 or from_iso(record["arrived"]) >= self.arrived
        return bool(record["sequence"] == self.sequence)


def check_versions(
    deployment: Deployment, name: str, shards: Sequence[Shard], records: Lane, found: Mapping[int, int]
) -> None:
    """Checks versions by the ids of their trades; `records` are all that `streams tail --json` prints."""
    noted = switches_of(deployment, name)
    if WHOLE in noted:
        check_lane(noted[WHOLE], sorted(records, key=lambda each: (each["arrived"], each["shard"])), found, {1})
        return
    last: dict[str, set[int]] = {}
    for shard in shards:
        lane = [record for record in records if record["shard"] == shard.id]
        begins = set().union(*(last[parent] for parent in shard.parents)) or {1}
        last[shard.id] = check_lane(noted.get(shard.id, []), lane, found, begins)


def switches_of(deployment: Deployment, name: str) -> dict[str, list[Switch]]:
    """Returns the switches by lease, oldest first."""
    noted: dict[str, list[Switch]] = {}
    for shard, before, version, sequence, arrived in deployment.query(
        f"SELECT shard, s.before, s.version, sequence, arrived FROM sql_sqlswitch s "
        f"JOIN sql_sqlapplication a ON a.id = s.application_id WHERE a.name = '{name}' ORDER BY s.id"
    ):
        noted.setdefault(shard, []).append(Switch(before, version, sequence, from_iso(str(arrived))))
    return noted


def check_lane(switches: Iterable[Switch], lane: Lane, found: Mapping[int, int], versions: set[int]) -> set[int]:
    """Checks the records of a lease that begins with one of the versions; returns those with which it can end."""
    waiting = list(switches)
    for record in lane:
        while waiting and waiting[0].is_at(record):
            versions = {waiting.pop(0).version}
        id_ = record.get("data", {}).get("id")
        assert id_ not in found or found[id_] in versions, (record, found[id_], versions, switches)
    assert [each for each in waiting if each.sequence] == []
    return {waiting[-1].version} if waiting else versions
