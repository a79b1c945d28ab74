"""Addresses of the pages for operators: streams, their records, and their readers."""

from django.urls import URLPattern, path

from dashboard.operators import acts, forgetting, inspector, putting, stream_views, streams_views

RECORD = "streams/<str:name>/records/<str:shard>/<int:sequence>/"
by_name, record_by_name = inspector.by_name, inspector.record_by_name

urlpatterns: list[URLPattern] = [
    path("streams/", stream_views.streams, name="streams"),
    path("streams/list.json", stream_views.streams_list, name="streams-list"),
    path("streams/state.json", streams_views.streams_state, name="streams-state"),
    path("streams/new/", putting.new_stream, name="stream-new"),
    path("streams/act/put/", by_name(putting.put_record), name="stream-put"),
    path("streams/act/<str:verb>/", acts.act, name="stream-act"),
    path("streams/stream/", by_name(stream_views.stream), name="stream-by-name"),
    path("streams/stream/state.json", by_name(stream_views.stream_state), name="stream-state-by-name"),
    path("streams/stream/curve.json", by_name(stream_views.stream_curve), name="stream-curve-by-name"),
    path("streams/stream/minutes.csv", by_name(stream_views.stream_csv), name="stream-csv-by-name"),
    path("streams/forget/", forgetting.forget_reader, name="forget-reader"),
    path("streams/records/", by_name(inspector.records), name="records-by-name"),
    path("streams/records.json", by_name(inspector.new_records), name="records-new-by-name"),
    path("streams/record/", record_by_name(inspector.record), name="record-by-name"),
    path("streams/record/bytes", record_by_name(inspector.record_bytes), name="record-bytes-by-name"),
    path("streams/<str:name>/records/", inspector.records, name="records"),
    path("streams/<str:name>/records.json", inspector.new_records, name="records-new"),
    path(RECORD, inspector.record, name="record"),
    path(f"{RECORD}bytes", inspector.record_bytes, name="record-bytes"),
    path("streams/dead-letters/", streams_views.letters, name="dead-letters"),
    path("streams/dead-letters/<int:number>/", streams_views.letter, name="dead-letter"),
    path("streams/dead-letters/<int:number>/bytes", streams_views.letter_bytes, name="dead-letter-bytes"),
    path("streams/dead-letters/<int:number>/<str:verb>/", streams_views.change, name="dead-letter-change"),
    path("streams/dead-letters/all/<str:verb>/<str:application>/", streams_views.change_all, name="dead-letters-all"),
    path("streams/<str:name>/", stream_views.stream, name="stream"),  # last: the names above are taken
]
