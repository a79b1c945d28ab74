"""Addresses of the pages for operators: streams, their records, and their readers."""

from functools import partial

from django.urls import URLPattern, path

from dashboard.operators import forgetting, inspector, state, streams_views
from streams import api

RECORD = "streams/<str:name>/records/<str:shard>/<int:sequence>/"
read, by_name = api.read_record, inspector.by_name
state_of_streams = partial(state.streams, count_waiting=api.count_waiting, list_streams=api.names_for_a_look)

urlpatterns: list[URLPattern] = [
    path("streams/", streams_views.streams_view(state_of_streams), name="streams"),
    path("streams/state.json", streams_views.state_view(state_of_streams), name="streams-state"),
    path("streams/forget/", forgetting.view(api.forget_reader), name="forget-reader"),
    path("streams/records/", by_name(inspector.records_view(api.inspect_stream)), name="records-by-name"),
    path("streams/records.json", by_name(inspector.new_records_view(api.inspect_stream)), name="records-new-by-name"),
    path("streams/record/", inspector.record_by_name(inspector.record_view(read)), name="record-by-name"),
    path("streams/record/bytes", inspector.record_by_name(inspector.bytes_view(read)), name="record-bytes-by-name"),
    path("streams/<str:name>/records/", inspector.records_view(api.inspect_stream), name="records"),
    path("streams/<str:name>/records.json", inspector.new_records_view(api.inspect_stream), name="records-new"),
    path(RECORD, inspector.record_view(read), name="record"),
    path(
        "streams/<str:name>/records/<str:shard>/<int:sequence>/bytes", inspector.bytes_view(read), name="record-bytes"
    ),
    path("streams/dead-letters/", streams_views.letters, name="dead-letters"),
    path("streams/dead-letters/<int:number>/", streams_views.letter, name="dead-letter"),
    path("streams/dead-letters/<int:number>/bytes", streams_views.letter_bytes, name="dead-letter-bytes"),
    path("streams/dead-letters/<int:number>/<str:verb>/", streams_views.change, name="dead-letter-change"),
    path("streams/dead-letters/all/<str:verb>/<str:application>/", streams_views.change_all, name="dead-letters-all"),
]
