"""Declares the datasets of probes for boards: `probes/minutes` and `probes/down`."""

from typing import Any

from django.db.models import F, FloatField
from django.db.models.functions import Cast, NullIf

from applications.probes.models import PROBES, ProbeEpisode, ProbeMinute, ProbeNow
from applications.probes.observing import DELAY, OUTPUT
from dashboard.datasets import Table, dataset, of_stream, own
from dashboard.overlapping import overlapping
from dashboard.steps.building import Steps
from streams.core import clock
from streams.core.clock import iso
from streams.declarations import Column, Dataset, Found, Question

NAME = f"{PROBES}/{OUTPUT}"
NUMBERS = ["checks", "failed", "mean", "longest"]
PLACES = 200  # rows in which names of places are looked for


def values(column: str, stream: str, prefix: str, most: int) -> list[str]:
    """Returns the probes or the places that begin with a text, in order."""
    if column == "place":
        newest = ProbeMinute.objects.filter(stream=stream).order_by("-minute")[:PLACES]
        return sorted({place for place in newest.values_list("place", flat=True) if place.startswith(prefix)})[:most]
    found = ProbeNow.objects.filter(stream=stream, probe__startswith=prefix).order_by("probe")
    return list(found.values_list("probe", flat=True)[:most])


TABLE = Table(
    rows_of=of_stream(ProbeMinute),
    time="minute",
    columns=own("probe", "place", "checks", "failed")
    | {"mean": F("total") / NullIf(Cast(F("checks") - F("failed"), FloatField()), 0.0)}
    | own("longest"),
    steps=Steps(dataset=NAME, application=PROBES, texts=["probe", "place"], numbers=NUMBERS, step=clock.MINUTE),
)
PROBE = Column(name="probe", kind="text", label="Probe")
MINUTES = dataset(
    TABLE,
    [
        PROBE,
        Column(name="place", kind="text", label="Place"),
        Column(name="checks", kind="number", label="Checks", unit="checks"),
        Column(name="failed", kind="number", label="Failed checks", unit="checks"),
        Column(name="mean", kind="number", label="Mean time of an answer", unit="ms"),
        Column(name="longest", kind="number", label="Longest time of an answer", unit="ms"),
    ],
    values=values,
    name=NAME,
    title="Checks of each minute, probe and place",
    application=PROBES,
    step=clock.MINUTE,
    delay=DELAY,
    partition="probe",
)


def _row(episode: ProbeEpisode) -> dict[str, Any]:
    names = ("probe", "places", "failed", "reason")
    return {name: getattr(episode, name) for name in names} | {"ended": iso(episode.ended)}


def episodes(asked: Question) -> Found:
    """Answers with the times that overlap the one asked for, the latest first."""
    return overlapping(ProbeEpisode.objects.filter(stream=asked.stream), asked, _row)


EPISODES = dataset(
    Table(rows_of=of_stream(ProbeEpisode), time="started", columns=own("probe", "places", "failed", "reason", "ended")),
    [
        PROBE,
        Column(name="places", kind="text", label="Places"),
        Column(name="failed", kind="number", label="Failed checks", unit="checks"),
        Column(name="reason", kind="text", label="Reason"),
        Column(name="ended", kind="time", label="Ended"),
    ],
    values=values,
    name=f"{PROBES}/down",
    title="Times in which probes were down",
    application=PROBES,
    episodes=True,
    rows=episodes,
)


def declared() -> list[Dataset]:
    """Returns the datasets of the application."""
    return [MINUTES, EPISODES]
