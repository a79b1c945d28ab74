"""The list of tickers, the page of one, and its bars as files."""

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from applications.quotes.models import Bar
from tests.applications.quotes.bars import FRIDAY, bars
from tests.dashboard.rows import lease, trades

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada"))
    return client


def rows(client: Client, query: str) -> list[dict[str, str]]:
    text = client.get(f"/quotes/bars.csv?{query}").getvalue().decode()
    return list(csv.DictReader(io.StringIO(text)))


def embedded(answer: Any, name: str) -> Any:
    text = answer.content.decode().split(f'<script id="{name}" type="application/json">')[1]
    return json.loads(text.split("</script>")[0])


def test_list_without_bars_says_how_to_get_some(browser: Client) -> None:
    page = browser.get("/quotes/")
    assertContains(page, "quotes fetch AAPL")
    assertContains(page, "quotes import bars.csv")


def test_list_has_close_change_and_course(browser: Client) -> None:
    made = bars("AAPL", 90, name="Apple Inc.")
    page = browser.get("/quotes/")
    percent = (made[-1].close - made[-2].close) * 100 / made[-2].close
    assertContains(page, "Apple Inc.")
    assertContains(page, f"<td>{made[-1].close:.2f}</td>", html=True)
    assertContains(page, f"{abs(percent):.2f}</span>")
    assertContains(page, '<svg class="quote-spark"')


def test_list_asks_as_often_for_many_tickers(
    browser: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(30):
        bars(f"T{place}", 3)
    browser.get("/quotes/")
    with django_assert_max_num_queries(14):  # those of the frame too, of which some come only at times
        browser.get("/quotes/")


@pytest.mark.parametrize("text", ["apple", "APPLE INC", "ppl", "aap"])
def test_search_finds_by_ticker_and_by_company(browser: Client, text: str) -> None:
    bars("AAPL", 3, name="Apple Inc.")
    bars("MSFT", 3, name="Microsoft Corporation")
    page = browser.get("/quotes/", {"q": text})
    assertContains(page, 'href="/quotes/AAPL/"')
    assertNotContains(page, 'href="/quotes/MSFT/"')


def test_search_leads_to_the_ticker_that_is_named(browser: Client) -> None:
    bars("BRK-B", 3)
    assertRedirects(browser.get("/quotes/", {"q": " brk-b "}), "/quotes/BRK-B/")


def test_search_for_nothing_known_says_how_to_fetch_it(browser: Client) -> None:
    bars("AAPL", 3)
    assertContains(browser.get("/quotes/", {"q": "zzz"}), "quotes fetch ZZZ")


def test_unknown_ticker_is_told_with_the_command_that_fetches_it(browser: Client) -> None:
    bars("AMZN", 3)
    page = browser.get("/quotes/ABC/")
    assertContains(page, "quotes fetch ABC", status_code=404)
    assertContains(page, 'href="/quotes/AMZN/"', status_code=404)
    assertRedirects(browser.get("/quotes/amzn/"), "/quotes/AMZN/")


def test_page_is_complete_without_scripts(browser: Client) -> None:
    made = bars("AAPL", 300, name="Apple Inc.")
    page = browser.get("/quotes/AAPL/?range=1m")
    assertContains(page, f'data-testid="close">{made[-1].close:.2f}</span>')
    assertContains(page, '<path class="line-0" d="M0.0')
    assertContains(page, f'<th scope="row">{FRIDAY}</th><td>{made[-1].open:.2f}</td>')
    assertContains(page, f"{sum(bar.close for bar in made[-200:]) / 200:.2f}</td></tr>")


def test_first_chart_of_thirty_years_is_as_small_as_that_of_one(browser: Client) -> None:
    bars("AAPL", 7560)
    year, years = (browser.get(f"/quotes/AAPL/?range={text}") for text in ("1y", "all"))
    assert len(embedded(years, "curve")["close"]) <= 400
    assert len(years.content) < 1.5 * len(year.content)


def test_files_hold_exactly_the_days_and_averages_shown(browser: Client) -> None:
    made = bars("AAPL", 300)
    found = rows(browser, "ticker=aapl&range=2026-10&sma=20")
    shown = [bar for bar in made if bar.day.month == 10 and bar.day.year == 2026]
    assert [row["day"] for row in found] == [str(bar.day) for bar in shown]
    assert [float(row["adj_close"]) for row in found] == [bar.adj_close for bar in shown]
    place = made.index(shown[0])
    assert float(found[0]["sma_20"]) == round(
        sum(round(bar.close * 100) for bar in made[place - 19 : place + 1]) / 2000, 4
    )
    answer = browser.get("/quotes/bars.json?ticker=AAPL&range=2026-10&sma=20").json()
    assert [str(value) for value in answer["close"]] == [row["close"] for row in found]
    assert answer["range"] == {"text": "2026-10", "first": "2026-10-01", "last": "2026-10-31"}


def test_compared_tickers_change_from_their_first_common_day(browser: Client) -> None:
    bars("AAPL", 300)
    young = bars("NEW", 20, seed=2)
    found = rows(browser, "ticker=AAPL&range=6m&compare=new,AAPL")
    start = str(young[0].day)
    at = next(place for place, row in enumerate(found) if row["day"] == start)
    assert {row["AAPL_percent"] for row in found[:at]} == {""}
    assert (found[at]["AAPL_percent"], found[at]["NEW_percent"]) == ("0.0", "0.0")
    change = (young[-1].adj_close - young[0].adj_close) * 100 / young[0].adj_close
    assert float(found[-1]["NEW_percent"]) == pytest.approx(change, abs=0.0001)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("range=soon", "is no range"),
        ("sma=30", "There are those of 20, 50 and 200 days"),
        ("compare=ZZZ", "There are no bars of"),
        ("compare=A,B,C,D,E", "At most 4 tickers are compared with AAPL; E is not shown."),
    ],
)
def test_fault_is_told_in_a_sentence(browser: Client, query: str, sentence: str) -> None:
    for ticker in ("AAPL", *"ABCDE"):
        bars(ticker, 3)
    assertContains(browser.get(f"/quotes/AAPL/?{query}"), sentence.split(";")[0])
    answer = browser.get(f"/quotes/bars.json?ticker=AAPL&{query}")
    assert (answer.status_code, sentence in answer.json()["error"]) == (400, True)


