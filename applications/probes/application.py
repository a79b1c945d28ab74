"""Registers the application `probes`."""

from functools import partial

from applications.probes import processor, report, sink, topics
from applications.probes.datasets import EPISODES, MINUTES, TABLE
from applications.probes.metrics import windows_closed
from applications.probes.models import PROBES, ProbeEpisode, ProbeMinute
from applications.probes.observing import episodes, observe
from applications.probes.retention import outlived
from applications.probes.rollups import LADDER
from applications.probes.source import SOURCE
from dashboard.steps.building import with_tables
from streams.applications import Application, Navigation, Topic
from streams.core.sink import Rows
from streams.models.rollups import Roller

APPLICATION = Application(
    name=PROBES,
    title="Probes",
    decode=processor.decode,
    build=processor.ProbesProcessor,
    configuration=sink.rules,
    sink=Rows(sink.write),
    inherit=processor.inherit,
    set_back=processor.set_back,
    source=SOURCE,
    report=report.probes,
    deliver=partial(Roller, with_tables(LADDER, TABLE)),
    results=[(ProbeMinute, "minute"), (ProbeEpisode, "started")],
    windows_closed=windows_closed,
    retention=outlived,
    topics={"probes": Topic(build=topics.probes)},
    datasets=[MINUTES, EPISODES],
    observe=observe,
    episodes=episodes,
    urls="applications.probes.urls",
    navigation=Navigation(
        label="Probes",
        url="probes",
        key="p",
        help="go to the probes",
        about="Which addresses are down, and how fast the others answer",
        pages=frozenset({"probe-new", "probe-edit"}),
    ),
)
