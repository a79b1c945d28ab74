"""Declares the datasets of the shops for boards: `orders/seconds` and `orders/alarms`."""

from typing import Any

from django.db.models import QuerySet

from applications.orders import topics
from applications.orders.models import ORDERS, AlarmEpisode, SiteSecond
from applications.orders.observing import DELAY
from dashboard.datasets import Table, dataset, of_stream, own
from dashboard.overlapping import overlapping
from dashboard.steps.building import Steps
from streams.declarations import Column, Dataset, Found, Question

SITES = 500  # of a stream, by name: seconds are found by their site
SITE = Column(name="site", kind="text", label="Site")


def values(column: str, stream: str, prefix: str, most: int) -> list[str]:
    """Returns the sites that begin with a text, in order."""
    found = topics.sites_of(stream).filter(name__startswith=prefix)
    return list(found.values_list("name", flat=True)[:most])


def _seconds(stream: str) -> QuerySet[Any]:
    sites = list(topics.sites_of(stream).values_list("name", flat=True)[:SITES])
    return SiteSecond.objects.filter(stream=stream, site__in=sites)


def episodes(asked: Question) -> Found:
    """Answers with the alarms that were open in the time asked for, the latest first."""
    return overlapping(AlarmEpisode.objects.filter(stream=asked.stream), asked, topics.episode)


NAME = f"{ORDERS}/seconds"
TABLE = Table(
    rows_of=_seconds,
    time="second",
    columns=own("site", "lines", "peak"),
    steps=Steps(dataset=NAME, application=ORDERS, texts=["site"], numbers=["lines", "peak"]),
)
SECONDS = dataset(
    TABLE,
    [
        SITE,
        Column(name="lines", kind="number", label="Order lines", unit="lines"),
        Column(name="peak", kind="number", label="Order lines in 15 s", unit="lines"),
    ],
    values=values,
    name=NAME,
    title="Order lines of each second and site",
    application=ORDERS,
    delay=DELAY,
    partition="site",
)
_alarms = Table(
    rows_of=of_stream(AlarmEpisode),
    time="started",
    columns=own("site", "threshold", "peak", "lines", "notifications", "suppressed", "ended"),
)
ALARMS = dataset(
    _alarms,
    [
        SITE,
        Column(name="threshold", kind="number", label="Threshold", unit="lines"),
        Column(name="peak", kind="number", label="Peak", unit="lines"),
        Column(name="lines", kind="number", label="Order lines", unit="lines"),
        Column(name="notifications", kind="number", label="Calls"),
        Column(name="suppressed", kind="number", label="Held back"),
        Column(name="ended", kind="time", label="Ended"),
    ],
    values=values,
    name=f"{ORDERS}/alarms",
    title="Alarms of the sites",
    application=ORDERS,
    episodes=True,
    rows=episodes,
)


def declared() -> list[Dataset]:
    """Returns the datasets of the application."""
    return [SECONDS, ALARMS]
