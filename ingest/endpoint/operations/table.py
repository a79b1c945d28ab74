"""Lists all operations that are answered by a plain call; puts and SubscribeToShard are not."""

from ingest.endpoint.operations import consumers, reading, shards, streams, tags
from ingest.endpoint.operations.base import Operation

OPERATIONS: dict[str, Operation] = {
    **streams.OPERATIONS,
    **shards.OPERATIONS,
    **reading.OPERATIONS,
    **tags.OPERATIONS,
    **consumers.OPERATIONS,
}
