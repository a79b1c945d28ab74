"""Maps the addresses of quotes."""

from django.urls import path

from applications.quotes import views

urlpatterns = [
    path("quotes/", views.quotes, name="quotes"),
    path("quotes/bars.csv", views.bars_csv, name="quotes-csv"),
    path("quotes/bars.json", views.bars_json, name="quotes-json"),
    path("quotes/history.json", views.history_json, name="quotes-history"),
    path("quotes/<str:ticker>/", views.quote, name="quote"),
]
