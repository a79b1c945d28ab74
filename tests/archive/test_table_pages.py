"""A person looks at a file before it is kept, sees its bad lines, and removes the table."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from archive.models import FileTable
from archive.stores import s3
from archive.tables import uploads
from archive.tables.fetching import allowed

CONTENT = b"store|day|visitors\na|2017-04-01|25\nb|2017-04-02\nc|2017-04-03|7\n"


@pytest.fixture
def staff(client: Client, db: None, settings: Settings, tmp_path: Path) -> Client:
    settings.ARCHIVE_URL = f"file:{tmp_path / 'archive'}"
    settings.VAR_DIR = tmp_path
    settings.REQUIRE_SECOND_FACTOR = "none"
    client.force_login(User.objects.create_user("ann", is_staff=True))
    return client


def send(client: Client, content: bytes = CONTENT, name: str = "Visits 2017.txt") -> str:
    """Uploads a file, and returns the address at which it is looked at."""
    answer = client.post("/tables/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_file_is_shown_with_its_types_and_kept_as_a_table(staff: Client, tmp_path: Path) -> None:
    address = send(staff)
    seen = staff.get(address)
    assertContains(seen, 'visitors<br><span class="aside">int</span>')
    assertContains(seen, "Line 3: it has not as many columns as the table (2, not 3)")
    assertContains(seen, 'value="visits_2017"', 1)
    kept = staff.post(address, {"name": "visits"}, follow=True)
    assertContains(kept, "visits has 2 rows of Visits_2017.txt. Kept in visits/errors: 1 bad line.")
    assertContains(kept, "b|2017-04-02")
    table = FileTable.objects.get()
    assert (table.rows, table.bad, table.made_by, list((tmp_path / "tables-held").iterdir())) == (2, 1, "ann", [])
    assertContains(staff.get("/tables/"), "visits</a>")


def test_look_follows_the_fields(staff: Client) -> None:
    address = send(staff, b"007;1,5\n", "x")
    assertContains(staff.get(address, {"columns": "id,n", "decimal_comma": "on"}), '<span class="aside">double</span>')
    assertContains(staff.get(address, {"columns": "id:whole"}), "is no type of a column", status_code=422)
    assertContains(staff.get(address, {"format": "(a+)+b"}), "The pattern", status_code=422)
    assertContains(staff.get(address, {"skip": "-1"}), "Leave out 0 to 1,000 lines", status_code=422)
    assertContains(staff.post(address, {"null": "x" * 10_001}), "more than 10,000 characters", status_code=422)


def test_table_that_is_there_is_replaced_or_added_to_only_when_told(staff: Client) -> None:
    staff.post(send(staff), {"name": "visits"})
    address = send(staff)
    assertContains(staff.post(address, {"name": "visits"}), "There is a table visits", status_code=422)
    assert staff.post(address, {"name": "visits", "append": "on"}).status_code == 302
    assert FileTable.objects.get().rows == 4
    assert staff.post(send(staff), {"name": "visits", "replace": "on"}).status_code == 302
    assert FileTable.objects.get().rows == 2


def test_file_waits_while_another_becomes_a_table(staff: Client) -> None:
    address = send(staff)
    with uploads.one_at_a_time():
        says = "Another file becomes a table at this moment: try again in some seconds."
        assertContains(staff.post(address, {"name": "visits"}), says, status_code=422)
    assert staff.post(address, {"name": "visits"}).status_code == 302


def test_table_is_removed_after_a_question(staff: Client, tmp_path: Path) -> None:
    staff.post(send(staff), {"name": "visits"})
    assertContains(staff.get("/tables/visits/remove/"), "2 rows and 1 bad line go")
    assertNotContains(staff.post("/tables/visits/remove/", follow=True), "visits</a>")
    assert (FileTable.objects.count(), list((tmp_path / "archive").rglob("*.parquet"))) == (0, [])


@pytest.mark.parametrize(("content", "fields", "says"), [
    (b"x" * 2000, {}, "The file has 2,000 bytes; at most 1,000 are taken here."),
    (None, {}, "Choose a file."),
    (None, {"url": "s3://others/a.csv"}, "The page reads only below the addresses"),
])  # fmt: skip
def test_file_that_may_not_come_is_refused_in_a_sentence(
    staff: Client, settings: Settings, content: bytes | None, fields: dict[str, str], says: str
) -> None:
    settings.TABLES_UPLOAD = 1000
    file = {"file": SimpleUploadedFile("x", content)} if content else {}
    assertContains(staff.post("/tables/", {**file, **fields}), says, status_code=422)


def test_file_of_s3_is_held_below_an_allowed_address(
    staff: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TABLES_S3 = ["s3://logs/web/"]
    monkeypatch.setattr(s3, "fetch", lambda url, region, endpoint, file, most: file.write(CONTENT))
    answer = staff.post("/tables/", {"url": "s3://logs/web/a.csv"}, follow=True)
    assertContains(answer, "<h1>s3_logs_web_a.csv</h1>")


OUTSIDE = ["s3://logs/webby", "s3://logs-of-others/web/a", "s3://logs/web/a?endpoint_url=http://x", "s3://logs/web/a#",
           "file:///etc/passwd", "s3://logs/", "s3://logs", "https://logs/web/a", "s3:///web/a"]  # fmt: skip


def test_page_reads_only_below_the_addresses_of_the_setting() -> None:
    prefixes = ["s3://logs/web/", "s3://whole", "/etc"]
    assert [allowed(url, prefixes) for url in OUTSIDE] == [False] * len(OUTSIDE)
    assert (allowed("s3://logs/web/a.gz", prefixes), allowed("s3://whole/x", prefixes)) == (True, True)
    assert not allowed("s3://whole-of-others/x", prefixes)


def test_held_files_of_all_people_have_a_bound(staff: Client) -> None:
    tokens = [uploads.keep(user, "a", lambda file: file.write(b"x")) for user in range(uploads.MOST + 3)]
    assert sum(uploads.find(user, token) is not None for user, token in enumerate(tokens)) == uploads.MOST


def test_held_file_is_its_owners_and_goes_when_it_is_old_or_one_of_many(staff: Client, settings: Settings) -> None:
    tokens = [uploads.keep(1, f"../{n}.csv", lambda file: file.write(b"x")) for n in range(uploads.MOST_EACH + 2)]
    there = [uploads.find(1, token) for token in tokens]
    assert (sum(each is not None for each in there), there[-1] is not None) == (uploads.MOST_EACH, True)
    assert (uploads.find(2, tokens[-1]), uploads.find(1, "*"), uploads.find(1, "../x")) == (None, None, None)
    newest = there[-1]
    assert newest is not None
    os.utime(newest, (newest.stat().st_atime, newest.stat().st_mtime - uploads.LONGEST - 1))
    assert uploads.find(1, tokens[-1]) is None


def test_file_is_held_while_another_request_removes_one(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    token = uploads.keep(1, "a.csv", lambda file: file.write(b"x"))
    found = uploads.find(1, token)
    assert found
    found.with_name("1-gone").symlink_to("nowhere")  # as a file that is listed and then removed
    assert uploads.find(1, token) == found


def test_viewer_sees_no_table(staff: Client) -> None:
    staff.post(send(staff), {"name": "visits"})
    staff.force_login(User.objects.create_user("eve"))
    pages: list[Callable[[], int]] = [
        lambda: staff.get("/tables/").status_code,
        lambda: staff.get("/tables/visits/").status_code,
        lambda: staff.post("/tables/visits/remove/").status_code,
    ]
    assert ([page() for page in pages], FileTable.objects.count()) == ([403, 403, 403], 1)
