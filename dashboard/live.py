"""Live pages without sockets: the same words, asked for again and again."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone

from accounts.bearer import token_allowed
from dashboard.snapshots import Snapshots

snapshots = Snapshots(timezone.now)


@token_allowed("read:dashboards")
@login_not_required  # a script cannot follow us to the sign-in page: it is told in words
def topic(request: HttpRequest, name: str) -> HttpResponse:
    """The topic's message, or 204 when nothing is newer than ?since=VERSION."""
    return _topic(request, name)


@token_allowed("read:dashboards")
@login_not_required
def topic_by_name(request: HttpRequest) -> HttpResponse:
    """The same for ?topic=, which may hold what no path can."""
    return _topic(request, request.GET.get("topic", ""))


def _topic(request: HttpRequest, name: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return _answer({"error": "signed out"}, 401)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    if not snapshots.knows(name):
        return _answer({"error": "unknown topic", "topic": name}, 404)
    if not snapshots.permits(name, staff=request.user.is_staff):
        return _answer({"error": "Only staff may see this.", "topic": name}, 403)
    since = request.GET.get("since", "-1")
    if not since.removeprefix("-").isdecimal() or len(since) > 19:
        return _answer({"error": "since is a version number"}, 400)
    snapshot = snapshots.newer(name, int(since))
    if snapshot is None:
        return HttpResponse(status=204)
    return HttpResponse(snapshot.text, content_type="application/json")


def _answer(message: dict[str, str], status: int) -> JsonResponse:
    return JsonResponse(message, status=status)
