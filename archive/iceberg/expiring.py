"""Expires old snapshots of a table, and removes the files of metadata that only they used. Never a file of records."""

from contextlib import suppress

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot


def expire(table: Table, keep: int) -> int:
    """Expires all snapshots but the newest `keep`, and those with a tag or a branch; returns how many.

    A crash behind the commit leaves files that no table names; they are small, and harmless.
    """
    named = {ref.snapshot_id for ref in table.metadata.refs.values()}
    newest_first = sorted(table.metadata.snapshots, key=lambda each: each.sequence_number or 0, reverse=True)
    old = [each for each in newest_first[keep:] if each.snapshot_id not in named]
    if not old:
        return 0
    before = {path for each in old for path in _files(table, each)}
    table.maintenance.expire_snapshots().by_ids([each.snapshot_id for each in old]).commit()
    table.refresh()
    after = {path for each in table.metadata.snapshots for path in _files(table, each)}
    for path in sorted(before - after):
        with suppress(OSError):  # a catalogue such as S3 Tables removes them itself, and refuses others
            table.io.delete(path)
    return len(old)


def _files(table: Table, snapshot: Snapshot) -> list[str]:
    """Returns the list of manifests and the manifests of a snapshot."""
    return [snapshot.manifest_list, *(each.manifest_path for each in snapshot.manifests(table.io))]
