"""Maps the addresses of questions and of tables."""

from django.urls import include, path

from archive.pages import ask, history, saved

urlpatterns = [
    path("ask/", ask.ask, name="ask"),
    path("ask/<int:number>/", ask.asked, name="asked"),
    path("ask/<int:number>/cancel/", ask.cancel, name="asked-cancel"),
    path("ask/<int:number>/rows.csv", ask.export, {"form": "csv"}, name="asked-csv"),
    path("ask/<int:number>/rows.parquet", ask.export, {"form": "parquet"}, name="asked-parquet"),
    path("ask/history/", history.history, name="ask-history"),
    path("ask/saved/", saved.saved, name="ask-saved"),
    path("ask/saved/<int:number>/<slug:verb>/", saved.act, name="ask-saved-act"),
    path("tables/", include("archive.tables.urls")),
]
