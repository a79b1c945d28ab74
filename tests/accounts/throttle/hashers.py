"""A hasher that is counted."""

import os

from accounts.passwords.hashers import KeyedBCryptHasher


class CountingHasher(KeyedBCryptHasher):
    """Writes a line to the file CHECKED_BY_THE_HASHER before it checks a password."""

    rounds = 4

    def verify(self, password: str, encoded: str) -> bool:
        descriptor = os.open(os.environ["CHECKED_BY_THE_HASHER"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, b"checked\n")
        os.close(descriptor)
        return super().verify(password, encoded)
