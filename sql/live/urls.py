"""Maps the addresses of SQL applications."""

from django.urls import path

from sql.live import pages

urlpatterns = [
    path("sql/", pages.applications, name="sql"),
    path("sql/<str:name>/", pages.application, name="sql-application"),
    path("sql/<str:name>/rows.csv", pages.rows_csv, name="sql-csv"),
]
