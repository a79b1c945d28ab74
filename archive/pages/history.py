"""Answers the history of questions: the person's own; an administrator may also see those of all."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.guards import person
from archive.access import askers_only
from archive.models import Asked
from archive.questions import running

PAGE = 50


@require_safe
@askers_only
def history(request: HttpRequest) -> HttpResponse:
    """Shows questions, the newest first. Nobody else sees the answers."""
    running.sweep()
    user = person(request)
    of_all = user.is_superuser and "all" in request.GET
    rows = Asked.objects.all() if of_all else Asked.objects.filter(user=user)
    found = rows.select_related("user").defer("answer").order_by("-at", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "archive/ask_history.html", {"page": page, "of_all": of_all})
