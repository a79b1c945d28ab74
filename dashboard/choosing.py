"""Chooses the stream of an application that a page shows: the one that ?stream= names, else the default."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from django.http import Http404, HttpRequest

from common.running import to_run, to_run_on
from dashboard import download, topics
from streams import applications
from streams.models.readers import default_stream, streams_of


class Chosen(NamedTuple):
    """The stream that a page shows, and those that it could show."""

    application: str
    stream: str
    default: str
    known: Sequence[str]  # the application's own first

    @property
    def query(self) -> str:
        """Returns the query that keeps a link on the stream: "", or ?stream=NAME."""
        return f"?{self.more}".removesuffix("&") if self.more else ""

    @property
    def more(self) -> str:
        """Returns the same for a link with other parameters, to stand before them: "", or stream=NAME&."""
        return "" if self.stream == self.default else f"stream={quote(self.stream, safe='')}&"

    @property
    def in_names(self) -> str:
        """Returns the stream as part of a file's name: "", or its name and an underscore."""
        return "" if self.stream == self.default else f"{download.slug(self.stream, 'stream')}_"

    @property
    def consume(self) -> str:
        """Returns the command that starts a worker on the stream, quoted for a shell."""
        if self.stream == applications.stream_of(self.application):
            return to_run("consume", self.application)
        return to_run_on("consume", self.application, self.stream)

    @property
    def produce(self) -> str:
        """Returns the command that sends records to the stream, quoted for a shell."""
        return to_run_on("produce", self.application, self.stream)

    def topic(self, name: str) -> str:
        return topics.on_stream(name, self.stream)


def choose(request: HttpRequest, application: str) -> Chosen:
    """Returns the stream that the request asks for. Raises Http404 for a stream that the application has never read."""
    known = streams_of(application)
    default = default_stream(application, known)
    stream = request.GET.get("stream") or default
    if stream not in [default, *known]:
        raise Http404(f"{application} has never read a stream of that name")
    return Chosen(application, stream, default, known)
