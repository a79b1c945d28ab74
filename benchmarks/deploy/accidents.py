"""New code, and processes that are killed, on a site that is used: one box, trades and orders at 50 and 10 a second.

Reload: four signed-in clients ask for /live/market.json without a pause while the web pool loads its code anew
(deploy/chain_reload.py), until they have 5,000 answers.

Sockets: a Chromium watches /market/; uvicorn is told to end, as deploy/upgrade.sh does, and its supervisor starts it
again. "Silence" is the longest time between two messages of `market` in the page around that: the whole of what a
viewer misses, from the last message of before. "Right again" is from when the new uvicorn listens. Once gently, once by
kill -9.

Killed: each process by kill -9, one after the other; until another does its work.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from shutil import which
from time import monotonic, sleep, time

from playwright.sync_api import Page, sync_playwright

from benchmarks.deploy.site import WATCHER, deployed
from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from tests.deploy.site_client import PASSWORD, Load, SiteClient
from tests.deploy.stack import Stack, connects
from tests.deploy.test_one_box import children
from tests.waiting import wait_for

ASKED = 5000
ROUNDS = 3
VISITORS = 4
NOTE_MESSAGES = """
window.heard = [];
window.WebSocket = class extends WebSocket {
  constructor(...words) {
    super(...words);
    this.addEventListener("message", ({ data }) => data.includes('"market"') && window.heard.push(Date.now()));
  }
};
"""
Applied = dict[str, int]  # records, by application
BACK = Aim(5, every=True)


def run(options: Options) -> Iterator[Figure]:
    rounds = options.rounds(ROUNDS)
    with deployed(one_box=True, limited=False) as stack:
        stack.manage("trades", "produce", "trades", "--rate", "50")
        stack.manage("orders", "produce", "orders", "--rate", "10", "--site", "london")
        loads = [reloaded(stack, options.amount(ASKED)) for _ in rounds]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox"])
            page = watching(browser.new_page(ignore_https_errors=True), stack)
            lost = {how: [lose(page, stack, how) for _ in rounds] for how in (signal.SIGTERM, signal.SIGKILL)}
            browser.close()
        killed = {name: [seconds_until_back(stack, name) for _ in rounds] for name in WORKS}
    yield Figure("reload: answers", "", [len(load.seconds) for load in loads])
    yield Figure("reload: requests that failed", "", [len(load.failures) for load in loads], Aim(0, every=True))
    yield Figure("reload: slowest answer", "s", [max(load.seconds) for load in loads], Aim(1))
    for how, found in lost.items():
        name = {signal.SIGTERM: "uvicorn restarted", signal.SIGKILL: "uvicorn killed"}[how]
        yield Figure(f"{name}: silence on the page", "s", [silence for silence, _ in found])
        yield Figure(f"{name}: it listens → the page is right", "s", [late for _, late in found], Aim(3))
    for name, seconds in killed.items():
        yield Figure(f"kill -9 of {name}: until back", "s", seconds, BACK)


def reloaded(stack: Stack, amount: int) -> Load:
    clients = [SiteClient(stack).sign_in(WATCHER) for _ in range(VISITORS)]
    with Load(clients, "/live/market.json") as load:
        wait_for(lambda: len(load.seconds) > amount / 10, 120)
        words = [sys.executable, str(stack.checkout / "deploy/chain_reload.py"), "web"]
        subprocess.run(words, env=stack.deployment.environment, check=True)
        wait_for(lambda: len(load.seconds) >= amount, 300)
    return load


def watching(page: Page, stack: Stack) -> Page:
    page.add_init_script(NOTE_MESSAGES)
    page.goto(f"{stack.url}/market/")
    page.fill("input[name=username]", WATCHER)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/market/")
    wait_for(
        lambda: page.evaluate("window.heard.length > 20")
    )  # not wait_for_function, which the page's policy forbids
    return page


def lose(page: Page, stack: Stack, how: signal.Signals) -> tuple[float, float]:
    """Returns the seconds of silence, and those from a listening uvicorn to the page's next message."""
    page.evaluate("window.heard.splice(0)")
    wait_for(lambda: page.evaluate("window.heard.length > 10"))
    socket = stack.runtime / "sockets.sock"
    before = children(stack, "uvicorn")
    for pid in before:
        os.kill(pid, how)
    wait_for(lambda: set(children(stack, "uvicorn")) - set(before))
    wait_for(lambda: connects(socket))
    listens = time() * 1000
    wait_for(lambda: sum(each > listens for each in page.evaluate("window.heard")) > 10, 60)
    heard: list[float] = page.evaluate("window.heard")
    silence = max(later - earlier for earlier, later in pairwise(heard))
    return silence / 1000, (min(each for each in heard if each > listens) - listens) / 1000


def seconds_until_back(stack: Stack, name: str) -> float:
    words, works = WORKS[name]
    wait_for(lambda: works(stack, {}))
    applied = {each: stack.deployment.applied(each) for each in ("trades", "orders")}
    [victim, *_] = children(stack, words)
    began = monotonic()
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: set(children(stack, words)) - {victim} and works(stack, applied), 60)
    taken = monotonic() - began
    sleep(1)
    return taken


def applies(application: str) -> Callable[[Stack, Applied], bool]:
    """Returns a check of whether more records are applied than before."""
    return lambda stack, before: stack.deployment.applied(application) > before.get(application, 0)


def serves(path: str) -> Callable[[Stack, Applied], bool]:
    return lambda stack, _: stack.get(path)[0] == 200


# By name: words of the command line, and what shows that it works.
WORKS: dict[str, tuple[str, Callable[[Stack, Applied], bool]]] = {
    "uvicorn": ("uvicorn", lambda stack, _: connects(stack.runtime / "sockets.sock")),
    "consume trades": ("manage.py consume trades", applies("trades")),
    "consume orders": ("manage.py consume orders", applies("orders")),
    "the login pool's master": ("millrace-login uWSGI master", serves("/accounts/sign-in/")),
    "a web worker": ("millrace-web uWSGI worker", serves("/livez")),
}
