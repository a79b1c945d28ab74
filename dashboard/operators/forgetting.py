"""For operators: an application that will not read a stream any more is forgotten. Staff only."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.guards import staff_only
from streams.core.records import StreamError
from streams.models import current_leases

Forget = Callable[[str, str, str], int]  # an application, a stream and who asked; how many leases went


def view(forget: Forget) -> Callable[..., HttpResponse]:
    """Makes the page that says what would happen, and does it once the name of the stream is typed."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @staff_only
    def forget_reader(request: HttpRequest) -> HttpResponse:
        application, stream = request.GET.get("application", ""), request.GET.get("stream", "")
        if "\0" in application + stream or not current_leases(application=application, stream=stream).exists():
            raise Http404("no such reader")
        refusal = _try(request, forget, application, stream) if request.method == "POST" else ""
        if request.method == "POST" and not refusal:
            messages.success(request, f"{application} on {stream} is forgotten.")
            return redirect("streams")
        context = {"application": application, "stream": stream, "refusal": refusal}
        return render(request, "dashboard/forget_sure.html", context, status=422 if refusal else 200)

    return forget_reader


def _try(request: HttpRequest, forget: Forget, application: str, stream: str) -> str:
    """Returns why nothing was forgotten, or ""."""
    if request.POST.get("name", "").strip() != stream:
        return f"Type {stream} to go on; nothing was changed."
    try:
        forget(application, stream, request.user.get_username())
    except StreamError as error:
        return str(error)
    return ""
