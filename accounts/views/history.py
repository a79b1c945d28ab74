"""Shows the history of one's own account: sign-ins, changes, notices."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts import failed_sign_ins, history
from accounts.guards import person

PAGE = 50  # events
LONGEST_ID = 18  # digits; every database takes this many


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    user = person(request)
    page = Paginator(history.of(user), PAGE).get_page(request.GET.get("page"))
    failed = failed_sign_ins.since_success(user)
    context = {"page": page, "lines": map(history.line, page.object_list), "failed": failed}
    return render(request, "accounts/history.html", context)


@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """Acknowledges the notices that were on the page: up to the event `up_to`."""
    up_to, place = request.POST.get("up_to", ""), request.POST.get("next", "")
    if up_to.isdecimal() and len(up_to) <= LONGEST_ID:
        history.acknowledge(person(request), request.session, int(up_to), timezone.now())
    if not url_has_allowed_host_and_scheme(place, {request.get_host()}, require_https=request.is_secure()):
        place = reverse("history")
    return HttpResponseRedirect(place)
