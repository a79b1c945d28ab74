"""Maps the addresses of the market."""

from django.urls import path

from applications.market import views

urlpatterns = [
    path("market/", views.market, name="market"),
    path("market/search", views.search, name="market-search"),
    path("market/ticker", views.ticker_by_name, name="ticker-by-name"),
    path("market/minutes.csv", views.market_csv, name="market-csv"),
    path("market/trades.json", views.market_json, name="market-json"),
    path("market/<str:symbol>/", views.ticker, name="ticker"),
]
