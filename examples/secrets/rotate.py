"""Changes the key of encrypted files: adds one, makes it the current one, and encrypts anew the values of an older one.

    python examples/secrets/rotate.py keys.txt sealed.txt

The order, with many machines: `rotate.py keys.txt --add k2` puts a new key second, where every machine can read with
it; then `--first k2` makes it current, so that new values get it; then the command above, for all files; then remove
the old line. A change may stop half way and run again: each file is under one key or the other, never lost. Digests
and signatures are checked under every key of the ring, but cannot be made anew: keep the old key for as long as they
live. A password's hash is made anew at the next sign-in (password.py). A key that leaked is not healed so: the thief
has read the old values.
"""

import argparse
import secrets
import sys
from base64 import b64encode
from pathlib import Path

from encrypt import ITEM, Ring, SecretError, decrypt, encrypt, read_ring, write


def add(path: Path, name: str) -> None:
    """Puts a new key second, or first in a ring that does not exist yet."""
    lines = _lines(path)
    lines.insert(1, f"{name}:{b64encode(secrets.token_bytes(32)).decode()}")
    _store(path, lines)


def make_first(path: Path, name: str) -> None:
    """Makes a key of the ring the current one."""
    if name not in read_ring(path):
        raise SecretError(f"{path} has no key {name!r}.")
    _store(path, sorted(_lines(path), key=lambda line: not line.startswith(f"{name}:")))


def _lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    read_ring(path)  # for its errors
    return path.read_text().split()


def _store(path: Path, lines: list[str]) -> None:
    names = [item[1] for item in map(ITEM.fullmatch, lines) if item]
    if len(set(names)) < len(lines):
        raise SecretError("An id has 1 to 32 letters, digits, “-” or “_”, and is never given to another key.")
    write(path, "".join(f"{line}\n" for line in lines).encode())


def renew(ring: Ring, path: Path) -> bool:
    """Encrypts a file under the current key. Returns False if it is so already. Raises SecretError."""
    sealed = path.read_text()
    if sealed.partition(":")[0] == next(iter(ring)):
        decrypt(ring, sealed)  # it opens
        return False
    write(path, encrypt(ring, decrypt(ring, sealed)).encode())
    return True


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Changes keys, and encrypts files anew under the current one.")
    parser.add_argument("ring", type=Path)
    parser.add_argument("files", type=Path, nargs="*", help="encrypted by encrypt.py")
    parser.add_argument("--add", metavar="ID", help="add a new key, the second of the ring")
    parser.add_argument("--first", metavar="ID", help="make a key the current one")
    options = parser.parse_args()
    if options.add:
        add(options.ring, options.add)
    if options.first:
        make_first(options.ring, options.first)
    code, ring = 0, read_ring(options.ring)
    for file in options.files:
        try:
            print(f"{file}: {'encrypted anew' if renew(ring, file) else 'has the current key'}")
        except SecretError as error:
            print(f"{file}: {error}", file=sys.stderr)
            code = 1
    sys.exit(code)
