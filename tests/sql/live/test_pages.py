"""The pages of SQL applications, and their topics."""

import json
from contextlib import closing
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from sql.live.deploying import deploy
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON
from streams.wiring import build_worker
from tests.sql.live.fake import files

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("fake_programs")]


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada", password="x" * 20))
    return client


@pytest.fixture
def counted(clicks: EmbeddedStream, fake_programs: None) -> None:
    """An application that has read five records, one of them at fault."""
    deploy("counts", files(), "eve", "the first")
    clicks.put([("a", b"1"), ("b", b"1"), ("a", b"bad"), ("a", b"1"), ("<i>", b"1")])
    worker = build_worker("counts", "clicks", TRIM_HORIZON)
    while worker.step():
        pass
    worker.close()


def topic(client: Client, name: str) -> Any:
    return json.loads(client.get("/live/", {"topic": name}).content)["data"]


def test_list_says_how_to_deploy_when_there_is_no_application(client: Client) -> None:
    page = client.get("/sql/").content.decode()
    assert "No application is deployed yet" in page
    assert "manage.py sql deploy NAME FOLDER" in page


@pytest.mark.usefixtures("counted")
def test_page_shows_rows_faults_versions_and_the_script(client: Client) -> None:
    assert "counts" in client.get("/sql/").content.decode()
    page = client.get("/sql/counts/").content.decode()
    for words in (
        "sql_counts_out", "&lt;i&gt;", "&#x27;bad&#x27; is no number.", 'href="#L3"', "the first", '<tr id="L1">',
        "The newest of <span data-f=\"count\">4</span> rows",
    ):  # fmt: skip
        assert words in page
    assert client.get("/sql/counts/", {"stream": "other"}).status_code == 404
    assert client.get("/sql/nobody/").status_code == 404


@pytest.mark.usefixtures("counted")
def test_topic_has_the_newest_rows_first_and_the_curves_of_each_key(client: Client) -> None:
    data = topic(client, "sql:counts@clicks")
    assert topic(client, "sql:counts") == data | {"now": topic(client, "sql:counts")["now"]}
    out, between = data["outputs"]
    assert (out["name"], out["count"], between["stored"], data["fault_rows"]) == ("OUT", 4, False, 1)
    assert [row["values"][:2] for row in out["rows"]] == [["<i>", 1], ["a", 2], ["b", 1], ["a", 1]]
    assert data["switches"][0]["version"] == 1
    [curve] = topic(client, "sql-curves:counts@clicks")["curves"]
    assert (curve["column"], curve["keys"], len(curve["points"])) == ("TOTAL", ["<i>", "a", "b"], 4)
    assert client.get("/live/", {"topic": "sql:nobody"}).status_code == 404


@pytest.mark.usefixtures("counted")
def test_csv_has_the_rows_of_an_output(client: Client) -> None:
    answer = client.get("/sql/counts/rows.csv", {"output": "OUT"})
    lines = b"".join(answer).decode().splitlines()
    assert lines[0] == "time_utc,epoch_ms,KEY,TOTAL,AT"
    assert [line.split(",")[2:4] for line in lines[1:]] == [["a", "1"], ["b", "1"], ["a", "2"], ["<i>", "1"]]
    assert client.get("/sql/counts/rows.csv", {"output": "ALL"}).status_code == 404


def test_pages_want_a_sign_in() -> None:
    assert Client().get("/sql/").status_code == 302
    assert Client().get("/sql/counts/rows.csv").status_code == 302


def test_empty_page_says_what_is_missing(client: Client, clicks: EmbeddedStream) -> None:
    deploy("counts", files(), "eve", "the first")
    page = client.get("/sql/counts/").content.decode()
    assert ("Start a worker; this page" in page, "produce lines --stream clicks --file FILE" in page) == (True, True)
    with closing(build_worker("counts", "clicks", TRIM_HORIZON)) as worker:
        worker.step()
        page = client.get("/sql/counts/").content.decode()
    assert ("A worker waits for its records; this page" in page, "reads the records and" in page) == (True, False)
