"""Makes uWSGI pools load their code anew, one worker at a time, and waits until none of before is left.

python deploy/chain_reload.py web login ingest   RUNTIME_DIRECTORY tells where their sockets are, /run/millrace if unset
"""

import json
import os
import socket
import sys
from pathlib import Path
from time import monotonic, sleep

PATIENCE = 120  # seconds; a worker may finish its request first (worker-reload-mercy is 40)


def workers(folder: Path, pool: str) -> set[int]:
    """The process ids of a pool's workers that take requests. Raises OSError where no pool answers."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(folder / f"{pool}-stats.sock"))
        text = b"".join(iter(lambda: client.recv(65536), b""))
    return {worker["pid"] for worker in json.loads(text)["workers"] if worker["accepting"]}


def reload(folder: Path, pool: str) -> bool:
    """Whether every worker is a new one now, and as many as before."""
    before = workers(folder, pool)
    (folder / f"{pool}.reload").touch()
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        now = workers(folder, pool)
        if len(now) >= len(before) and not now & before:
            return True
        sleep(0.1)
    return False


def main(pools: list[str]) -> int:
    folder = Path(os.environ.get("RUNTIME_DIRECTORY", "/run/millrace"))
    for pool in pools:
        try:
            if not reload(folder, pool):
                return _tell(f"The {pool} pool has not loaded the new code after {PATIENCE} s; its log says why.")
        except OSError as error:
            return _tell(f"The {pool} pool does not answer ({error}): systemctl restart millrace-{pool}.")
    return 0


def _tell(sentence: str) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201 - a command
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
