"""For operators: forgets an application that will not read a stream any more. Staff only."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.guards import staff_only
from streams import api
from streams.core.records import StreamError
from streams.models import current_leases


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def forget_reader(request: HttpRequest) -> HttpResponse:
    """Shows the effect of forgetting a reader; forgets it once the user has typed the name of the stream."""
    application, stream = request.GET.get("application", ""), request.GET.get("stream", "")
    if "\0" in application + stream or not current_leases(application=application, stream=stream).exists():
        raise Http404("no such reader")
    refusal = _try(request, application, stream) if request.method == "POST" else ""
    if request.method == "POST" and not refusal:
        messages.success(request, f"{application} on {stream} is forgotten.")
        return redirect("streams")
    context = {"application": application, "stream": stream, "refusal": refusal}
    return render(request, "dashboard/forget_sure.html", context, status=422 if refusal else 200)


def _try(request: HttpRequest, application: str, stream: str) -> str:
    """Forgets the reader. Returns "", or the reason why nothing was forgotten."""
    if request.POST.get("name", "").strip() != stream:
        return f"Type {stream} to go on; nothing was changed."
    try:
        api.forget_reader(application, stream, request.user.get_username())
    except StreamError as error:
        return str(error)
    return ""
