"""Makes a user and a session of theirs: → its cookie, as NAME=VALUE."""

import json
import os

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
    django.setup()
    browser = Client()
    browser.force_login(get_user_model().objects.create_user("benchmark"))
    print(json.dumps(f"{settings.SESSION_COOKIE_NAME}={browser.session.session_key}"))


main()
