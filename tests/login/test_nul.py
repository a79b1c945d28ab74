"""NUL on a real PostgreSQL, which keeps it in no text, by every address and every field."""

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
from tests.login.test_addresses import READ
from tests.login.test_gate import ROUTES, sample
logging.disable()
settings.ALLOWED_HOSTS = ["testserver"]
client = Client(raise_request_exception=False)
client.force_login(User.objects.create_user("admin", is_staff=True, is_superuser=True))
fields = {*READ, *"site name up_to days code username login password threshold label scopes".split()}
found = {}
for route in dict.fromkeys(ROUTES):
    if "sign-out" not in route:
        found[f"GET {route}"] = client.get(sample(route), {field: "a\0b" for field in fields}).status_code
        found[f"POST {route}"] = client.post(sample(route), {field: "a\0b" for field in fields}).status_code
        for field in sorted(fields) if found[f"POST {route}"] != 405 else ():  # half of the addresses take no POST
            found[f"POST {route} {field}"] = client.post(sample(route), {field: "a\0b"}).status_code
print(json.dumps(found))
"""


@pytest.mark.parametrize("kind", ["postgres"])
def test_nul_in_any_input_makes_no_server_error(kind: str, tmp_path: Path) -> None:
    with server(kind) as database:
        answers = json.loads(Deployment(tmp_path, database).run("shell", "-v", "0", "-c", ASK_EVERYWHERE))
    assert {asked: status for asked, status in answers.items() if status >= 500} == {}
    assert {status for asked, status in answers.items() if asked.startswith("GET")} == {400}
