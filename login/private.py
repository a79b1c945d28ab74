"""Protects files that other users of this machine must not read: databases, keys, sockets, archives.

`begin` sets the umask of every process of Millrace, since each of them loads the settings. Only the static files are
readable for nginx, too: STORAGES sets their modes itself.
"""

import os
import secrets
import stat
from base64 import b64encode
from contextlib import suppress
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def begin() -> None:
    """Makes files that this process creates from now on private to its user."""
    os.umask(0o077)


def folder(path: Path, *, close: bool) -> Path:
    """Makes the folder, private to its owner. Closes an existing one to others if `close` is set."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if close:
        shut(path, 0o700)
    return path


def shut(path: Path, mode: int = 0o600) -> None:
    """Removes other users' access to a file or folder of ours, if it exists. Leaves another user's as it is."""
    with suppress(FileNotFoundError, PermissionError):
        if path.stat().st_mode & OTHERS:
            path.chmod(mode)


def secret(path: Path, text: str) -> str:
    """Returns the text of the file, and makes the file with `text` if it does not exist. All processes get the same."""
    folder(path.parent, close=False)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        with suppress(FileExistsError):  # another process was first; its secret counts, and is whole
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text()


def ring(path: Path) -> str:
    """Returns the checkout's own key ring, and makes it at the first start, so that a clone runs; for DEBUG only."""
    return secret(path, f"local:{b64encode(secrets.token_bytes(32)).decode()}\n")
