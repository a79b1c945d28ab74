"""Addresses of boards, display links and public boards."""

from django.urls import URLPattern, path

from dashboard.boards import display_pages, edit_pages, pages, panel_pages

urlpatterns: list[URLPattern] = [
    path("boards/", pages.index, name="boards"),
    path("boards/new/", edit_pages.new, name="board-new"),
    path("boards/<slug:slug>/", pages.board, name="board"),
    path("boards/<slug:slug>/data.json", pages.data, name="board-data"),
    path("boards/<slug:slug>/<int:place>.csv", pages.panel_csv, name="board-csv"),
    path("boards/<slug:slug>/<int:place>/replay.json", pages.replay, name="board-replay"),
    path("boards/<slug:slug>/edit/", edit_pages.edit, name="board-edit"),
    path("boards/<slug:slug>/text/", edit_pages.text, name="board-text"),
    path("boards/<slug:slug>/panels/new/", panel_pages.panel, name="panel-new"),
    path("boards/<slug:slug>/panels/<int:place>/", panel_pages.panel, name="panel-edit"),
    path("boards/<slug:slug>/links/new/", display_pages.new_link, name="link-new"),
    path("boards/links/<int:number>/revoke/", display_pages.revoke_link, name="link-revoke"),
    path("display/<str:token>/", display_pages.display, name="display"),
    path("display/<str:token>/data.json", display_pages.display_data, name="display-data"),
    path("public/<slug:slug>/", display_pages.public, name="board-public"),
    path("public/<slug:slug>/data.json", display_pages.public_data, name="board-public-data"),
]
