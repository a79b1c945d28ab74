"""Where a read of an embedded stream starts."""

from streams.records import From, Position, StreamError


def start_of(position: Position) -> tuple[str, int, int]:
    """The condition on batches for a position, its value, and the first sequence number wanted in the first of them."""
    match position.kind:
        case From.TRIM_HORIZON:
            return "last_sequence > ?", 0, 0
        case From.AFTER_SEQUENCE_NUMBER:
            return "last_sequence > ?", position.value, position.value + 1
        case From.AT_TIMESTAMP:
            return "arrived >= ?", position.value, 0
        case _:
            raise StreamError(f"Reading cannot start at {position}: {From.LATEST} is now, a time of the caller's.")
