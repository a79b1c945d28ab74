"""Addresses that nobody's browser makes: each is refused in words, or answered; none breaks anything."""

import re
from pathlib import Path

import pytest
from django.test import Client

from tests.login.test_gate import ROUTES, sample

pytestmark = pytest.mark.long  # every route with every parameter: 60 s
ROOT = Path(__file__).resolve().parents[2]
BAD = {"nul": "a%00b", "nul in a name": "1&%00=1", "overlong": "x" * 9000, "wrong type": "[]%7B%7D%27%22", "empty": ""}
BAD |= {"huge number": "9" * 40, "negative": "-1", "not UTF-8": "%ff%fe", "other digits": "%D9%A3", "markup": "%3Cb%3E"}
READ = sorted(  # the name of every query parameter that is read anywhere
    {
        name
        for app in ("accounts", "dashboard", "login")
        for file in (ROOT / app).rglob("*.py")
        for name in re.findall(r"""GET(?:\.get\(|\.getlist\(|\[)["'](\w+)["']""", file.read_text())
    }
    | {"from", "key", "field", "value", "next"}  # read by other ways
)
REFUSED = {"nul": 400, "nul in a name": 400, "overlong": 414}


@pytest.mark.parametrize("route", [route for route in ROUTES if "sign-out" not in route])
def test_page_answers_every_hostile_query(staff: Client, route: str) -> None:
    answers = {
        (name, kind): staff.get(f"{sample(route)}?{name}={value}").status_code
        for name in READ
        for kind, value in BAD.items()
    }
    assert {key: status for key, status in answers.items() if status >= 500} == {}
    refused = {key: status for key, status in answers.items() if key[1] in REFUSED}
    assert refused == {key: REFUSED[key[1]] for key in refused}


@pytest.mark.parametrize("path", ["/market/A%00B/", "/live/market%00.json", "/streams/a%00b/records/", "/%00"])
def test_nul_in_a_path_is_refused_with_a_message(staff: Client, path: str) -> None:
    answer = staff.get(path)
    assert (answer.status_code, "NUL" in answer.content.decode()) == (400, True)


def test_address_of_many_parameters_is_refused_with_a_message(staff: Client) -> None:
    answer = staff.get("/market/?" + "a=1&" * 1500)
    assert (answer.status_code, "too many parameters" in answer.content.decode()) == (400, True)
