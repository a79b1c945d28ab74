"""Finds probes."""

from collections.abc import Iterator

from django.db.models.functions import Length

from applications.probes import links
from applications.probes.models import PROBES, ProbeNow
from common.finding import Hit, Person
from streams.models.readers import streams_of

STREAMS = 3  # that are searched, the application's own first


def find(text: str, person: Person, most: int) -> Iterator[Hit]:
    """Yields probes with the text in their name; those of other streams name their stream."""
    if not text:
        return
    for stream in list(dict.fromkeys([PROBES, *streams_of(PROBES)]))[:STREAMS]:
        about = "" if stream == PROBES else f"on {stream}"
        found = ProbeNow.objects.filter(stream=stream, probe__icontains=text).order_by(Length("probe"), "probe")
        for name in found.values_list("probe", flat=True)[:most]:
            yield Hit("probe", name, links.to_probe(name, stream), about)
