"""Finds applications that would feed each other: a record would come back to its stream, and go round for ever."""

from sql.folder import Application, FolderError, from_files
from sql.live import files
from sql.live.models import SqlApplication

Edge = tuple[str, str]  # the application, and the stream that it writes


def check_loops(name: str, wanted: Application) -> None:
    """Raises FolderError if rows of an application would come back to the stream that it reads."""
    source = wanted.source or name
    starts = [(output.stream, output.to) for output in wanted.outputs if output.to]
    for output, to in starts:
        if to == source:
            raise FolderError(f"The output {output!r} goes to {source!r}, which the application itself reads.")
    edges = _edges(name) if starts else {}
    for output, to in starts:
        if path := _path(edges, to, source):
            through = " and ".join(path)
            raise FolderError(
                f"The output {output!r} goes to {to!r}, from which its rows come back to {source!r} through {through}, "
                "and would go round for ever; write to a stream that leads elsewhere."
            )


def _edges(name: str) -> dict[str, list[Edge]]:
    """Returns which streams the other applications write, by the stream that each reads."""
    found: dict[str, list[Edge]] = {}
    for application in SqlApplication.objects.exclude(name=name).exclude(active=0).order_by("name"):
        version = application.versions.filter(number=application.active).first()
        for output in from_files(files.load(version), application.name).outputs if version else ():
            if output.to:
                found.setdefault(application.stream, []).append((application.name, output.to))
    return found


def _path(edges: dict[str, list[Edge]], start: str, end: str) -> list[str]:
    """Returns the applications by which a record gets from one stream to another; none if it does not."""
    paths: dict[str, list[str]] = {start: []}
    streams = [start]
    for stream in streams:
        for name, to in edges.get(stream, ()):
            if to not in paths:
                paths[to] = [*paths[stream], name]
                streams.append(to)
    return paths.get(end, [])
