"""Makes requests as a browser does: signs in, keeps cookies, sends the headers of a page, and asks again and again."""

import hmac
import re
import ssl
import threading
from base64 import b32decode
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPSConnection
from http.cookies import SimpleCookie
from time import monotonic, time
from urllib.parse import urlencode

from tests.deploy.stack import HOST, Stack

PASSWORD = "a lantern over nine rivers"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of an operator's authenticator app
STEP = 30  # seconds that a code holds
BOUNDARY = "part-of-a-form"
UPLOAD = f"multipart/form-data; boundary={BOUNDARY}"


class SiteClient:
    """Keeps one connection alive."""

    def __init__(self, stack: Stack, headers: dict[str, str] | None = None, address: str = "127.0.0.1") -> None:
        """Sends `headers` with each request, from an address of this machine's own net (127/8)."""
        self.origin = stack.url
        self.headers = headers or {}
        self.cookies: SimpleCookie = SimpleCookie()
        self.location = ""  # to which the last answer led, if it led anywhere
        self.tls: ssl.SSLContext = stack.trust()
        self.line = HTTPSConnection(HOST, stack.port, timeout=60, source_address=(address, 0), context=self.tls)

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Returns the status and the text. Raises OSError or HTTPException when no whole answer comes."""
        body = urlencode(form).encode() if form is not None else None
        return self._ask(path, body, "application/x-www-form-urlencoded")

    def submit(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        """Sends a form of a page with the token of the page. Returns and raises as `ask` does."""
        return self.ask(path, form | {"csrfmiddlewaretoken": self._token(path)})

    def send(self, path: str, name: str, content: bytes) -> tuple[int, str]:
        """Uploads a file by the form of a page. Returns and raises as `ask` does."""
        return self._ask(path, self.upload(path, name, content), UPLOAD)

    def upload(self, path: str, name: str, content: bytes) -> bytes:
        """Returns the body of the request that uploads a file by the form of a page."""
        parts = (f'"csrfmiddlewaretoken"\r\n\r\n{self._token(path)}', f'"file"; filename="{name}"\r\n\r\n')
        head = "\r\n".join(f"--{BOUNDARY}\r\nContent-Disposition: form-data; name={part}" for part in parts)
        return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()

    def _ask(self, path: str, body: bytes | None, kind: str) -> tuple[int, str]:
        headers = self.headers | {"Cookie": self.cookie, "Origin": self.origin, "Referer": self.origin + path}
        if body is not None:
            headers["Content-Type"] = kind
        self.line.request("GET" if body is None else "POST", path, body, headers)
        answer = self.line.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(cookie)
        self.location = answer.headers.get("Location", "")
        return answer.status, text

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())

    def sign_in(self, name: str, password: str = PASSWORD) -> "SiteClient":
        _, page = self.ask("/accounts/sign-in/")
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        [who] = re.findall(r'<input type="text" name="(\w+)"', page)
        status, page = self.ask("/accounts/sign-in/", hidden | {who: name, "password": password})
        assert status == 302, (status, page)
        return self

    def show_code(self) -> "SiteClient":
        """Shows the second factor of an operator of `add_operator`; once more where the code ended on the way."""
        tries = (self.submit("/accounts/two-factor/", {"code": code_at(time())}) for _ in range(2))
        assert 302 in (status for status, _ in tries)
        return self

    def _token(self, path: str) -> str:
        """Returns the token that the forms of a page send."""
        return str(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', self.ask(path)[1])[0])


def add_person(stack: Stack, name: str) -> None:
    """Adds a user that watches, and is not staff."""
    make = f"from accounts.models import User; User.objects.create_user({name!r}, password={PASSWORD!r})"
    stack.deployment.run("shell", "--verbosity", "0", "-c", make)


def code_at(moment: float) -> str:
    """Returns the code of the operators' app at a time in seconds since 1970 (RFC 6238, RFC 4226 section 5.3)."""
    digest = hmac.digest(b32decode(SEED), (int(moment) // STEP).to_bytes(8), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


def add_operator(stack: Stack, name: str) -> None:
    """Adds a member of staff with an authenticator app."""
    make = f"User.objects.create_user({name!r}, password={PASSWORD!r}, is_staff=True)"
    lines = ("from accounts.models import User", "from allauth.mfa.totp.internal.auth import TOTP")
    code = "; ".join((*lines, f"TOTP.activate({make}, {SEED!r})"))
    stack.deployment.run("shell", "--verbosity", "0", "-c", code)


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
