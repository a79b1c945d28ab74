"""axe-core finds nothing on any page: signed out and in, light on a desk's screen and dark on a phone's."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chromium import watched
from tests.deployment import ROOT, Deployment, Web
from tests.login.test_gate import PUBLIC, ROUTES

AXE = ROOT / "tests/auditors/node_modules/axe-core/axe.min.js"
SCREENS = {"light, desk": ("light", 1280, 900), "dark, phone": ("dark", 390, 844)}
# Routes with parts, each with an address that it shows a page at; None for those that show none.
SAMPLES: dict[str, str | None] = {
    "alarms/<int:number>/": "alarms/1/",
    "alarms/<int:number>/acknowledge/": None,
    "alarms/<int:number>/note/": None,
    "alarms/<int:number>/sample.jsonl": None,
    "ask/<int:number>/": "ask/1/",
    "ask/<int:number>/cancel/": None,
    "ask/<int:number>/rows.csv": None,
    "ask/<int:number>/rows.parquet": None,
    "ask/saved/<int:number>/<slug:verb>/": None,
    "alarms/<int:number>/silence/": None,
    "alarms/acknowledge/<str:token>/": "alarms/acknowledge/unknown/",
    "alarms/duty/<int:number>/remove/": None,
    "alarms/episodes/<str:name>/": None,
    "alarms/rules/<slug:name>/": "alarms/rules/busy/",
    "alarms/rules/<slug:name>/<slug:verb>/": "alarms/rules/busy/remove/",
    "alarms/rules/<slug:name>/edit/": "alarms/rules/busy/edit/",
    "alarms/silences/<int:number>/end/": None,
    "alarms/targets/<int:number>/": "alarms/targets/1/",
    "alarms/targets/<int:number>/<slug:verb>/": None,
    "accounts/factors/passkeys/<int:pk>/name/": "accounts/factors/passkeys/1/name/",
    "accounts/factors/passkeys/<int:pk>/remove/": "accounts/factors/passkeys/1/remove/",
    "accounts/invitation/<str:secret>/": "accounts/invitation/unknown/",
    "accounts/password/reset/<uidb64>/<token>/": "accounts/password/reset/MQ/unknown/",
    "accounts/keys/<int:number>/revoke/": None,
    "accounts/people/invitations/<int:number>/withdraw/": None,
    "accounts/people/<int:number>/": "accounts/people/2/",
    "accounts/people/<int:number>/<slug:verb>/": "accounts/people/2/deactivate/",
    "accounts/sessions/<uuid:session>/end/": None,
    "accounts/tokens/<int:number>/revoke/": None,
    "boards/<slug:slug>/": "boards/shops/?range=1d",
    "boards/<slug:slug>/data.json": None,
    "boards/<slug:slug>/<int:place>.csv": None,
    "boards/<slug:slug>/<int:place>/replay.json": None,
    "boards/<slug:slug>/edit/": "boards/shops/edit/",
    "boards/<slug:slug>/text/": "boards/shops/text/",
    "boards/<slug:slug>/panels/new/": "boards/shops/panels/new/?kind=top&data=orders/seconds&by=site&where_column=site",
    "boards/<slug:slug>/panels/<int:place>/": "boards/shops/panels/4/",
    "boards/<slug:slug>/links/new/": "boards/shops/links/new/",
    "boards/links/<int:number>/revoke/": None,
    "display/<str:token>/": f"display/{'w' * 43}/?range=1d",
    "display/<str:token>/data.json": None,
    "public/<slug:slug>/": "public/shops/?range=1d",
    "public/<slug:slug>/data.json": None,
    "live/<str:name>.json": None,
    "market/<str:symbol>/": "market/AMZN/",
    "orders/alarms/<int:number>/": "orders/alarms/1/",
    "probes/edit/<int:number>/": "probes/edit/1/",
    "quotes/<str:ticker>/": "quotes/AAPL/?range=all",
    "sql/<str:name>/": "sql/popular-stocks/",
    "sql/<str:name>/edit/": "sql/popular-stocks/edit/",
    "sql/<str:name>/rollback/": None,
    "sql/<str:name>/rows.csv": None,
    "tables/<slug:name>/": "tables/access/",
    "tables/<slug:name>/remove/": "tables/access/remove/",
    "tables/new/<str:token>/": "tables/new/abcdefabcdefabcd/",
    "streams/<str:name>/records": None,
    "streams/<str:name>/": "streams/trades/",
    "streams/act/<str:verb>/": "streams/act/delete/?stream=trades",
    "streams/<str:name>/records/": "streams/trades/records/?from=trim-horizon",
    "streams/<str:name>/records.json": None,
    "streams/<str:name>/records/<str:shard>/<int:sequence>/": "streams/trades/records/shardId-000000000000/1/",
    "streams/<str:name>/records/<str:shard>/<int:sequence>/bytes": None,
    "streams/dead-letters/<int:number>/": "streams/dead-letters/1/",
    "streams/dead-letters/<int:number>/<str:verb>/": None,
    "streams/dead-letters/<int:number>/bytes": None,
    "streams/dead-letters/all/<str:verb>/<str:application>/": "streams/dead-letters/all/discard/trades/",
}
# Pages for addresses that do not exist or are not allowed.
ELSEWHERE = ["nowhere/", "market/NOTHING/", "market/search?q=AM", "orders/?site=nowhere", "orders/?site=%00"]
ELSEWHERE += ["quotes/AAPL/?compare=MSFT,ZZZ&range=5y", "quotes/NOTHING/", "quotes/?q=zzz"]
ELSEWHERE += ["probes/?probe=shop&range=90d", "orders/lines/?customer=nobody"]
ELSEWHERE += ["alarms/?q=nothing", "alarms/ledger/?state=failed", "alarms/targets/new/?channel=awslambda"]
ELSEWHERE += ["alarms/rules/new/?dataset=trades/minutes", "alarms/2/", "alarms/1/?prove"]
ELSEWHERE += ["alarms/ledger/?state=untold"]
ELSEWHERE += ["streams/act/count/?stream=trades", "streams/act/put/?stream=trades", "streams/?q=nothing"]
ELSEWHERE += [
    "boards/shops/?range=tomorrow",
    "boards/shops/?range=2026-11-22T12:00Z..2026-11-22T13:00Z",
    "boards/nowhere/",
    "boards/map/?range=1d",
]
ELSEWHERE += ["ask/2/", "ask/3/", "ask/4/", "ask/?table=trades", "ask/history/?all"]
ELSEWHERE += ["streams/trades/records/?from=yesterday", "streams/nothing/records/", "accounts/people/1/deactivate/"]
GRACE = """
from django.utils import timezone
from accounts import access, access_keys, invitations, tokens
from accounts.models import User
admin, now = User.objects.get(), timezone.now()
tokens.make(admin, "nightly report", access.SCOPES, 30, now, streams=["orders", "logs-*"])
access_keys.make(admin, "agent", access.OF_STREAMS, 30, now, streams=["orders", "logs-*"])
User.objects.create_user("grace")
print(invitations.make("ada", timezone.now())[1])
"""
# Tables with a row a block on a phone, which fit into their box there.
WIDER = """[...document.querySelectorAll(".scroll:has(> .stacked)")]
.filter((box) => innerWidth < 700 && box.scrollWidth > box.clientWidth).map((box) => box.ariaLabel)"""
MAP = """title = "Map"
[[panels]]
kind = "map"
data = "popular-stocks/TRADES_BY_MINUTE"
by = "ticker"
lat = "trades"
lon = "largest"
column = "low"
"""
DISPLAY = f"""
from django.utils import timezone
from accounts.models import User
from dashboard.boards import links, store
from dashboard.boards.models import Board
Board.objects.update(seen_by=Board.PUBLIC)
links.make(Board.objects.get(), User.objects.get(username="admin").pk, "Hall", 90, timezone.now(), lambda _: "w" * 43)
store.make({MAP!r}, None)
"""
ALARMS = """
import json
from datetime import timedelta
from django.utils import timezone
from alarms import links, rules, spec, targets
from alarms.models import DutyTurn, Episode, Message, Notice, Silence, Subscription
now = timezone.now()
busy = spec.RuleSpec(dataset="trades/minutes", kind="above", column="trades", by=("ticker",), level=1)
rule = rules.make("busy", "Busy tickers " * 7, busy, "ada", now)  # a title may be longer than a phone is wide
target = targets.make("hall" * 16, "inapp", {}, actor="ada")
Subscription.objects.create(target=target, rule=rule)
DutyTurn.objects.create(duty="weekdays" * 8, target=target, starts="0 9 * * MON", ends="0 9 * * TUE", zone="UTC")
Silence.objects.create(rule=rule, since=now, until=now + timedelta(days=9), reason="It is mended.", who="ada")
for number, ended in enumerate([None, now]):
    cause = json.dumps({"time": 1795820340000, "place": "17", "row": {"ticker": "AMZN"}})
    same = {"rule_version": 1, "stream": "trades", "shard": "shardId-000000000000", "key": "AMZN", "cause": cause}
    same |= {"severity": "critical", "level": 1, "value": 2, "peak": 3}
    episode = Episode.objects.create(name=str(number), rule=rule, started=now, ended=ended, **same)
    notice = Notice.objects.create(name=str(number), episode=episode, kind="firing", at=now, made=now, expanded=now)
    told = {"target": target, "target_name": "hall", "name": str(number), "due": now, "made": now}
    Message.objects.create(notice=notice, state=["silenced", "failed"][number], why="It is mended.", **told)
    print(f"/{links.acknowledge(episode.name, target.pk).split('/', 3)[3]}")
