"""People and attackers that try passwords, by a clock that the test moves, with a count of hashed guesses."""

from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts import throttle
from accounts.models import User
from accounts.throttle import devices

START = 1_000_000_000.0  # long ago: code that reads the real clock finds every wait over
DAY = 86400
RIGHT, WRONG = "right", "wrong"


def request(address: str = "192.0.2.1", cookie: str = "", **headers: str) -> HttpRequest:
    made = RequestFactory(REMOTE_ADDR=address).post("/accounts/sign-in/", headers=headers)
    made.COOKIES[settings.DEVICE_COOKIE_NAME] = cookie
    return made


def cookie_of(user: User, held: str = "") -> str:
    """Returns the device cookie of a browser after a sign-in."""
    response = HttpResponse()
    devices.welcome(request(cookie=held), response, user)
    return str(response.cookies[settings.DEVICE_COOKIE_NAME].value)


@dataclass
class Deployment:
    """Where `owner` has an account."""

    owner: User
    now: float = START
    checked: list[float] = field(default_factory=list)  # when the hasher was asked
    spent: int = 0  # hashes in vain

    def signs_in(
        self, password: str, address: str = "192.0.2.1", cookie: str = "", name: str | None = None, **headers: str
    ) -> bool:
        """Whether the door opens."""

        def verify(_: str) -> User | None:
            self.checked.append(self.now)
            return self.owner if password == RIGHT else None

        def spend() -> None:
            self.spent += 1

        name = self.owner.get_username() if name is None else name
        asked = request(address, cookie, **headers)
        return throttle.attempt(asked, name, verify, spend, lambda: self.now) is not None

    def passkey(self, address: str) -> bool:
        opened = throttle.passkey(request(address), self.owner, lambda: True, lambda: self.now)
        if opened:
            throttle.open_again(self.owner)  # as the middleware does after every sign-in
        return bool(opened)


def addresses(count: int) -> list[str]:
    """Of as many attackers."""
    return [f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}" for number in range(count)]
