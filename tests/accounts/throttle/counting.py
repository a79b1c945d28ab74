"""Settings of a site with a hasher that writes a line for every password that it checks."""

from login.settings import *  # noqa: F403, TID251 - all but one as they are

PASSWORD_HASHERS = ["tests.accounts.throttle.hashers.CountingHasher"]
