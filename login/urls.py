"""Maps addresses to views. Also passes the dashboard the functions of apps that it may not import."""

from functools import partial

from django.urls import URLPattern, URLResolver, include, path

from accounts.views import sessions
from dashboard import forgetting, inspector, streams_views
from dashboard.pages import streams as stream_pages
from login import reports
from streams import retention, wiring

RECORD = "streams/<str:name>/records/<str:shard>/<int:sequence>/"
read, by_name = wiring.read_record, inspector.by_name
handler400, handler500 = "login.errors.bad_request", "login.errors.server_error"

state_of_streams = partial(
    stream_pages.streams, count_waiting=wiring.count_waiting, list_streams=wiring.names_for_a_look
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("accounts.urls")),
    path(
        "session/used/", sessions.used, name="session-used"
    ),  # not below accounts/, which has the process pool for passwords
    path(reports.PATH.removeprefix("/"), reports.csp, name="csp-reports"),
    path("streams/", streams_views.streams_view(state_of_streams), name="streams"),
    path("streams/state.json", streams_views.state_view(state_of_streams), name="streams-state"),
    path("streams/forget/", forgetting.view(retention.forget_reader), name="forget-reader"),
    path("streams/records/", by_name(inspector.records_view(wiring.inspect_stream)), name="records-by-name"),
    path(
        "streams/records.json", by_name(inspector.new_records_view(wiring.inspect_stream)), name="records-new-by-name"
    ),
    path("streams/record/", inspector.record_by_name(inspector.record_view(read)), name="record-by-name"),
    path("streams/record/bytes", inspector.record_by_name(inspector.bytes_view(read)), name="record-bytes-by-name"),
    path("streams/<str:name>/records/", inspector.records_view(wiring.inspect_stream), name="records"),
    path("streams/<str:name>/records.json", inspector.new_records_view(wiring.inspect_stream), name="records-new"),
    path(RECORD, inspector.record_view(read), name="record"),
    path(
        "streams/<str:name>/records/<str:shard>/<int:sequence>/bytes", inspector.bytes_view(read), name="record-bytes"
    ),
    path("", include("dashboard.urls")),
]
