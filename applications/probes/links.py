"""Makes the addresses of the probes pages about names from records."""

from applications.probes.models import PROBES
from dashboard.links import asking, on


def to_probe(name: str, stream: str = PROBES) -> str:
    """Returns the address of the page of one probe, on a stream."""
    return asking("probes", **on(PROBES, stream), probe=name)
