"""Loads the versions of applications as a worker runs them. Each content is compiled once in a process."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from common.running import to_run
from common.text import one_line
from sql.engine.operators.lookup import Table
from sql.errors import ScriptError
from sql.folder import Application, FolderError, from_files
from sql.live import compiling, files
from sql.live.compiling import Program
from sql.live.encoding import RowEncoder
from sql.live.models import SqlApplication, SqlOutput, SqlVersion
from sql.live.outputs import Written, written
from sql.references import tables_of
from streams.core import clock
from streams.core.records import StreamError

KEPT = 16  # compiled versions in a process


class Compiled(NamedTuple):
    """Holds the part of a version that follows from its files alone."""

    application: Application
    program: Program
    tables: Mapping[str, Table]
    streams: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class Output:
    """Describes a stream that pumps write: where its rows are stored, and where they go."""

    id: int  # of its SqlOutput
    written: Written
    encoder: RowEncoder


@dataclass(frozen=True, slots=True)
class Deployed:
    """Holds a version as it runs. `outputs` are by the names of their streams."""

    id: int  # of its SqlApplication
    name: str
    number: int
    program: Program
    tables: Mapping[str, Table]
    start: int  # milliseconds: when it was deployed
    outputs: Mapping[str, Output]


_compiled: dict[tuple[str, str], Compiled] = {}  # by application and digest, the oldest first


def compiled(name: str, content: Mapping[str, bytes], digest: str) -> Compiled:
    """Returns files compiled as the application `name`. Raises ScriptError or FolderError."""
    found = _compiled.get((name, digest))
    if found is None:
        application = replace(from_files(content, name), name=name)
        tables, application = tables_of(application), replace(application, files={})  # which may be large
        program = compiling.compile_application(application)
        found = Compiled(application, program, tables, tuple(written(program.plan, application)))
        while len(_compiled) >= KEPT:
            del _compiled[next(iter(_compiled))]
        _compiled[name, digest] = found
    return found


def deployed(name: str, number: int | None = None) -> Deployed:
    """Returns a version of an application, the active one unless a number says otherwise.

    Raises StreamError where it is gone, or cannot run any more.
    """
    application = SqlApplication.objects.filter(name=name).first()
    if application is None:
        raise StreamError(f"The SQL application {name!r} was deleted")
    version = application.versions.filter(number=number or application.active).first()
    if version is None:
        raise StreamError(f"The SQL application {name!r} has no version {number or application.active}")
    found = _recompiled(version, name)
    ids = dict(SqlOutput.objects.filter(application=application).values_list("name", "id"))
    outputs = {
        each.name: Output(ids[each.name], each, RowEncoder(each.columns)) for each in found.streams if each.name in ids
    }
    start = clock.from_datetime(version.created)
    return Deployed(application.pk, name, version.number, found.program, found.tables, start, outputs)


def _recompiled(version: SqlVersion, name: str) -> Compiled:
    try:
        return _compiled.get((name, version.digest)) or compiled(name, files.load(version), version.digest)
    except (ScriptError, FolderError) as error:
        again = to_run("sql", "deploy", name, "FOLDER")
        says = f"Version {version.number} of {name} cannot run any more: {one_line(str(error))} Deploy another: {again}"
        raise StreamError(says) from error
