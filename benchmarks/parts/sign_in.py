"""Makes a user and a session of theirs: NAME → its cookie, as NAME=VALUE."""

import json
import os
import sys

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client


def main(name: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
    django.setup()
    browser = Client()
    browser.force_login(get_user_model().objects.create_user(name))
    print(json.dumps(f"{settings.SESSION_COOKIE_NAME}={browser.session.session_key}"))


main(sys.argv[1])
