"""NUL on a real PostgreSQL, which keeps it in no text, by every address and every field that it reads."""

import json
from pathlib import Path

import pytest

from tests.databases import server
from tests.deployment import Deployment

ASK_EVERYWHERE = r"""
import json, logging
from django.conf import settings
from django.test import Client
from accounts.models import User
from tests.login.reads import ask_for_each, noted
from tests.login.test_gate import ROUTES, sample
logging.disable()
settings.ALLOWED_HOSTS = ["testserver"]
client = Client(raise_request_exception=False)
client.force_login(User.objects.create_user("admin", is_staff=True, is_superuser=True))
found = {}
for route in dict.fromkeys(ROUTES):
    if "sign-out" in route:
        continue
    with noted() as fields:
        client.get(sample(route))
        posted = client.post(sample(route), {"any": "a\0b"}).status_code
        ask = lambda name: client.post(sample(route), {name: "a\0b"}).status_code
        alone = ask_for_each(ask, fields) if posted != 405 else {}  # half of the addresses take no POST
    found |= {f"POST {route} {name}": status for name, status in alone.items()}
    for method in "GET", "POST":
        found[f"{method} {route}"] = getattr(client, method.lower())(
            sample(route), dict.fromkeys({*fields, "any"}, "a\0b")
        ).status_code
print(json.dumps(found))
"""


@pytest.mark.parametrize("kind", ["postgres"])
def test_nul_in_any_input_makes_no_server_error(kind: str, tmp_path: Path) -> None:
    with server(kind) as database:
        answers = json.loads(Deployment(tmp_path, database).run("shell", "-v", "0", "-c", ASK_EVERYWHERE))
    assert {asked: status for asked, status in answers.items() if status >= 500} == {}
    assert {status for asked, status in answers.items() if asked.startswith("GET")} == {400}
    assert answers.keys() >= {f"POST accounts/people/invite/ {name}" for name in ("username", "email", "role")}
