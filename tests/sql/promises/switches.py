"""Checks which version of an application computed each record, by the switches that leases noted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from streams.core.records import WHOLE, Shard
from tests.deployment import Deployment

Lane = Sequence[Mapping[str, Any]]  # records in the order in which a lease computes them


class Switch(NamedTuple):
    before: int
    version: int
    sequence: str  # of the first record that the version computed; "" where a lease began with no record yet

    def is_at(self, record: Mapping[str, Any]) -> bool:
        return self.before == 0 or bool(record["sequence"] == self.sequence)


def check_versions(
    deployment: Deployment, name: str, shards: Sequence[Shard], records: Lane, found: Mapping[int, int]
) -> None:
    """Checks versions by the ids of their trades; `records` are all that `streams tail --json` prints."""
    check_switches(switches_of(deployment, name), shards, records, found)


def check_switches(
    noted: Mapping[str, Sequence[Switch]], shards: Sequence[Shard], records: Lane, found: Mapping[int, int]
) -> None:
    """Checks that every record was computed with the version of the last switch before it in its lane.

    `noted` has the switches of each lease, `found` the versions by the ids of records. The records of one shard come in
    the order of their sequence numbers. The lane of a whole stream orders them by arrival and sequence number.
    """
    if WHOLE in noted:
        check_lane(noted[WHOLE], sorted(records, key=lambda each: (each["arrived"], int(each["sequence"]))), found, {1})
        return
    last: dict[str, set[int]] = {}
    for shard in shards:
        lane = [record for record in records if record["shard"] == shard.id]
        begins = set().union(*(last[parent] for parent in shard.parents)) or {1}
        last[shard.id] = check_lane(noted.get(shard.id, []), lane, found, begins)


def switches_of(deployment: Deployment, name: str) -> dict[str, list[Switch]]:
    """Returns the switches by lease, oldest first."""
    noted: dict[str, list[Switch]] = {}
    for shard, before, version, sequence in deployment.query(
        f"SELECT shard, s.before, s.version, sequence FROM sql_sqlswitch s "
        f"JOIN sql_sqlapplication a ON a.id = s.application_id WHERE a.name = '{name}' ORDER BY s.id"
    ):
        noted.setdefault(shard, []).append(Switch(before, version, sequence))
    return noted


def check_lane(switches: Iterable[Switch], lane: Lane, found: Mapping[int, int], versions: set[int]) -> set[int]:
    """Checks the records of a lease that begins with one of the versions; returns those with which it can end."""
    waiting = list(switches)
    assert [each for each in waiting if each.before and not each.sequence] == []
    for at, record in enumerate(lane):
        while waiting and waiting[0].is_at(record):
            versions = {waiting.pop(0).version}
        id_ = record.get("data", {}).get("id")
        assert id_ not in found or found[id_] in versions, (
            lane[max(at - 3, 0) : at + 4],
            found[id_],
            versions,
            switches,
        )
    assert [each for each in waiting if each.before] == []
    return {waiting[-1].version} if waiting else versions
