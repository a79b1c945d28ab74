import time

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts import roles
from accounts.models import User
from applications.market.models import TRADES, Ticker
from applications.orders.models import Site
from common import finding
from common.finding import Hit
from dashboard import search
from dashboard.boards.models import Board
from dashboard.live.allowance import Arrivals
from sql.live.models import SqlApplication
from tests.accounts.test_roles import COLUMNS, promised

WORDS = ("", "a", "lo", "ada", "popular", "key")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "arrivals", Arrivals(1e6, time.monotonic))


@pytest.fixture
def people(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Client]:
    """A browser for each role, before a site with a thing of each kind."""
    monkeypatch.setattr("streams.api.names_for_a_look", lambda: ["trades", "sensors-london", "orders"])
    Ticker.objects.bulk_create([Ticker(stream=TRADES, name=name, folded=name.lower()) for name in ("AMZN", "LOGI")])
    Site.objects.create(name="london")
    SqlApplication.objects.create(name="popular-stocks", stream=TRADES, active=1)
    Board.objects.create(slug="mill", title="Mill wheel", text="")
    Board.objects.create(slug="secret", title="Mill secret", text="", seen_by=Board.OWNER)
    found = {}
    for role in roles.ROLES:
        user = User.objects.create_user(f"ada-{role}")
        User.objects.filter(pk=user.pk).update(**roles.flags(role))
        found[role] = Client()
        found[role].force_login(user)
    return found


def titles(client: Client, text: str) -> list[tuple[str, str]]:
    return [(hit["kind"], hit["title"]) for hit in client.get("/search.json", {"q": text}).json()["hits"]]


def test_search_finds_things_of_every_room(people: dict[str, Client]) -> None:
    found = [
        titles(people["administrator"], text)[0]
        for text in ("amz", "LOND", "popular", "ada-v", "trad", "passkey", "mill")
    ]
    assert found == [
        ("ticker", "AMZN"),
        ("site", "london"),
        ("SQL application", "popular-stocks"),
        ("person", "ada-viewer"),
        ("stream", "trades"),
        ("setting", "Add a passkey"),
        ("board", "Mill wheel"),
    ]


def test_search_shows_nobody_a_thing_that_their_role_may_not_open(people: dict[str, Client]) -> None:
    for role, client in people.items():
        hits = [hit for text in WORDS for hit in client.get("/search.json", {"q": text}).json()["hits"]]
        assert hits and all(promised(hit["url"].partition("?")[0], "GET")[COLUMNS.index(role)] for hit in hits)
    kinds = {role: {kind for text in WORDS for kind, _ in titles(client, text)} for role, client in people.items()}
    assert kinds["operator"] - kinds["viewer"] == {"stream"}
    assert kinds["administrator"] - kinds["operator"] == {"person"}


def test_board_of_somebody_else_is_not_found(people: dict[str, Client]) -> None:
    assert [titles(client, "mill s") for client in people.values()] == [[], [], []]


def test_exact_name_leads_to_its_page(people: dict[str, Client]) -> None:
    assertRedirects(people["viewer"].get("/search/?q=amzn"), "/market/AMZN/", fetch_redirect_response=False)
    assertRedirects(people["viewer"].get("/search/?q=London"), "/orders/?site=london", fetch_redirect_response=False)
    assertRedirects(people["viewer"].get("/market/search?q=amzn"), "/market/AMZN/", fetch_redirect_response=False)


def test_search_page_is_complete_without_scripts(people: dict[str, Client]) -> None:
    page = people["operator"].get("/search/?q=lo")
    assertContains(page, '<a href="/orders/?site=london">london</a>')
    assertContains(page, '<a href="/streams/sensors-london/">sensors-london</a>')
    assertContains(people["viewer"].get("/search/"), "Change the password")
    assertContains(people["viewer"].get("/search/?q=sensors"), "Nothing that you may see is called")


@pytest.mark.parametrize("text", ["%", "_", "<script>", "\ud800", "x" * 2000, "'; --", "\\", "İ"])
def test_search_answers_any_text(people: dict[str, Client], text: str) -> None:
    query = {"q": text.encode("utf-8", "surrogatepass")}
    page = people["administrator"].get("/search/", query)
    assertNotContains(page, "<script>”")
    assert people["administrator"].get("/search.json", query).json() == {"hits": []}


def test_search_takes_a_bounded_number_of_queries(
    people: dict[str, Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Ticker.objects.bulk_create([Ticker(stream=TRADES, name=f"A{n}", folded=f"a{n}") for n in range(300)])
    Site.objects.bulk_create([Site(name=f"a{n}") for n in range(300)])
    with django_assert_max_num_queries(20):
        hits = titles(people["administrator"], "a")
    assert len(hits) == search.SUGGESTED and [kind for kind, _ in hits].count("site") <= search.EACH


def test_search_that_is_too_fast_is_held_up(people: dict[str, Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "arrivals", Arrivals(1.0, lambda: 0.0))
    answers = [people["viewer"].get("/search.json?q=a") for _ in range(search.BURST + 1)]
    assert [answer.status_code for answer in answers] == [200] * search.BURST + [429]
    assert answers[-1].headers["Retry-After"] == "1"
    assertContains(people["viewer"].get("/search/?q=a"), search.SLOW_DOWN, status_code=429)
    assert people["operator"].get("/search.json?q=a").status_code == 200


@given(st.text(max_size=6), st.lists(st.text(max_size=8), max_size=8))
def test_best_hits_come_first(text: str, names: list[str]) -> None:
    hits = sorted((Hit("x", name, "/") for name in names), key=lambda hit: finding.rank(text, hit.title))
    folded, wanted = [hit.title.casefold() for hit in hits], text.casefold()
    for tells in (lambda name: name == wanted, lambda name: name.startswith(wanted), lambda name: wanted in name):
        fitting = [tells(name) for name in folded]
        assert fitting == sorted(fitting, reverse=True)
