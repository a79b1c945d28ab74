"""Declares a deployed application as code that works with applications needs it."""

from functools import partial

from sql.live import datasets, report
from sql.live.configuration import Versions
from sql.live.delivery import Deliverer
from sql.live.observing import observe
from sql.live.processor import RawDecoder, SqlProcessor, States
from sql.live.sink import SqlSink
from streams.applications import Application
from streams.declarations import Deliveries
from streams.models.rollups import Roller


def declared(name: str, number: int, stream: str, parallel: bool) -> Application:  # noqa: FBT001 - a row of the table
    """Returns the declaration of an application; `number` is its primary key."""
    versions = Versions(name)
    states = States(versions.numbered)
    return Application(
        name=name,
        title=name,
        decode=RawDecoder(),  # the engine decodes
        build=lambda state: SqlProcessor("", state, versions.numbered),
        build_at=lambda held: partial(SqlProcessor, held.shard, version=versions.numbered),
        sink=SqlSink(),
        inherit=states.inherit,
        set_back=states.set_back,
        stream=stream,
        whole=not parallel,
        configuration=versions.active,
        report_range=partial(report.rows, name),
        deliver=lambda read: Deliveries(Deliverer(number, read), Roller(datasets.ladder(name), read)),
        observe=observe,
    )
