"""Shows the orders page: the sites with most trouble, the list of all sites with their thresholds."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.bearer import token_allowed
from applications.orders import history as past
from applications.orders import links, queries, sites, thresholds
from applications.orders.models import ORDERS, Site, SiteCount
from applications.orders.topics import SHOWN, counts_of, episode, first_sites
from common.text import storable
from dashboard import download, periods
from dashboard import links as dashboard_links
from dashboard.choosing import Chosen, choose
from dashboard.held.looks import one_look
from dashboard.live.service import snapshots as live_snapshots
from dashboard.page_state import signals
from dashboard.periods import Period
from dashboard.topics import PULSE
from streams.core import clock

SITES = SHOWN  # rows on a page of the list
ALARMS = 50  # rows of the table
USUAL = "5m"  # the time that the page of the sites shows


class ThresholdForm(forms.Form):
    """Validates a site's threshold, in order lines."""

    threshold = forms.IntegerField(
        min_value=1,
        max_value=1_000_000,
        error_messages={
            "required": "Give a number of order lines.",
            "invalid": "Give the threshold as a whole number, such as 30.",
            "min_value": "A threshold is at least 1 order line in 15 s.",
            "max_value": "A threshold is at most 1,000,000 order lines in 15 s.",
        },
    )

    def __init__(self, site: Site, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"threshold": site.threshold}, auto_id=f"{site.pk}-%s")
        self.site = site
        self.error_id = f"{site.pk}-error"
        self.fields["threshold"].widget.attrs |= {"inputmode": "numeric", "aria-describedby": self.error_id}


class ListedSite(NamedTuple):
    """Holds a row of the list of sites; `form` is for staff."""

    site: Site
    held: SiteCount | None
    url: str
    form: ThresholdForm | None


@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    on, chosen = choose(request, ORDERS), request.GET.get("site") or None
    if chosen and not queries.site_exists(chosen, on.stream):
        return no_site(request, on, chosen)
    return _orders(request, on, chosen, request.GET.get("q", "").strip(), request.GET.get("page", ""))


@require_POST
def threshold(request: HttpRequest) -> HttpResponse:
    """Sets a site's threshold, for staff; an invalid value is shown again with the reason."""
    site, on = _site_of(request, request.POST.get("site", "")), choose(request, ORDERS)
    if site is None:
        return no_site(request, on, request.POST.get("site", ""))
    form = ThresholdForm(site, request.POST)
    if not form.is_valid():
        return _orders(request, on, None, site.name, "", form)
    lines = form.cleaned_data["threshold"]
    thresholds.set_threshold(site, lines, request.user.get_username(), timezone.now())
    messages.success(request, f"{site.name} now raises an alarm at {lines} order lines in 15 s.")
    return redirect(links.to_sites(request.POST.get("q", ""), request.POST.get("page", ""), on.stream))


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest) -> HttpResponse:
    """Removes a site, for staff, after they have confirmed it."""
    asked = request.GET if request.method != "POST" else request.POST
    site, on = _site_of(request, asked.get("site", "")), choose(request, ORDERS)
    if site is None:
        return no_site(request, on, asked.get("site", ""))
    context = {"site": site, "url": links.to_site(site.name, on.stream), "on": on}
    if request.method != "POST":
        return render(request, "orders/site_remove.html", context)
    if refusal := sites.remove(site, request.user.get_username()):
        return render(request, "orders/site_remove.html", context | {"refusal": refusal}, status=409)
    messages.success(request, f"{site.name} is removed. It comes back with its next order line.")
    return redirect(links.to_sites(stream=on.stream))


@token_allowed("read:dashboards")
@require_safe
def counts_json(request: HttpRequest) -> HttpResponse:
    """Answers the counts of ?range= as columns: of the sites that the page shows, or with ?site= of one."""
    on, period = choose(request, ORDERS), periods.read(request, timezone.now(), USUAL)
    if period.error:
        return JsonResponse({"error": period.error}, status=400)
    return JsonResponse(past.history(on.stream, _shown(request, on), period))


