"""What the application registers; `Application` documents each field."""

from streams.applications import Application, Navigation, SourceKind, Topic
from streams.core.sink import Rows
from streams.windows.tumbling import inherit, set_back
from tests.example_application import queries
from tests.example_application.generator import Readings
from tests.example_application.models import NAME, DeviceMinute
from tests.example_application.processor import build, decode
from tests.example_application.sink import write

APPLICATION = Application(
    name=NAME,
    title="Readings",
    decode=decode,
    build=build,
    sink=Rows(write),
    inherit=inherit,
    set_back=set_back,
    source=SourceKind(name=NAME, help="made-up temperatures", open=lambda options, rng, start: Readings(rng)),
    report=queries.report,
    results=[(DeviceMinute, "minute")],
    windows_closed=queries.windows_closed,
    retention=queries.outlived,
    topics={"readings": Topic(build=queries.latest)},
    urls="tests.example_application.urls",
    navigation=Navigation(label="Readings", url="readings", key="r", help="go to the readings"),
)