"""
HELD = """
from pathlib import Path
from django.conf import settings
from accounts.models import User
folder = Path(settings.VAR_DIR, "tables-held")
folder.mkdir(exist_ok=True)
(folder / f"{User.objects.get(username='admin').pk}-abcdefabcdefabcd-a.csv").write_text("a;b\\n1;x\\n2\\n")
"""
PROBE = """
from django.utils import timezone
from applications.probes.models import Probe
Probe.objects.create(name="shop", address="http://127.0.0.1:1/", public=True, who="ada", changed=timezone.now())
"""
ASK = """
import json, zlib
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from archive.models import Asked, SavedQuestion
admin, now = User.objects.get(username="admin"), timezone.now()
SavedQuestion.objects.create(owner=admin, title="Most traded", text="SELECT 1", shared=True)
same = {"user": admin, "text": "SELECT *\\nFROM trades", "at": now, "until": now + timedelta(hours=1), "seconds": 1}
columns, times = [["name", "VARCHAR"], ["n", "DOUBLE"]], [["day", "DATE"], ["n", "DOUBLE"]]
for heads, rows in (columns, [["a", 1.5], ["b", 2], ["c", None]]), (times, [["2026-01-01", 1], ["2026-01-02", 2]]):
    answer = zlib.compress(json.dumps({"columns": heads, "rows": rows}).encode())
    Asked.objects.create(**same, state="answered", rows=len(rows), cut=True, answer=answer)
