"""What views ask beyond the snapshots: which tickers and sites there are, and the rows of the downloads."""

from streams.core import clock
from streams.models import TopicVersion


def version(topic: str) -> int:
    """The announced version of a topic; 0 before the first change."""
    return TopicVersion.objects.filter(topic=topic).values_list("version", flat=True).first() or 0


