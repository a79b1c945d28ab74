"""The whole site while its database is away for a minute: the answers that people get, and the time to recover.

One box on PostgreSQL, which it reaches by a proxy that is cut (tests/monitoring/proxy.py). Trades are produced at 50 a
second all the while. /readyz and, signed in, /market/ are asked for ten times a second. The final count is
compared with the records of the stream.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from time import monotonic, sleep

from benchmarks.deploy.site import PAGE, WATCHER, deployed
from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from tests.databases import server
from tests.deploy.site_client import Visitor
from tests.deploy.stack import Stack
from tests.monitoring.proxy import Proxy
from tests.waiting import wait_for

AWAY = 60  # seconds
PAUSE = 0.1  # seconds between questions
RATE = "50"
AT_ONCE = 5  # seconds


def run(options: Options) -> Iterator[Figure]:
    seconds = max(6, options.amount(AWAY))
    with server("postgres") as database:
        proxy = Proxy(database.url)
        with deployed(one_box=True, limited=False, database=database._replace(url=proxy.url)) as stack:
            yield from _away(stack, proxy, seconds)
        proxy.cut()


def _away(stack: Stack, proxy: Proxy, seconds: float) -> Iterator[Figure]:
    producer = stack.manage("trades", "produce", "trades", "--rate", RATE)
    visitor = Visitor(stack).sign_in(WATCHER)
    moves(stack)
    proxy.cut()
    red, answers = seconds_until(lambda: stack.get("/readyz")[0] == 503), Counter[str]()
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        status, page = visitor.ask(PAGE)
        answers[f"{status}, in words" if "The database does not answer just now." in page else str(status)] += 1
        sleep(PAUSE)
    proxy.mend()
    green = seconds_until(lambda: stack.get("/readyz")[0] == 200)
    page_back = seconds_until(lambda: visitor.ask(PAGE)[0] == 200) + green
    moves_again = seconds_until(lambda: moves(stack)) + page_back
    producer.terminate()
    producer.wait()
    yield Figure("database away", "s", [seconds])
    yield Figure("cut → /readyz is red", "s", [red], Aim(AT_ONCE))
    yield Figure("pages meanwhile: 503, in words", "", [answers.pop("503, in words", 0)])
    yield Figure("pages meanwhile: anything else", "", [answers.total()], Aim(0, every=True))
    yield Figure("it answers → /readyz is green", "s", [green], Aim(AT_ONCE))
    yield Figure("it answers → /market/ is there", "s", [page_back], Aim(AT_ONCE))
    yield Figure("it answers → records are counted", "s", [moves_again], Aim(AT_ONCE))
    yield Figure("records lost, or counted twice", "", [wrong(stack)], Aim(0, every=True))


def moves(stack: Stack) -> bool:
    """Waits until one more record is counted."""
    before = stack.deployment.applied("trades")
    wait_for(lambda: stack.deployment.applied("trades") > before, 60)
    return True


def seconds_until(holds: Callable[[], bool]) -> float:
    began = monotonic()
    wait_for(holds, 60)
    return monotonic() - began


def wrong(stack: Stack) -> int:
    """Returns the difference between the count and the records of the stream, once all are applied."""
    held = stack.deployment.run("streams", "tail", "trades").count("\n")
    wait_for(lambda: stack.deployment.applied("trades") >= held, 60)
    [(counted,)] = stack.deployment.query("SELECT sum(trades) FROM market_trademinute")
    return abs(int(counted) - held)