def test_history_is_sent_once_until_a_bar_changes(browser: Client) -> None:
    made = bars("AAPL", 10)
    first = browser.get("/quotes/history.json?ticker=AAPL", headers={"Accept-Encoding": "br"})
    found = first.json()
    assert found["close"] == [round(bar.close * 10 ** found["places"]) for bar in made]
    known = {"If-None-Match": first["ETag"]}
    assert browser.get("/quotes/history.json?ticker=AAPL", headers=known).status_code == 304
    Bar.objects.filter(day=FRIDAY).update(volume=7)
    assert browser.get("/quotes/history.json?ticker=AAPL", headers=known).status_code == 200


def test_trades_of_today_are_the_newest_bar(browser: Client) -> None:
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    bars("AMZN", 30, last=date.fromordinal(today.toordinal() - 1))
    lease("trades", watermark=today, newest=today)
    trades(today, "AMZN", "BUY", 3, low=10, high=12, first=10.5, last=11)
    trades(today + timedelta(minutes=1), "AMZN", "SELL", 2, low=9.5, high=11, first=11, last=9.75)
    last = rows(browser, "ticker=AMZN&range=1m")[-1]
    assert (last["day"], last["state"]) == (str(today.date()), "live")
    assert [last[name] for name in ("open", "high", "low", "close", "volume")] == ["10.5", "12.0", "9.5", "9.75", "500"]
    page = browser.get("/quotes/AMZN/")
    assertContains(page, 'data-topic="ticker:AMZN"')
    assert len(embedded(page, "view")["minutes"]) == 2
    without = browser.get("/quotes/AMZN/?live=0")
    assertNotContains(without, "data-topic")


def test_pages_about_a_ticker_lead_to_each_other(browser: Client) -> None:
    bars("AMZN", 3)
    trades(timezone.now(), "AMZN", "BUY", 1)
    assertContains(browser.get("/quotes/AMZN/"), 'href="/market/AMZN/"')
    assertContains(browser.get("/market/AMZN/"), 'href="/quotes/AMZN/"')
