"""The rows, the pages and the status page of probes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from applications.probes import public, rollups, showing, sink, source, topics
from applications.probes.datasets import EPISODES, MINUTES
from applications.probes.models import Probe, ProbeEpisode, ProbeMinute, ProbeStep
from applications.probes.processor import ProbesProcessor
from applications.probes.report import probes as report
from applications.probes.results import Check, Tally, bucket
from applications.probes.retention import outlived
from applications.probes.states import Rule
from streams.core.clock import MINUTE, from_datetime, to_datetime
from streams.core.records import Batch
from streams.core.state import EMPTY
from streams.declarations import Question
from streams.models.rollups import roll
from tests.dashboard.rows import lease

pytestmark = pytest.mark.django_db
NOW = from_datetime(timezone.now()) // MINUTE * MINUTE


@pytest.fixture(autouse=True)
def fresh() -> None:
    public.forget()


def check(name: str, place: str = "fra", *, ok: bool = True, total: float = 40.0) -> Check:
    return Check(name, place, ok, total, error="" if ok else "It refuses connections.", status=200 if ok else 0)


def play(*checks: tuple[float, Check], end: float = 0.0) -> None:
    """Applies checks at so many minutes from NOW, and stores the results."""
    processor = ProbesProcessor(EMPTY)
    for number, (minute, each) in enumerate(checks, 1):
        at = NOW + int(minute * MINUTE)
        processor.add(Batch(at, [number], [each.probe], [b""]), [each])
    processor.advance(NOW + int(end * MINUTE))
    results = processor.take()
    assert results
    for _ in range(2):  # absolute values: writing twice changes nothing
        sink.write("probes", results)


def down(name: str = "shop") -> None:
    play((-12, check(name)), (-10, check(name, ok=False)), (-9, check(name, ok=False)), end=-8)


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(User.objects.create_user("ada"))
    return client


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("op", is_staff=True))
    return client


def test_checks_are_added_up_by_minute_and_over_longer_steps() -> None:
    play((-3 * 1440, check("shop", total=10)), (-5, check("shop", total=20)), (-4, check("shop", ok=False)))
    while roll(rollups.LADDER, "probes"):
        pass
    assert ProbeMinute.objects.count() == 3
    for step in rollups.STEPS:
        rows = ProbeStep.objects.filter(step=step).values_list("checks", "failed", "total")
        assert [sum(column) for column in zip(*rows, strict=True)] == [3, 1, 30.0]
    whole = showing.figures("probes", ["shop"], "90d", to_datetime(NOW))["shop"]
    assert (whole.tally.checks, whole.tally.failed, whole.tally.total) == (3, 1, 30.0)
    assert [bar.state for bar in whole.bars if bar.checks] in (["up", "part"], ["up", "up", "down"])


def test_percentiles_are_within_a_tenth() -> None:
    tally = Tally()
    for value in range(1, 1001):
        tally.add(check("shop", total=float(value)))
    for share in (0.5, 0.95, 0.99):
        assert tally.percentile(share) == pytest.approx(1000 * share, rel=0.1)
    assert (Tally().percentile(0.5), bucket(0), bucket(1e9)) == (None, 0, 67)


def test_uptime_is_the_share_of_the_time_that_is_known() -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    hour = timedelta(hours=1)
    times = [(at + hour, at + 2 * hour), (at - 9 * hour, at - 8 * hour)]
    assert showing.uptime(times, at, at - 24 * hour, at + 10 * hour) == 90.0
    assert showing.uptime([], at - 50 * hour, at, at + hour) == 100.0
    assert showing.uptime([], None, at, at + hour) is None


def test_page_of_many_probes_takes_few_queries(
    browser: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        play(*((-minute, check(f"p{number}", place)) for minute in range(8, 5, -1) for place in "ab"))
    with django_assert_max_num_queries(40):
        page = browser.get("/probes/", {"range": "90d"})
    assertContains(page, 'data-testid="probe"', count=20)


def test_page_shows_states_reasons_and_times(browser: Client) -> None:
    down()
    play((-2, check("docs")), end=-1)
    page = browser.get("/probes/")
    assert [card["probe"] for card in page.context["cards"]] == ["shop", "docs"]
    assertContains(page, "It refuses connections.")
    assertContains(page, "down at fra")
    assertContains(page, '<rect class="is-down"', count=2)
    assertNotContains(page, "New probe")
    one = browser.get("/probes/", {"probe": "shop", "range": "1d"})
    assertContains(one, 'data-testid="place-row"', count=1)
    assertContains(one, 'data-testid="down-row"', count=1)
    assert browser.get("/probes/", {"probe": "none"}).status_code == 404


def test_csv_report_and_datasets_have_the_times(browser: Client) -> None:
    down()
    lines = browser.get("/probes/down.csv").getvalue().decode().splitlines()
    assert (len(lines), lines[1].split(",")[2:]) == (2, ["shop", "", "", "", "fra", "2", "It refuses connections."])
    assert [(row["probe"], row["failed"]) for row in report(60)] == [("shop", 2)]
    asked = Question(stream="probes", start=NOW - 60 * MINUTE, end=NOW, step=MINUTE, function="sum", column="failed")
    assert MINUTES.series(asked).lines[0].whole == 2
    assert [row["reason"] for _, row in EPISODES.rows(asked).rows] == ["It refuses connections."]
    assert (MINUTES.values("probe", "probes", "s", 5), MINUTES.values("place", "probes", "", 5)) == (["shop"], ["fra"])


def test_topic_has_the_last_hour() -> None:
    down()
    data = topics.probes(to_datetime(NOW))
    [probe] = data["probes"]
    assert (data["total"], data["down"], probe["state"], len(probe["beats"])) == (1, 1, "down", 60)
    assert [sum(column) for column in zip(*probe["beats"], strict=True)] == [3, 2]


FORM = {
    "name": "shop",
    "address": "https://shop.example/?key=1",
    "interval": "60",
    "timeout": "10",
    "status": "200-299",
    "failures": "1",
    "checks": "1",
    "quorum": "0",
    "active": "on",
    "public": "on",
}


def test_operators_make_change_and_remove_probes(operator: Client) -> None:
    assertRedirects(operator.post("/probes/new/", FORM), "/probes/")
    probe = Probe.objects.get()
    assert (probe.who, sink.rules()) == ("op", {"shop": Rule(1, 1, 0, 5 * MINUTE)})
    assert [each.address for each in source.rows()] == ["https://shop.example/?key=1"]
    assertContains(operator.get("/probes/"), "https://shop.example/?key=1")
    operator.post(f"/probes/edit/{probe.pk}/", FORM | {"interval": "600"})
    assert sink.rules()["shop"].silent == 30 * MINUTE
    operator.post(f"/probes/edit/{probe.pk}/", {"act": "remove"})
    assert not Probe.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"address": "ftp://x/"}, "must begin with https:// or http://"),
        ({"status": "ok"}, "Give the status as numbers"),
        ({"failures": "4", "checks": "3"}, "More checks must fail than are looked at"),
        ({"timeout": "30", "interval": "20"}, "may not take longer than the interval"),
    ],
)
def test_wrong_probe_is_refused_with_the_reason(operator: Client, wrong: dict[str, str], reason: str) -> None:
    assertContains(operator.post("/probes/new/", FORM | wrong), reason, status_code=422)
    assert not Probe.objects.exists()


def test_status_page_is_off_until_the_site_turns_it_on(client: Client, settings: Settings) -> None:
    assert client.get("/status/").status_code == 404
    settings.PROBES_STATUS_PAGE = True
    assertContains(client.get("/status/"), "Nothing is shown here yet.")


def test_status_page_shows_public_probes_without_secrets(client: Client, settings: Settings) -> None:
    settings.PROBES_STATUS_PAGE = True
    rest = {"who": "op", "changed": timezone.now()}
    Probe.objects.create(name="shop", address="https://shop.example/?key=1", public=True, **rest)
    Probe.objects.create(name="docs", address="https://docs.example/", public=True, shows_address=True, **rest)
    Probe.objects.create(name="inner", address="https://inner.example/", **rest)
    down()
    lease("probes", timezone.now())
    page = client.get("/status/")
    assertContains(page, "1 of 2 is down.")
    assertContains(page, "https://docs.example/")
    for hidden in ("shop.example", "inner", "refuses", "fra,"):
        assertNotContains(page, hidden)


def test_status_page_believes_no_state_that_is_old(client: Client, settings: Settings) -> None:
    settings.PROBES_STATUS_PAGE = True
    Probe.objects.create(name="shop", address="https://a/", public=True, who="op", changed=timezone.now())
    play((-9, check("shop")), end=-8)
    lease("probes", timezone.now() - timedelta(minutes=3))
    assertContains(client.get("/status/"), "1 of 1 is not known at the moment")


def test_status_page_is_computed_once_for_many_visitors(
    client: Client, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.PROBES_STATUS_PAGE = True
    client.get("/status/")
    with django_assert_num_queries(0):
        client.get("/status/")


def test_old_rows_go(settings: Settings) -> None:
    settings.RETENTION_RATES = settings.RETENTION_ALARMS = 1
    play((-3000, check("a", ok=False)), (-2999, check("a", ok=False)), (-2998, check("a")), (-2997, check("a")), end=-1)
    for rows in outlived(timezone.now()).values():
        rows.delete()
    assert (ProbeMinute.objects.count(), ProbeEpisode.objects.count()) == (0, 0)
