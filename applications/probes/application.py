"""Registers the application `probes`."""

from applications.probes import processor, sink
from applications.probes.models import PROBES, ProbeEpisode, ProbeMinute
from common.later import later
from streams.applications import Application, Navigation, SourceKind, Topic
from streams.core.sink import Rows

APPLICATION = Application(
    name=PROBES,
    title="Probes",
    decode=processor.decode,
    build=processor.ProbesProcessor,
    configuration=sink.rules,
    sink=Rows(sink.write),
    inherit=processor.inherit,
    set_back=processor.set_back,
    source=SourceKind(
        name=PROBES,
        help="checks of web addresses from this place",
        open=later("applications.probes.source:open_source"),
        add_options=later("applications.probes.source:add_options"),
        rate=0.0,
        makes_up=False,
    ),
    report=later("applications.probes.report:probes"),
    deliver=later("applications.probes.delivering:roller"),
    results=[(ProbeMinute, "minute"), (ProbeEpisode, "started")],
    windows_closed=later("applications.probes.metrics:windows_closed"),
    retention=later("applications.probes.retention:outlived"),
    topics={"probes": Topic(build=later("applications.probes.topics:probes"))},
    datasets=later("applications.probes.datasets:declared"),
    observe=later("applications.probes.observing:observe"),
    episodes=later("applications.probes.observing:episodes"),
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
