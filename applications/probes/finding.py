"""Finds probes."""

from collections.abc import Iterator

from django.db.models.functions import Length

from applications.probes import links
from applications.probes.models import PROBES, ProbeNow
from common.finding import Hit, Person


def find(text: str, person: Person, most: int) -> Iterator[Hit]:
    """Yields probes with the text in their name, of every stream; those of other streams name it."""
    if not text:
        return
    found = ProbeNow.objects.filter(probe__icontains=text).order_by(Length("probe"), "probe", "stream")
    for name, stream in found.values_list("probe", "stream")[:most]:
        yield Hit("probe", name, links.to_probe(name, stream), "" if stream == PROBES else f"on {stream}")
