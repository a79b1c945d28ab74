"""The editor: its users, its buttons, drafts, deploying, and going back."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from sql.live.deploying import existing
from sql.live.editing import access, drafts
from sql.live.models import SqlApplication, SqlDraft, SqlUse
from streams.models import Audit
from tests.sql.editing.conftest import FORM, SCRIPT, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sensors")]
PART = {"X-Part": "1"}


def press(client: Client, do: str, path: str = "/sql/new/", **fields: str) -> str:
    return client.post(path, {**FORM, "do": do, **fields}, headers=PART).content.decode()


def deployed(editor: Client) -> SqlApplication:
    assert editor.post("/sql/new/", {**FORM, "do": "deploy"}).headers["Location"] == "/sql/means/"
    return existing("means")


@pytest.mark.parametrize("path", ["/sql/new/", "/sql/panel/", "/sql/means/edit/"])
def test_editor_is_for_people_with_the_right(viewer: Client, editor: Client, path: str) -> None:
    deployed(editor)
    assert [each.get(path).status_code for each in (Client(), viewer, editor)] == [302, 403, 200]
    assert [each.post(path, FORM).status_code for each in (Client(), viewer)] == [302, 403]
    assert viewer.post("/sql/means/rollback/", {"number": "1"}).status_code == 403
    assert viewer.get("/sql/means/").status_code == 200
    shown = [path.encode() in each.get("/sql/means/").content for each in (viewer, editor)]
    assert shown == [False, path == "/sql/means/edit/"]


def test_staff_may_edit_and_inactive_people_may_not() -> None:
    staff = User(username="s", is_staff=True)
    assert (access.may_edit(staff), access.may_edit(User(username="g", is_staff=True, is_active=False))) == (
        True,
        False,
    )


@pytest.mark.parametrize("path", ["/sql/new/", "/sql/panel/", "/sql/means/edit/", "/sql/means/rollback/"])
def test_buttons_want_the_token_of_the_form(editor: Client, path: str) -> None:
    deployed(editor)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="eve"))
    assert strict.post(path, {**FORM, "do": "deploy", "number": "1"}).status_code == 403
    assert Audit.objects.filter(action__startswith="sql").count() == 1


def test_check_shows_each_problem_at_its_place_and_keeps_the_draft(editor: Client) -> None:
    page = press(editor, "check", script=SCRIPT.replace("AVG", "AVGG"))
    assert 'data-line="3" data-column="23"' in page
    assert "<code>SELECT STREAM &quot;site&quot;, AVGG(" in page
    assert SqlDraft.objects.get().script == SCRIPT.replace("AVG", "AVGG")


def test_run_shows_rows_and_marks_open_windows(editor: Client) -> None:
    page = press(editor, "run")
    assert "4 records of sensors" in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert (page.count('class="open-window"'), "No record arrived" in page) == (3, False)
    assert "No record arrived" in press(editor, "run", slice="yesterday 00:00 for 1 minute")
    assert "names no slice" in press(editor, "run", slice="<i>")


def test_run_of_an_application_is_compared_with_the_running_version(editor: Client) -> None:
    deployed(editor)
    path = "/sql/means/edit/"
    assert "3 rows are the same. There is no other." in press(editor, "run", path)
    page = press(editor, "run", path, script=SCRIPT.replace("AVG", "MAX"))
    assert "2 rows are the same." in page
    assert "1 row that only this text gives" in page


def test_one_run_at_a_time_and_so_many_a_minute(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    eve = User.objects.get(username="eve")
    with access.one_run(eve):
        assert "A run of yours is under way" in press(editor, "run")
    monkeypatch.setattr(access, "RUNS", 1)
    assert "You have had 1 runs in this minute" in press(editor, "run")
    SqlUse.objects.update(minute=timezone.now() - timedelta(minutes=2), busy=timezone.now() + timedelta(seconds=-1))
    assert "4 records of sensors" in press(editor, "run")


def test_deploying_makes_a_version_notes_the_person_and_ends_the_draft(editor: Client) -> None:
    application = deployed(editor)
    version = application.versions.get()
    assert (version.author, SqlDraft.objects.count()) == ("eve", 0)
    assert list(Audit.objects.values_list("who", "action", "target")) == [("eve", "sql deploy", "version 1 of means")]
    assert "There is an application means already" in press(editor, "deploy")
    for name in ("", "new", "PANEL", "a b", "<b>", "x" * 65, "../x"):
        assert editor.post("/sql/new/", {**FORM, "do": "deploy", "name": name}).status_code == 422
    assert SqlApplication.objects.count() == 1


def test_deploying_over_a_version_of_someone_else_asks_first(editor: Client) -> None:
    deployed(editor)
    path, new = "/sql/means/edit/", SCRIPT.replace("AVG", "MAX")
    assert "Tick the box to deploy over it" in press(editor, "deploy", path, base="0", script=new)
    editor.post(path, {**FORM, "do": "deploy", "base": "0", "over": "1", "script": new})
    assert existing("means").active == 2
    assert editor.post("/sql/means/rollback/", {"number": "1"}).headers["Location"] == "/sql/means/"
    assert (existing("means").active, Audit.objects.latest("pk").action) == (1, "sql rollback")
    for number in ("9", "-1", "x", "9" * 20):
        editor.post("/sql/means/rollback/", {"number": number})
    assert (existing("means").active, Audit.objects.count()) == (1, 3)


def test_draft_is_of_one_person_and_comes_back(editor: Client) -> None:
    assert editor.post("/sql/new/", {**FORM, "do": "save", "script": "-- </textarea><b>mine"}).status_code == 204
    page = editor.get("/sql/new/").content.decode()
    assert "-- &lt;/textarea&gt;&lt;b&gt;mine" in page
    other = signed_in(User.objects.create_user("stan", is_staff=True))
    assert "mine" not in other.get("/sql/new/").content.decode()
    other.post("/sql/new/", {**FORM, "do": "discard"})
    assert SqlDraft.objects.get().user.username == "eve"


def test_texts_and_drafts_are_bounded(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "The script has 102,401 characters" in press(editor, "check", script="x" * 102_401)
    assert "The configuration has" in press(editor, "check", configuration="x" * 204_801)
    assert SqlDraft.objects.count() == 0
    monkeypatch.setattr(drafts, "DRAFTS", 0)
    assert "The draft is not kept" in press(editor, "check")
    assert editor.post("/sql/new/", {**FORM, "do": "format"}).status_code == 404


def test_fields_of_a_stream_become_the_schema(editor: Client) -> None:
    assert "in all 4 rows" in press(editor, "look", stream="sensors")
    press(editor, "discover", stream="sensors", script="")
    draft = SqlDraft.objects.get()
    assert 'name = "degrees"\ntype = "DOUBLE"' in draft.configuration
    assert "COUNT(*)" in draft.script
    assert "There is no stream" in press(editor, "look", stream="<nothing>")


def test_panel_is_shown_on_real_records_and_kept_as_an_application(editor: Client) -> None:
    choices = {"stream": "sensors", "function": "mean", "field": "degrees", "key": "site"}
    page = editor.post("/sql/panel/", {**choices, "do": "look"}, headers=PART).content.decode()
    assert ("4 records of sensors" in page, "&lt;b&gt;" in page, "<b>" in page) == (True, True, False)
    answer = editor.post("/sql/panel/", {**choices, "do": "keep"})
    assert answer.headers["Location"] == "/sql/mean-degrees-sensors-by-site/"
    made = existing("mean-degrees-sensors-by-site")
    assert (made.stream, made.outputs.get().name) == ("sensors", "PANEL")
    assert b"AVG(CAST(" in editor.get("/sql/mean-degrees-sensors-by-site/edit/").content
    assert editor.post("/sql/panel/", {**choices, "do": "keep"}).status_code == 422
    assert editor.post("/sql/panel/", {**choices, "field": "<i>", "do": "keep", "name": "x"}).status_code == 422


def test_people_page_gives_the_right_and_takes_it_back(viewer: Client) -> None:
    boss = signed_in(User.objects.create_superuser("boss"))
    vic = User.objects.get(username="vic")
    page = boss.get(f"/accounts/people/{vic.pk}/").content.decode()
    assert "let-sql" in page
    from accounts import people  # noqa: PLC0415 - after the application has offered its right

    request = boss.get("/sql/").wsgi_request
    for verb, status in (("let-sql", 200), ("forbid-sql", 403)):
        assert people.perform(verb, vic, User.objects.get(username="boss"), request)[0]
        assert viewer.get("/sql/new/").status_code == status
    assert people.perform("forbid-sql", vic, User.objects.get(username="boss"), request)[0] is False


def opened(client: Client, query: str = "") -> dict[str, str]:
    """Returns the fields by which the server tells the tabs of a page apart."""
    page = client.get(f"/sql/new/{query}").content.decode()
    return {name: re.findall(f'name="{name}" value="([^"]*)"', page)[0] for name in ("tab", "seen")}


def test_two_tabs_keep_both_texts_and_say_so(editor: Client) -> None:
    one, other = opened(editor), opened(editor)
    assert "other-draft" not in press(editor, "check", script="-- one", **one)
    assert f'href="?other={one["tab"]}"' in press(editor, "check", script="-- other", **other)
    assert f'href="?other={other["tab"]}"' in press(editor, "check", script="-- one and more", **one)
    third = opened(editor)  # begins with the newest, and writes over it
    assert press(editor, "check", script="-- third", **third).count("other-draft") == 1
    assert "-- other" in editor.get(f"/sql/new/?other={other['tab']}").content.decode()
    for left in ("-- other", ""):
        editor.post("/sql/new/", {**FORM, "do": "discard", "script": "-- third", **third})
        third = opened(editor)
        assert [draft.script for draft in SqlDraft.objects.all()] == ([left] if left else [])


def test_text_of_another_tab_does_not_go_under_when_it_is_written_on(editor: Client) -> None:
    one, other = opened(editor), opened(editor)
    press(editor, "check", script="-- one", **one)
    press(editor, "check", script="-- other", **other)
    again = opened(editor, f"?other={one['tab']}")
    press(editor, "check", script="-- one, too", **again)
    draft = SqlDraft.objects.get()
    assert (draft.script, [each["script"] for each in drafts.others(draft)]) == ("-- one, too", ["-- other", "-- one"])
