"""Files of this machine that its other users must not read: databases, keys, sockets, archives.

`begin` sets the umask of every process of Millrace, since each of them loads the settings. The static files alone are
for nginx, too: STORAGES gives their modes by itself.
"""

import os
import secrets
import stat
from base64 import b64encode
from contextlib import suppress
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def begin() -> None:
    """What this process makes from now on is for its own user."""
    os.umask(0o077)


def folder(path: Path, *, close: bool) -> Path:
    """Makes the folder, for its owner alone. One that exists is closed to others if `close` is set."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if close:
        shut(path, 0o700)
    return path


def shut(path: Path, mode: int = 0o600) -> None:
    """Takes a file or folder of ours from everybody else, if it is there; another user's is left as it is."""
    with suppress(FileNotFoundError, PermissionError):
        if path.stat().st_mode & OTHERS:
            path.chmod(mode)


def secret(path: Path, text: str) -> str:
    """A secret of this checkout's own: `text`, unless the file holds one already. Several processes get the same."""
    folder(path.parent, close=False)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        with suppress(FileExistsError):  # another process was first; the secret that it made counts, and is whole
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text()


def ring(path: Path) -> str:
    """Returns a ring of keys of this checkout's own, made once, so that a clone runs; for DEBUG only."""
    return secret(path, f"local:{b64encode(secrets.token_bytes(32)).decode()}\n")