@token_allowed("read:dashboards")
@require_safe
def counts_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Streams the same as CSV."""
    on, period = choose(request, ORDERS), periods.read(request, timezone.now(), USUAL)
    if period.error:
        return HttpResponse(f"{period.error}\n", status=400, content_type="text/plain; charset=utf-8")
    found = past.history(on.stream, _shown(request, on), period)
    name = f"{download.slug(request.GET.get('site', '') or 'orders', 'site')}_counts_{on.in_names}{period.in_names}.csv"
    return download.respond(name, past.CSV_COLUMNS, past.csv_rows(found))


def _shown(request: HttpRequest, on: Chosen) -> list[str]:
    """Returns the sites that the page of the same parameters shows: the one of ?site=, or those of the topic."""
    site = request.GET.get("site", "")
    if site:
        return [site] if queries.site_exists(storable(site), on.stream) else []
    topic = on.topic("orders")
    return [each["site"] for each in live_snapshots.take([topic], timezone.now())[topic]["data"]["sites"]]


@one_look()  # the list shows much of what the snapshots show
def _orders(
    request: HttpRequest, on: Chosen, chosen: str | None, search: str, number: str, bound: ThresholdForm | None = None
) -> HttpResponse:
    names_of = (f"site:{chosen}", f"site-history:{chosen}") if chosen else ("orders", "orders-history")
    topic, history_topic = map(on.topic, names_of)
    snapshots = live_snapshots.take([topic, history_topic, PULSE], timezone.now())
    data, history = (snapshots[each]["data"] for each in (topic, history_topic))
    shown = [site["site"] for site in data["sites"]]
    period = periods.read(request, timezone.now(), USUAL, reverse("orders"))
    wanted = queries.sites(on.stream, search, chosen)
    first = list(wanted[: SITES + 1] if search or chosen else first_sites(on.stream))  # mostly all: no need to count
    page = Paginator(first if len(first) <= SITES else wanted, SITES).get_page(number)
    names = queries.site_names(on.stream, SITES + 1) if search or chosen else [site.name for site in first]
    chips = names if len(names) <= SITES else [chosen] if chosen else []
    context = {
        "orders": data,
        "chosen": chosen,
        "on": on,
        "topic": topic,
        "history_topic": history_topic,
        "spans": queries.count_spans(history["sites"], shown),
        "chips": [(name, links.to_site(name, on.stream)) for name in chips],
        "search": search,
        "page": page,
        "listed": _listed(on, list(page), bound, staff=request.user.is_staff),
        "more": data["total"] - len(shown),
        "snapshots": snapshots,
        **signals(data, on, snapshots, shown=bool(shown)),
        **_past(period, on, chosen, shown),
    }
    return render(request, "orders/orders.html", context, status=422 if bound else 200)


def _past(period: Period, on: Chosen, site: str | None, shown: list[str]) -> dict[str, Any]:
    """Returns the context of the time that the page shows; `past` is None for its usual one, the last minutes, live."""
    if period.usual:
        return {"period": period, "past": None}
    found = past.history(on.stream, shown, period)
    more = _names(on) | ({"site": site} if site else {})
    query = "&".join(filter(None, [period.query, urlencode(more)]))
    bounds = clock.to_datetime(period.span.start), clock.to_datetime(period.span.end)
    return {
        "period": period,
        "past": found,
        "past_rows": past.table(found),
        "past_sites": [row | {"url": period.url_with(site=row["site"])} for row in past.sums(found)],
        "past_alarms": [episode(alarm) for alarm in queries.alarms(on.stream, site, *bounds)[:ALARMS]],
        "alarms_url": f"{reverse('alarms')}?{query}",
        "csv_url": f"{reverse('orders-counts-csv')}?{query}",
        "json_url": f"{reverse('orders-counts-json')}?{query}",
    }


def _listed(on: Chosen, found: list[Site], bound: ThresholdForm | None, *, staff: bool) -> list[ListedSite]:
    counts = counts_of(on.stream, [site.name for site in found])

    def form(site: Site) -> ThresholdForm | None:
        if not staff:
            return None
        return bound if bound and bound.site.pk == site.pk else ThresholdForm(site)

    return [ListedSite(site, counts.get(site.name), links.to_site(site.name, on.stream), form(site)) for site in found]


def _site_of(request: HttpRequest, name: str) -> Site | None:
    """Returns the site that staff want to change."""
    if not request.user.is_staff:
        raise PermissionDenied("Only staff may set thresholds and remove sites.")
    return Site.objects.filter(name=storable(name)).first()  # PostgreSQL accepts no NUL, even in a query


def _names(on: Chosen) -> dict[str, str]:
    """Returns the parameter that keeps an address on the stream."""
    return dashboard_links.stream_parameters(on.default, on.stream)


def no_site(request: HttpRequest, on: Chosen, name: str) -> HttpResponse:
    near = queries.sites(on.stream, storable(name))[:SITES] or queries.sites(on.stream, "")[:SITES]
    context = {"site": name, "near": [(site.name, links.to_site(site.name, on.stream)) for site in near], "on": on}
    return render(request, "orders/no_site.html", context, status=404)
