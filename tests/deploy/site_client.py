"""Makes requests as a browser does: signs in, keeps cookies, sends the headers of a page, and asks again and again."""

import re
import ssl
import threading
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPSConnection
from http.cookies import SimpleCookie
from time import monotonic
from urllib.parse import urlencode

from tests.deploy.stack import HOST, Stack

PASSWORD = "a lantern over nine rivers"


class SiteClient:
    """Keeps one connection alive."""

    def __init__(self, stack: Stack, headers: dict[str, str] | None = None, address: str = "127.0.0.1") -> None:
        """Sends `headers` with each request, from an address of this machine's own net (127/8)."""
        self.origin = stack.url
        self.headers = headers or {}
        self.cookies: SimpleCookie = SimpleCookie()
        self.tls: ssl.SSLContext = stack.trust()
        self.line = HTTPSConnection(HOST, stack.port, timeout=60, source_address=(address, 0), context=self.tls)

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Returns the status and the text. Raises OSError or HTTPException when no whole answer comes."""
        headers = self.headers | {"Cookie": self.cookie, "Origin": self.origin, "Referer": self.origin + path}
        body = urlencode(form) if form is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.line.request("GET" if body is None else "POST", path, body, headers)
        answer = self.line.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(cookie)
        return answer.status, text

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())

    def sign_in(self, name: str, password: str = PASSWORD) -> "SiteClient":
        _, page = self.ask("/accounts/sign-in/")
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        [who] = re.findall(r'<input type="text" name="(\w+)"', page)
        status, _ = self.ask("/accounts/sign-in/", hidden | {who: name, "password": password})
        assert status == 302
        return self


def add_person(stack: Stack, name: str) -> None:
    """Adds a user that watches, and is not staff."""
    make = f"from accounts.models import User; User.objects.create_user({name!r}, password={PASSWORD!r})"
    stack.deployment.run("shell", "--verbosity", "0", "-c", make)


@dataclass
class Load:
    """Clients that ask for one path, until stopped."""

    clients: list[SiteClient]
    path: str
    pause: float = 0  # seconds of each client between an answer and its next request
    seconds: list[float] = field(default_factory=list)  # of each answer that was good
    failures: list[str] = field(default_factory=list)

    def __enter__(self) -> "Load":
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=[each], daemon=True) for each in self.clients]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(60)
        for client in self.clients:
            client.line.close()

    def _ask(self, client: SiteClient) -> None:
        while not self._stopped.wait(self.pause):
            began = monotonic()
            try:
                status, _ = client.ask(self.path)
            except (OSError, HTTPException) as error:
                self.failures.append(repr(error))
                client.line.close()
                continue
            if status == 200:
                self.seconds.append(monotonic() - began)
            else:
                self.failures.append(str(status))
