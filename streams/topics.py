"""The names under which changes are announced: a commit bumps a topic's version, the live hub watches it."""

# Each is the name of an application, and of the stream that it reads unless it is told to read another.
TRADES = "trades"
ORDERS = "orders"


def of(application: str, stream: str) -> str:
    """Returns the topic of an application's results of one stream: its own name, or NAME@STREAM for another stream."""
    return application if stream == application else f"{application}@{stream}"
