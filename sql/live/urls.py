"""Maps the addresses of SQL applications."""

from django.urls import path

from sql.live import pages
from sql.live.editing import asked_pages, panel_pages
from sql.live.editing import pages as editing

urlpatterns = [
    path("sql/", pages.applications, name="sql"),
    path("sql/new/", editing.edit, name="sql-new"),
    path("sql/panel/", panel_pages.panel, name="sql-panel"),
    path("sql/from-question/", asked_pages.from_question, name="sql-from-question"),
    path("sql/<str:name>/", pages.application, name="sql-application"),
    path("sql/<str:name>/edit/", editing.edit, name="sql-edit"),
    path("sql/<str:name>/rollback/", editing.rollback, name="sql-rollback"),
    path("sql/<str:name>/rows.csv", pages.rows_csv, name="sql-csv"),
]
