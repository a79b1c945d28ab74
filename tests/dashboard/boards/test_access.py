"""A viewer reaches nothing that is neither shared nor theirs: by page, file, live topic, or display link."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from dashboard.boards import links, store, topics
from dashboard.boards.models import Board
from dashboard.live.service import snapshots
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db
VIEWS = ["", "data.json", "0.csv"]
CHANGES = ["edit/", "text/", "panels/new/", "panels/0/"]


def codes(client: Client, board: Board, parts: list[str]) -> set[int]:
    return {client.get(f"/boards/{board.slug}/{part}").status_code for part in parts}


def test_owner_and_others_see_and_change_what_they_may(
    as_ada: Client, as_bob: Client, shared: Board, private: Board
) -> None:
    assert [codes(client, board, VIEWS) for board in (shared, private) for client in (as_ada, as_bob)] == [
        {200}, {200}, {200}, {404},
    ]  # fmt: skip
    assert [codes(client, board, CHANGES) for board in (shared, private) for client in (as_ada, as_bob)] == [
        {200}, {403}, {200}, {404},
    ]  # fmt: skip


def test_staff_change_shared_boards_and_reach_no_private_one(as_bob: Client, shared: Board, private: Board) -> None:
    User.objects.filter(username="bob").update(is_staff=True)
    assert (codes(as_bob, shared, CHANGES), codes(as_bob, private, VIEWS + CHANGES)) == ({200}, {404})


@pytest.mark.parametrize("act", ["up", "remove", "undo", "settings", "delete", "order"])
def test_stranger_to_a_board_changes_nothing(as_bob: Client, shared: Board, private: Board, act: str) -> None:
    given = {"act": act, "place": "0", "title": "Mine", "seen_by": "everybody"}
    answers = [as_bob.post(f"/boards/{board.slug}/edit/", given).status_code for board in (shared, private)]
    assert (answers, list(Board.objects.order_by("pk").values_list("title", flat=True))) == (
        [403, 404],
        ["Ours", "Hers"],
    )


def test_topic_of_a_private_board_is_for_its_owner_alone(ada: User, bob: User, shared: Board, private: Board) -> None:
    names = [topics.name_of(board) for board in (shared, private)]
    assert names == ["board:ours", f"board:hers~{ada.pk}"]
    assert [snapshots.permits(name, staff=True, user=user.pk) for name in names for user in (ada, bob)] == [
        True, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["board:hers", "board:ours~{ada}", "board:hers~{bob}", "board:nobody"])
def test_topic_with_another_name_than_its_boards_is_never_built(
    name: str, ada: User, bob: User, shared: Board, private: Board
) -> None:
    topic = name.format(ada=ada.pk, bob=bob.pk)
    assert (snapshots.knows(topic), snapshots.refresh([topic])) == (True, {})


def test_topic_ends_when_its_board_becomes_private(shared: Board) -> None:
    assert list(snapshots.refresh(["board:ours"])) == ["board:ours"]
    store.share(shared, Board.OWNER)
    wait_for(lambda: snapshots.refresh(["board:ours"]) == {})


@pytest.mark.parametrize(
    "topic",
    [
        "board:",
        "board:A",
        "board:a~",
        "board:a?range=2026-11-22..now",
        "board:a?x=1",
        "board:a?zone=Nowhere",
        "board:a?var=" + "x" * 300,
        "board:a@b",
    ],
)
def test_no_other_text_is_a_topic(topic: str) -> None:
    assert snapshots.knows(topic) is False


def test_polling_answers_boards_as_sockets_do(as_ada: Client, as_bob: Client, shared: Board, private: Board) -> None:
    topic = topics.name_of(private)
    answers = [client.get("/live/", {"topic": each}) for each in ("board:ours", topic) for client in (as_ada, as_bob)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 403]


def test_display_link_shows_its_board_alone_until_it_is_revoked(client: Client, ada: User, private: Board) -> None:
    now = timezone.now()
    link, token = links.make(private, ada.pk, "Hall", 90, now)
    assert [client.get(f"/display/{token}/{part}").status_code for part in ("", "data.json")] == [200, 200]
    assert [client.get(f"/display/{wrong}/").status_code for wrong in ("x", token[:-1] + "_", token.swapcase())] == [
        404
    ] * 3
    assert client.get("/boards/hers/").status_code == 302
    assert links.revoke(link.pk, ada.pk + 1, now) is None
    links.revoke(link.pk, ada.pk, now)
    assert [client.get(f"/display/{token}/{part}").status_code for part in ("", "data.json")] == [404, 404]


def test_display_link_made_by_a_clock_that_was_ahead_by_years_has_ended(ada: User, private: Board) -> None:
    ahead = timezone.now() + timedelta(days=2000)
    _, token = links.make(private, ada.pk, "Hall", 730, ahead)
    assert [links.check(token, at) for at in (ahead, ahead - timedelta(days=2000))] == [private, None]


def test_display_link_ends_with_its_time_and_with_its_owners_right(ada: User, bob: User, shared: Board) -> None:
    now = timezone.now()
    _, token = links.make(shared, bob.pk, "", 90, now)
    assert (links.check(token, now), links.check(token, now + timedelta(days=91))) == (shared, None)
    store.share(shared, Board.OWNER)
    assert links.check(token, now) is None
    store.share(shared, Board.EVERYBODY)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert links.check(token, now) is None


def test_public_board_is_open_only_while_the_site_allows_it(client: Client, settings: object, shared: Board) -> None:
    store.share(shared, Board.PUBLIC)
    closed = client.get("/public/ours/").status_code
    settings.PUBLIC_BOARDS = True  # type: ignore[attr-defined]
    codes = [client.get(f"/public/ours/{part}").status_code for part in ("", "data.json")]
    store.share(shared, Board.EVERYBODY)
    assert (closed, codes, client.get("/public/ours/").status_code) == (404, [200, 200], 404)


def test_sessions_page_lists_display_links_and_revokes_them(as_ada: Client, ada: User, shared: Board) -> None:
    link, token = links.make(shared, ada.pk, "Hall", 90, timezone.now())
    assert (
        b"Hall" in as_ada.get("/accounts/sessions/").content,
        token.encode() in as_ada.get("/accounts/sessions/").content,
    ) == (True, False)
    answer = as_ada.post(f"/boards/links/{link.pk}/revoke/", {"next": "sessions"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/sessions/")
    as_ada.get("/accounts/sessions/")  # it tells of the revocation, once
    assert b"Hall" not in as_ada.get("/accounts/sessions/").content
