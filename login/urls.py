"""Where each address leads. Here, too, the dashboard is handed what it may not reach for itself."""

from django.urls import URLPattern, URLResolver, include, path

from dashboard import inspector, streams_views
from login import reports
from streams import wiring

handler400, handler500 = "login.errors.bad_request", "login.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("accounts.urls")),
    path(reports.PATH.removeprefix("/"), reports.csp, name="csp-reports"),
    path("streams/", streams_views.streams_view(wiring.count_waiting), name="streams"),
    path("streams/state.json", streams_views.state_view(wiring.count_waiting), name="streams-state"),
    path("streams/records/", inspector.view_by_name(wiring.inspect_stream), name="records-by-name"),
    path("streams/<str:name>/records/", inspector.view(wiring.inspect_stream), name="records"),
    path("", include("dashboard.urls")),
]
