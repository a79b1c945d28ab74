"""Addresses and query strings that no page makes: of every page, asked for by staff."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from tests.dashboard.rows import at, lease, site, trades
from tests.login.reads import noted

pytestmark = pytest.mark.django_db
NAMES = [
    "from",
    "to",
    "stream",
    "page",
    "q",
    "topic",
    "since",
    "ticker",
    "site",
    "group",
    "key",
    "before",
    "after",
    "minutes",
]
VALUES = [
    "",
    "-1",
    "9" * 30,
    "%ff",
    "%00",
    "%ed%a0%80",
    "x" * 3000,
    "0001-01-01",
    "999999999w",
    "..%2f",
    "%F0%9F%98%80",
]
ARGUMENTS = {"int": "1", "str": "a", "slug": "a", "uuid": "00000000-0000-0000-0000-000000000000"}


def addresses(patterns: list[URLPattern | URLResolver], before: str = "/") -> list[str]:
    """Returns every address of the site, with an argument of its kind in each place."""
    found = []
    for each in patterns:
        path = str(each.pattern)
        for name, converter in each.pattern.converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
            path = path.replace(f"<{kind}:{name}>", ARGUMENTS.get(kind, "a")).replace(f"<{name}>", "a")
        if isinstance(each, URLResolver):
            found += addresses(each.url_patterns, before + path)
        elif "<" not in path and "(" not in path:
            found.append(before + path)
    return found


@pytest.fixture
def staff(client: Client) -> Client:
    trades(at(), "@X", "BUY", 1)
    site("a")
    lease("trades", at(), at())
    client.force_login(User.objects.create_user("staff", is_staff=True, is_superuser=True))
    return client


def query(value: str) -> str:
    return "&".join(f"{name}={value}" for name in NAMES)


@pytest.mark.long  # every page, and one of them runs SQL in a process of its own
def test_no_query_string_makes_an_error_of_the_server(staff: Client) -> None:
    pages = [address for address in addresses(get_resolver().url_patterns) if "sign-out" not in address]
    assert len(pages) > 40
    answers: dict[tuple[str, str], int] = {}
    for place, page in enumerate(pages):
        first = place % len(VALUES)
        with noted() as read:
            taken = staff.get(page).status_code != 405  # some take no GET
            staff.get(f"{page}?{query('1')}")
        # All values are the same to a page that reads none of the names.
        for value in VALUES if taken and read & set(NAMES) else VALUES[first : first + taken]:
            twice = f"&{query(value)}" if value == VALUES[first] else ""  # each page gets one value twice
            answers[page, value[:20]] = staff.get(f"{page}?{query(value)}{twice}").status_code
    assert [asked for asked, status in answers.items() if status >= 500] == []
    assert len(answers) > 400


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"topic": "ticker:@X@trades"}, 200),
        ({"topic": "ticker:@X", "stream": "trades"}, 200),
        ({"topic": "ticker:@X", "stream": "nope"}, 404),
        ({"topic": "ticker:@X"}, 404),  # X would be the stream
        ({"topic": "market", "stream": "trades"}, 200),
        ({"topic": "market@nope", "stream": "trades"}, 200),
    ],
)
def test_a_topic_whose_name_holds_an_at_is_found_by_its_stream(staff: Client, query: dict[str, str], code: int) -> None:
    answer = staff.get("/live/", query)
    assert (answer.status_code, b'"error"' in answer.content) == (code, code == 404)
