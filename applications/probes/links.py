"""Makes the addresses of the probes pages about names from records."""

from applications.probes.models import PROBES
from dashboard.links import asking, stream_parameters


def to_probe(name: str, stream: str = PROBES) -> str:
    """Returns the address of the page of one probe, on a stream."""
    return asking("probes", **stream_parameters(PROBES, stream), probe=name)
