"""Prints each new state of topics from Millrace's WebSocket, a line of JSON each, for as long as it runs.

    python examples/integration/websocket_out.py orders pulse

MILLRACE_USER and MILLRACE_PASSWORD are those of a user without a second factor, MILLRACE_URL is the site (default
http://127.0.0.1:8000). docs/protocol.md describes the messages. A state replaces the one before, so a slow reader
misses states and never the newest. For a script that looks now and then, polling /live/ with an API token is
simpler.
"""

import json
import os
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPException
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect
from websockets.typing import Origin

SITE = os.environ.get("MILLRACE_URL", "http://127.0.0.1:8000")
SILENCE = 10  # seconds after which the line counts as dead: the server sends a beat every 2 s
SESSION_ENDED, FORBIDDEN = 4401, 4403


def sign_in() -> str:
    """Signs in with the form, as a browser does, and returns the Cookie header of the session."""
    jar = CookieJar()
    opener, address = build_opener(HTTPCookieProcessor(jar)), f"{SITE}/accounts/sign-in/"
    with opener.open(address, timeout=30) as page:
        [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[:1]
    fields = {"username": os.environ["MILLRACE_USER"], "password": os.environ["MILLRACE_PASSWORD"]}
    form = urlencode(fields | {"csrfmiddlewaretoken": token}).encode()
    opener.open(Request(address, form, {"Referer": address}), timeout=30).close()
    if not any(cookie.name.endswith("sessionid") for cookie in jar):
        raise SystemExit("Millrace did not sign in MILLRACE_USER: look at the password, and for a second factor.")
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def states(cookie: str, topics: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yields the states of one connection. Raises ConnectionClosed at its end and TimeoutError when it is silent."""
    address = f"{SITE.replace('http', 'ws', 1)}/ws/live/"
    with connect(address, origin=Origin(SITE), additional_headers={"Cookie": cookie}, max_size=4 << 20) as socket:
        socket.send(json.dumps({"subscribe": topics}))
        while True:
            message = json.loads(socket.recv(timeout=SILENCE))
            if "error" in message:
                raise SystemExit(f"{message['error']}: {message.get('topic')}")
            if "topic" in message:  # else it is a beat
                yield message


def follow(topics: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yields states, and connects again with back-off; signs in again only when the session has ended."""
    cookie, wait = "", 1.0
    while True:
        try:
            cookie = cookie or sign_in()
            for state in states(cookie, topics):
                wait = 1.0
                yield state
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else None
            print(f"The connection ended with the code {code}.", file=sys.stderr)
            if code == FORBIDDEN:
                raise SystemExit("A topic is not, or no longer, this user's to see.") from None
            cookie = "" if code == SESSION_ENDED else cookie
        except InvalidHandshake as error:
            print(f"No connection: {error}", file=sys.stderr)
            cookie = ""
        except (OSError, HTTPException) as error:  # a TimeoutError is an OSError
            print(f"No connection: {error}", file=sys.stderr)
        time.sleep(random.uniform(0.5, 1) * wait)
        wait = min(30, 2 * wait)


if __name__ == "__main__":
    for state in follow(sys.argv[1:] or sys.exit("Name at least one topic.")):
        print(json.dumps(state), flush=True)
