"""Addresses that nobody's browser makes: each is refused in words, or answered; none breaks anything."""

import pytest
from django.test import Client

from tests.login.reads import ask_for_each, noted
from tests.login.test_gate import ROUTES, sample

pytestmark = pytest.mark.long  # every route with every parameter that it reads
REFUSED = {"any=a%00b": 400, "any=1&%00=1": 400, f"any={'x' * 9000}": 414}  # whatever the name is
BAD = ["[]%7B%7D%27%22", "", "9" * 40, "-1", "%ff%fe", "%D9%A3", "%3Cb%3E"]


@pytest.mark.parametrize("route", [route for route in ROUTES if "sign-out" not in route])
def test_page_answers_every_hostile_query(staff: Client, route: str) -> None:
    def ask(name: str) -> list[int]:
        return [staff.get(f"{sample(route)}?{name}={value}").status_code for value in BAD]

    assert {query: staff.get(f"{sample(route)}?{query}").status_code for query in REFUSED} == REFUSED
    with noted() as read:
        staff.get(sample(route))
        answers = ask_for_each(ask, read)
    assert {name: statuses for name, statuses in answers.items() if max(statuses) >= 500} == {}


@pytest.mark.parametrize("path", ["/market/A%00B/", "/live/market%00.json", "/streams/a%00b/records/", "/%00"])
def test_nul_in_a_path_is_refused_with_a_message(staff: Client, path: str) -> None:
    answer = staff.get(path)
    assert (answer.status_code, "NUL" in answer.content.decode()) == (400, True)


def test_address_of_many_parameters_is_refused_with_a_message(staff: Client) -> None:
    answer = staff.get("/market/?" + "a=1&" * 1500)
    assert (answer.status_code, "too many parameters" in answer.content.decode()) == (400, True)
