"""Live pages without sockets: the same messages, by repeated requests."""

from collections.abc import Mapping

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from accounts.bearer import token_allowed
from dashboard import topics
from dashboard.live.service import snapshots
from streams import applications
from streams.models.readers import default_stream, streams_of


@token_allowed("read:dashboards")
@login_not_required  # a script cannot follow a redirect to the sign-in page: it gets its answer in words
def topic(request: HttpRequest, name: str) -> HttpResponse:
    """Answers the topic's message, or 204 when nothing is newer than ?since=VERSION; ?stream= is as NAME@STREAM."""
    return _topic(request, name)


@token_allowed("read:dashboards")
@login_not_required
def topic_by_name(request: HttpRequest) -> HttpResponse:
    """Answers the same for ?topic=, which takes names that a path cannot hold."""
    return _topic(request, request.GET.get("topic", ""))


def _topic(request: HttpRequest, name: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return _answer({"error": "signed out"}, 401)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    versions = snapshots.versions()
    found = _found(name, request.GET.get("stream") or "", versions)
    if not found:
        return _answer({"error": "unknown topic", "topic": name}, 404)
    if not snapshots.permits(found, staff=request.user.is_staff, user=request.user.pk):
        return _answer({"error": "Only staff may see this.", "topic": name}, 403)
    since = request.GET.get("since", "-1")
    if not since.removeprefix("-").isdecimal() or len(since) > 19:
        return _answer({"error": "since is a version number"}, 400)
    snapshot = snapshots.newer(found, int(since), versions)
    if snapshot is None:
        return HttpResponse(status=204)
    return HttpResponse(snapshot.text, content_type="application/json")


def _found(topic: str, asked: str, versions: Mapping[str, int]) -> str:
    """Returns the name of the requested topic; "" if it does not exist.

    With ?stream= the topic is a whole name: the ticker @X, or A@B, may be asked for without a stream behind it.
    """
    if asked and topics.is_name(topic):
        return topics.on_stream(topic, asked) if _is_read(topics.reader(f"{topic}@{asked}")[0], asked) else ""
    return _on_stream(topic, asked, versions) if snapshots.knows(topic) else ""


def _is_read(application: str, stream: str) -> bool:
    known = applications.is_known(application)
    return known and stream in [applications.stream_of(application), *streams_of(application)]


def _on_stream(topic: str, asked: str, versions: Mapping[str, int]) -> str:
    """Returns the topic with its stream: the requested one, the one that the topic names, or the application's default.

    Returns "" for a stream that the application has never read.
    """
    if topics.belongs_to_none(topic):
        return topic
    application, named = topics.reader(topic)
    if not asked and not named and application in versions:
        return topic  # its own stream has results, which is the common case
    stream = asked or named or default_stream(application, streams_of(application))
    name = topic if named is None else topic.rpartition("@")[0]
    return topics.on_stream(name, stream) if _is_read(application, stream) else ""


def _answer(message: dict[str, str], status: int) -> JsonResponse:
    return JsonResponse(message, status=status)