Asked.objects.create(**same, state="failed", said="There is no column x.", line=2)
Asked.objects.create(**same, running_of=admin, slot=0)
"""
QUOTES = """
from tests.applications.quotes.bars import bars
bars("AAPL", 600, name="Apple Inc.")
bars("MSFT", 300, seed=2)
"""
PASSKEY = """
from allauth.mfa.models import Authenticator
from accounts.models import User
admin = User.objects.get(username="admin")
Authenticator.objects.create(user=admin, type="webauthn", data={"name": "Laptop", "credential": {}})
"""
PLAIN = [route for route in dict.fromkeys(ROUTES) if "<" not in route]

pytestmark = [pytest.mark.xdist_group("axe"), pytest.mark.needs(AXE)]


@pytest.fixture(scope="module")
def filled(deployment: Deployment, password: str) -> list[str]:
    """With something on every page, dead letters too: orders are no trades. Grace is the second person, after admin.

    Returns the paths of Ada's invitation, and of the links of messages about an open alarm and about one that ended.
    """
    said = deployment.run_all(
        ("shell", "-v", "0", "-c", GRACE),
        ("produce", "trades", "--count", "300", "--seed", "1", "--rate", "0"),
        ("produce", "orders", "--count", "3", "--stream", "trades", "--rate", "0"),
        ("produce", "orders", "--count", "200", "--site", "london", "--rate", "0"),
        ("sql", "deploy", "popular-stocks", str(ROOT / "examples/popular-stocks")),
        ("boards", "apply", str(ROOT / "examples/boards/shops.toml")),
        ("shell", "-v", "0", "-c", DISPLAY),
        ("shell", "-v", "0", "-c", ALARMS),
        ("tables", "import", "access", str(ROOT / "examples/tables/access-log/access.log")),
        ("shell", "-v", "0", "-c", PROBE + HELD + ASK + QUOTES),
        ("produce", "probes", "--once"),
        ("consume", "trades", "orders", "probes", "popular-stocks", "--until-caught-up"),
    )
    return [line for line in said.splitlines() if line.startswith(("/accounts/invitation/", "/alarms/acknowledge/"))]


@pytest.fixture(scope="module")
def signed_in(
    browser: Browser, web: Web, deployment: Deployment, password: str, filled: list[str]
) -> Iterator[BrowserContext]:
    for context in watched(browser.new_context(reduced_motion="reduce")):
        page = context.new_page()
        page.goto(f"{web.url}/accounts/sign-in/")
        page.get_by_label("User name").fill("admin")
        page.get_by_label("Password").first.fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/accounts/success/")
        deployment.run("shell", "-v", "0", "-c", PASSKEY)
        yield context


def findings(page: Page, url: str) -> dict[str, Any]:
    """Returns the findings of axe-core at the address on each screen, by rule; nothing where there is no page."""
    if not page.request.get(url).text().startswith("<!doctype html>"):
        return {}
    page.goto(url)
    assert page.evaluate("window.violations") == []
    page.evaluate(AXE.read_text())
    found = {}
    for name, (scheme, width, height) in SCREENS.items():
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": height})
        for each in page.evaluate("axe.run().then(({violations}) => violations)"):
            found[f"{name}: {each['id']}"] = [node["target"] for node in each["nodes"]]
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            found[f"{name}: must be scrolled sideways"] = wide
        if wider := page.evaluate(WIDER):
            found[f"{name}: tables must be scrolled sideways"] = wider
    return found


def test_every_route_with_parameters_has_a_sample_address() -> None:
    assert {route for route in ROUTES if "<" in route} == set(SAMPLES)


@pytest.mark.parametrize("path", [*PLAIN, *filter(None, SAMPLES.values()), *ELSEWHERE])
def test_page_passes_axe(signed_in: BrowserContext, web: Web, path: str) -> None:
    assert "sign-out" in path or findings(signed_in.pages[0], f"{web.url}/{path}") == {}


@pytest.mark.parametrize("path", [*filter(None, (SAMPLES.get(route, route) for route in sorted(PUBLIC))), "nowhere/"])
def test_public_page_passes_axe(context: BrowserContext, web: Web, path: str) -> None:
    assert findings(context.new_page(), f"{web.url}/{path}") == {}


def test_page_of_a_link_passes_axe(context: BrowserContext, web: Web, filled: list[str]) -> None:
    page = context.new_page()
    assert [findings(page, web.url + path) for path in filled] == [{}, {}, {}]
