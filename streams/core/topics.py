"""Names the topics that announce changes: a commit bumps a topic's version, and the live hub watches it."""


def of(application: str, stream: str) -> str:
    """Returns the topic of an application's results of one stream: its own name, or NAME@STREAM for another stream."""
    return application if stream == application else f"{application}@{stream}"
